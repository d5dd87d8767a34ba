"""
Aegis for Python agents: every tool call is decided before it runs.

    import aegis
    aegis.auto()                     # AEGIS_URL, AEGIS_KEY, AEGIS_AGENT

The SDK is advisory: it runs in the agent's own process, which could go around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .agent import agent
from .auto import auto, connect, unpatch
from .errors import (
    AegisBlockedError,
    AegisError,
    AegisHaltedError,
    AegisRefusedError,
    AegisSetupError,
    AegisTimeoutError,
    AegisUnavailableError,
    AegisWithheldError,
)
from .guard import aguard, guard
from .monitor import monitor
from .permit import Permit
from .permit import apermit as aask
from .permit import permit as ask
from .scope import agent_context, session
from .version import __version__
from .wire.decision import Decision, Reason
from .wire.proposal import Proposal
from .wrap import wrap, wrap_tools


def coverage() -> "Coverage":
    """What is guarded in this process, and what is not."""
    from .covered import coverage as covered

    return covered()


def __getattr__(name: str) -> Any:
    """What costs time to load is loaded when it is asked for."""
    if name != "Client":
        raise AttributeError(f"module 'aegis' has no attribute {name!r}")
    from .client import Client

    return Client


if TYPE_CHECKING:
    from .client import Client
    from .covered import Coverage

__all__ = [
    "AegisBlockedError",
    "AegisError",
    "AegisHaltedError",
    "AegisRefusedError",
    "AegisSetupError",
    "AegisTimeoutError",
    "AegisUnavailableError",
    "AegisWithheldError",
    "Client",
    "Decision",
    "Permit",
    "Proposal",
    "Reason",
    "__version__",
    "aask",
    "agent",
    "agent_context",
    "aguard",
    "ask",
    "auto",
    "connect",
    "coverage",
    "guard",
    "monitor",
    "session",
    "unpatch",
    "wrap",
    "wrap_tools",
]
