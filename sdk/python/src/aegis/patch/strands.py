"""Strands Agents: `_run_tool` carries out every tool of an agent, after hooks and middleware settled what is called."""

from __future__ import annotations

import inspect
from importlib import import_module
from types import ModuleType
from typing import Any, AsyncIterator, Callable, Dict, List

from ..errors import AegisError
from ..permit import Permit, within
from ..scope import enter, leave
from . import Patch, apermit, guard, replace
from .told import itself, note, stepping_what_ends

FRAMEWORK = "strands"


def _executor(module: ModuleType) -> None:
    replace(module, "_run_tool", _ran)
    # The library makes a tool's answer of every error, so what ends the run is raised behind it.
    replace(module.ToolExecutor, "_stream", _stepped)


def _ran(original: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def _run_tool(ctx: Any, *rest: Any) -> AsyncIterator[Any]:
        # The shape of an answer is a tool to the model only.
        if ctx.tool is None or ctx.tool.tool_type == "structured_output":
            async for event in original(ctx, *rest):
                yield event
            return
        use = ctx.tool_use
        given = _given(use)
        terms = {"call_id": use.get("toolUseId"), "framework": FRAMEWORK, "description": str(ctx.tool.tool_spec.get("description", ""))}
        try:
            allowed = await apermit(use["name"], given, **terms)
        except AegisError as error:
            yield _refused(use, error)
            return
        if allowed.args != given:
            ctx.tool_use = {**use, "input": {**use["input"], **allowed.args}} if _partly(use) else {**use, "input": allowed.args}
        async for event in _followed(allowed, original(ctx, *rest)):
            yield event

    return _run_tool


def _partly(use: Any) -> bool:
    """A tool called by hand is given the agent itself beside its arguments."""
    return len(_given(use)) != len(use["input"])


def _given(use: Any) -> Dict[str, Any]:
    asked = use.get("input")
    return {name: value for name, value in asked.items() if name != "agent"} if isinstance(asked, dict) else {"input": asked}


async def _followed(allowed: Permit, source: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """Every event as it comes; the tool's answer is reported. One that interrupts has not ended: it is run again."""
    ended = False
    try:
        while True:
            token = enter(within(allowed.name, allowed.args))
            try:
                event = await source.__anext__()
            except StopAsyncIteration:
                break
            finally:
                leave(token)
            kind = type(event).__name__
            if kind == "ToolInterruptEvent":
                ended = True
            elif kind == "ToolResultEvent":
                ended = True
                event = await _reported(allowed, event)
            yield event
    except Exception as error:
        if not ended and type(error).__name__ != "InterruptException":
            await allowed.afailed(error)
        raise
    except BaseException as error:
        # A task that is being cancelled awaits nothing.
        if not ended:
            allowed.failed(error)
        raise


async def _reported(allowed: Permit, event: Any) -> Any:
    result: Dict[str, Any] = event.tool_result
    if result.get("status") == "error":
        await allowed.afailed(event.exception or RuntimeError(str(result.get("content"))))
        return event
    try:
        content = await allowed.adone(result.get("content"))
    except AegisError as error:
        return _refused({"toolUseId": result.get("toolUseId")}, error)
    return event if content is result.get("content") else type(event)({**result, "content": content}, exception=event.exception)


def _refused(use: Any, error: AegisError) -> Any:
    note(error)
    answer: Any = {"toolUseId": str(use.get("toolUseId")), "status": "error", "content": [{"text": str(error)}]}
    return import_module("strands.types._events").ToolResultEvent(answer, exception=error)


def _stepped(original: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def _stream(*args: Any, **terms: Any) -> AsyncIterator[Any]:
        async for event in stepping_what_ends(original(*args, **terms)):
            yield event

    return _stream


def _agents(module: ModuleType) -> None:
    replace(module.Agent, "stream_async", _streamed)


def _streamed(original: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def stream_async(*args: Any, **terms: Any) -> AsyncIterator[Any]:
        try:
            async for event in original(*args, **terms):
                yield event
        except Exception as error:
            raise itself(error) from error.__cause__

    return stream_async


def _decorated(module: ModuleType) -> None:
    replace(module.DecoratedFunctionTool, "__call__", _called)


def _called(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        names: List[str] = list(inspect.signature(self._tool_func).parameters) if args else []
        given = {**{names[at] if at < len(names) else f"arg{at}": value for at, value in enumerate(args)}, **kwargs}

        def run(decided: Dict[str, Any]) -> Any:
            return original(self, *args, **kwargs) if decided == given else original(self, **decided)

        return guard(self.tool_name, given, run, framework=FRAMEWORK, description=str(self.tool_spec.get("description", "")))

    return call


PATCH = Patch(
    package="strands",
    distribution="strands-agents",
    tested=("1.62", "2"),
    modules={"strands.tools.executors._executor": _executor, "strands.tools.decorator": _decorated, "strands.agent.agent": _agents},
    guards="tools of agents, of every kind, and decorated functions called by hand",
    leaves="`stream` of a tool called by hand; tools the provider runs",
)
