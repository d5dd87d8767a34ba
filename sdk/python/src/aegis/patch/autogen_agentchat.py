"""AutoGen's chat agents: their tools are those of autogen-core; here a halt ends the agent's turn."""

from __future__ import annotations

from types import ModuleType
from typing import Any, AsyncIterator, Callable

from . import Patch, replace
from .told import stepping_what_ends


def _agents(module: ModuleType) -> None:
    replace(module.AssistantAgent, "on_messages_stream", _stepped)


def _stepped(original: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def on_messages_stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        async for piece in stepping_what_ends(original(*args, **kwargs)):
            yield piece

    return on_messages_stream


PATCH = Patch(
    package="autogen_agentchat",
    distribution="autogen-agentchat",
    tested=("0.7.5", "0.8"),
    modules={"autogen_agentchat.agents._assistant_agent": _agents},
    guards="the end of an assistant's turn at a halt (its tools are those of autogen-core)",
)
