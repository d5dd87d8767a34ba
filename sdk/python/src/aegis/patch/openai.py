"""OpenAI's library: Chat Completions and Responses, sync and async, streams, `parse`, `stream`, raw and streaming responses, Azure."""

from __future__ import annotations

from types import ModuleType

from . import Patch
from .routes import OPENAI
from .stainless import guard_clients


def _clients(module: ModuleType) -> None:
    guard_clients(module, "openai", OPENAI)


PATCH = Patch(
    package="openai",
    distribution="openai",
    tested=("1.69", "4"),
    modules={"openai._base_client": _clients},
    guards="tool calls of chat.completions and responses, however the answer is read",
    leaves="assistants, decisions, realtime and websocket connections, batches",
)
