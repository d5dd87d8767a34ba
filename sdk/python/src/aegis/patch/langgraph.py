"""LangGraph: its tools are LangChain's; only how it pauses is its own."""

from __future__ import annotations

from types import ModuleType

from ..pauses import pauses_with
from . import Patch


def _errors(module: ModuleType) -> None:
    # An interrupt runs the node, and with it the same call, once more when it is resumed.
    pauses_with(module.GraphBubbleUp)


PATCH = Patch(
    package="langgraph",
    distribution="langgraph",
    tested=("1.2", "2"),
    modules={"langgraph.errors": _errors},
    guards="interrupts within tools (its tools are those of langchain-core)",
)
