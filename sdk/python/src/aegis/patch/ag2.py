"""AG2: `FunctionTool.__call__` carries out every function tool of an agent."""

from __future__ import annotations

import json
from copy import copy
from importlib import import_module
from types import ModuleType
from typing import Any, Awaitable, Callable, Dict, List

from ..errors import AegisError
from ..values import parse_arguments
from . import Patch, aguard, replace
from .told import ends, itself


class _Failed(Exception):
    """The tool failed, and the event that says so goes on as it is."""

    def __init__(self, event: Any) -> None:
        super().__init__(str(event.error))
        self.event = event


def _tools(module: ModuleType) -> None:
    replace(module.FunctionTool, "__call__", _called)


def _called(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def call(self: Any, event: Any, context: Any) -> Any:
        events: List[Any] = []

        async def run(args: Dict[str, Any]) -> Any:
            events.append(await original(self, _with(event, args), context))
            if getattr(events[0], "error", None) is not None:
                raise _Failed(events[0])
            return _content(events[0])

        try:
            await aguard(event.name, parse_arguments(event.arguments or "{}"), run, call_id=event.id, framework="ag2", description=_description(self))
        except _Failed as failed:
            return failed.event
        except AegisError as error:
            return _refused(event, error)
        return events[0]

    return call


def _agents(module: ModuleType) -> None:
    replace(module.Agent, "ask", _asked)
    replace(module.AgentReply, "ask", _asked)
    replace(module.AgentRun, "result", _asked)


def _asked(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def ask(*args: Any, **kwargs: Any) -> Any:
        try:
            return await original(*args, **kwargs)
        except Exception as error:
            raise itself(error) from error.__cause__

    return ask


def _with(event: Any, args: Dict[str, Any]) -> Any:
    if args == parse_arguments(event.arguments or "{}"):
        return event
    decided = copy(event)
    decided.arguments = json.dumps(args)
    decided.serialized_arguments = args
    return decided


def _content(event: Any) -> Any:
    parts = getattr(event.result, "parts", None)
    return event.result if parts is None else [getattr(one, "content", getattr(one, "data", str(one))) for one in parts]


def _description(tool: Any) -> str:
    return str(getattr(tool.schema.function, "description", "") or "")


def _refused(event: Any, error: AegisError) -> Any:
    if ends(error):
        # The one error of a tool that ends the turn in this library.
        raise import_module("ag2.exceptions").HumanInputError(str(error)) from error
    events = import_module("ag2.events")
    return events.ToolErrorEvent(parent_id=event.id, name=event.name, error=error, result=events.ToolResult(str(error)))


PATCH = Patch(
    package="ag2",
    distribution="ag2",
    tested=("1.2", "2"),
    modules={"ag2.tools.final.function_tool": _tools, "ag2.agent": _agents},
    guards="function tools of agents",
    leaves="tools the provider runs, client tools",
)
