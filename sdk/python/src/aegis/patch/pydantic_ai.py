"""Pydantic AI: `ToolManager._raw_execute` carries out every tool call of every toolset, after the arguments were validated."""

from __future__ import annotations

from dataclasses import replace as changed
from importlib import import_module
from types import ModuleType
from typing import Any, Awaitable, Callable, Dict, List, cast

from ..errors import AegisError, AegisTimeoutError
from ..pauses import pauses, pauses_with, waiting
from . import Patch, aguard, replace
from .told import told


def _manager(module: ModuleType) -> None:
    replace(module.ToolManager, "_raw_execute", _executed)


def _executed(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def _raw_execute(self: Any, validated: Any, **terms: Any) -> Any:
        call = validated.call

        async def run(args: Dict[str, Any]) -> Any:
            return await original(self, validated if args == validated.validated_args else changed(validated, validated_args=args), **terms)

        about = {"call_id": call.tool_call_id, "framework": "pydantic-ai", "description": validated.tool.tool_def.description}
        try:
            return await aguard(call.tool_name, validated.validated_args, run, **about)
        except AegisError as error:
            if isinstance(error, AegisTimeoutError) and pauses(error) and _can_defer(self):
                raise import_module("pydantic_ai.exceptions").ApprovalRequired(waiting(error)) from None
            return told(error)

    return _raw_execute


def _can_defer(manager: Any) -> bool:
    """Whether the agent's program takes calls that wait for an output."""
    requests = import_module("pydantic_ai.tools").DeferredToolRequests
    output: Any = getattr(getattr(manager.ctx, "agent", None), "output_type", None)
    return requests in (cast(List[Any], output) if isinstance(output, (list, tuple)) else [output])


def _exceptions(module: ModuleType) -> None:
    # A deferred call is carried out later, in another run of the agent.
    for name in ("CallDeferred", "ApprovalRequired"):
        if hasattr(module, name):
            pauses_with(getattr(module, name))


PATCH = Patch(
    package="pydantic_ai",
    distribution="pydantic-ai-slim",
    tested=("2.68", "3"),
    modules={"pydantic_ai.tool_manager": _manager, "pydantic_ai.exceptions": _exceptions},
    guards="tool calls of agents, of every toolset",
    leaves="output functions, and tools the provider runs",
)
