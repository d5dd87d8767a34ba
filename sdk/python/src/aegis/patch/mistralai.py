"""Mistral's library: chat and conversations, sync and async, streams, and runs in which it calls functions itself."""

from __future__ import annotations

import json
from contextvars import ContextVar
from importlib import import_module
from types import ModuleType
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, List, Optional, cast

from ..answers.deciding import decide
from ..answers.http_response import Left, agoverned, governed
from ..answers.reading import nobody
from ..dialects.dialect import ToolCall
from ..dialects.json_args import parse_args, write_args
from ..errors import AegisBlockedError, AegisHaltedError, AegisWithheldError
from ..flow import Flow, adrive
from ..scope import current
from . import Patch, aguard, replace
from .callers import left_to_tools, stands
from .routes import MISTRAL, dialect_of

FRAMEWORK = "mistralai"
TOOLS = "mistralai.extra.run.tools"
#: The run whose functions the library calls itself.
_RUN: ContextVar[Any] = ContextVar("aegis_mistral_run", default=None)


def _sdk(module: ModuleType) -> None:
    replace(module.BaseSDK, "do_request", _requested)
    replace(module.BaseSDK, "do_request_async", _arequested)


def _requested(original: Callable[..., Any]) -> Callable[..., Any]:
    def do_request(self: Any, *args: Any, **kwargs: Any) -> Any:
        response = original(self, *args, **kwargs)
        dialect = dialect_of(MISTRAL, response.request.url.path)
        if dialect is None or not response.is_success or left_to_tools():
            return response
        return governed(response, dialect, FRAMEWORK, streamed=False, left=_left())

    return do_request


def _arequested(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def do_request_async(self: Any, *args: Any, **kwargs: Any) -> Any:
        response = await original(self, *args, **kwargs)
        dialect = dialect_of(MISTRAL, response.request.url.path)
        if dialect is None or not response.is_success or left_to_tools():
            return response
        return await agoverned(response, dialect, FRAMEWORK, streamed=False, left=_left())

    return do_request_async


def _left() -> Left:
    """Functions of a run are decided where they are called, so that a denial is a result the model reads."""
    run = _RUN.get()
    if run is None or not stands("mistralai", TOOLS):
        return nobody
    return lambda name: name in run._callable_tools


def _tools(module: ModuleType) -> None:
    replace(module, "create_function_result", _created)


def _created(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def create_function_result(function_call: Any, run_tool: Any, continue_on_fn_error: bool = False) -> Any:
        entries: List[Any] = []

        async def run(decided: Dict[str, Any]) -> Any:
            call = function_call.model_copy(update={"arguments": decided})
            entries.append(await original(function_call=call, run_tool=run_tool, continue_on_fn_error=continue_on_fn_error))
            return entries[0].result

        tool = run_tool.tool.function
        terms = {"call_id": function_call.tool_call_id, "framework": FRAMEWORK, "description": tool.description}
        try:
            result = await aguard(function_call.name, _args(function_call), run, **terms)
        except AegisHaltedError:
            raise
        except (AegisBlockedError, AegisWithheldError) as error:
            result = str(error)
        return _entry(function_call, entries, result)

    return create_function_result


def _args(call: Any) -> Dict[str, Any]:
    given = call.arguments
    return cast(Dict[str, Any], json.loads(given) if isinstance(given, str) else given)


def _entry(call: Any, entries: List[Any], result: Any) -> Any:
    if entries:
        return entries[0].model_copy(update={"result": result})
    return import_module("mistralai.client.models").FunctionResultEntry(tool_call_id=call.tool_call_id, result=result)


def _conversations(module: ModuleType) -> None:
    replace(module.Conversations, "run_async", _ran)
    replace(module.Conversations, "run_stream_async", _ran_streamed)


def _ran(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def run_async(self: Any, run_ctx: Any, *args: Any, **kwargs: Any) -> Any:
        token = _RUN.set(run_ctx)
        try:
            result = await original(self, run_ctx, *args, **kwargs)
        finally:
            _RUN.reset(token)
        await adrive(_decide_rest(result))
        return result

    return run_async


def _ran_streamed(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def run_stream_async(self: Any, run_ctx: Any, *args: Any, **kwargs: Any) -> Any:
        token = _RUN.set(run_ctx)
        try:
            source = await original(self, run_ctx, *args, **kwargs)
        finally:
            _RUN.reset(token)
        return _events(run_ctx, source)

    return run_stream_async


async def _events(run_ctx: Any, source: Any) -> AsyncIterator[Any]:
    try:
        while True:
            token = _RUN.set(run_ctx)
            try:
                event = await source.__anext__()
            except StopAsyncIteration:
                return
            finally:
                _RUN.reset(token)
            if hasattr(event, "output_entries"):
                await adrive(_decide_rest(event))
            yield event
    finally:
        await source.aclose()


def _decide_rest(result: Any) -> Flow[None]:
    """Calls that a run hands out because it does not know all of their functions."""
    entries = list(result.output_entries)
    done = {one.tool_call_id for one in entries if getattr(one, "type", "") == "function.result"}
    rest = [one for one in entries if getattr(one, "type", "") == "function.call" and one.tool_call_id not in done]
    if not rest:
        return
    asked = [ToolCall(one.tool_call_id, one.name, _read(one)) for one in rest]
    decided = yield from decide(asked, FRAMEWORK, current())
    for one, args in zip(rest, decided, strict=True):
        if args is not None:
            one.arguments = write_args(args)


def _read(call: Any) -> Optional[Dict[str, Any]]:
    return parse_args(call.arguments) if isinstance(call.arguments, str) else cast(Dict[str, Any], call.arguments)


PATCH = Patch(
    package="mistralai",
    distribution="mistralai",
    tested=("2.0", "4"),
    modules={
        "mistralai.client.basesdk": _sdk,
        "mistralai.client.conversations": _conversations,
        TOOLS: _tools,
    },
    guards="tool calls of chat, agents and conversations, and functions of runs",
    leaves="realtime and voice agents, workflows, tools the provider runs",
)
