"""Google's Agent Development Kit: every tool class has a `run_async` of its own, so each class is guarded as soon as there is a tool of it."""

from __future__ import annotations

from contextvars import ContextVar
from copy import copy
from dataclasses import replace as changed
from importlib import import_module
from types import ModuleType
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, Iterator, List, Optional, Tuple

from ..errors import AegisError
from ..permit import Permit, within
from ..scope import enter, leave
from . import Patch, apermit, guard, replace
from .told import ends, raising_what_ends, told

FRAMEWORK = "google-adk"

#: The library's own tools that only say which agent speaks next, that a loop is over, or what shape an answer has.
STEERING = frozenset({"google.adk.tools.transfer_to_agent_tool", "google.adk.tools.exit_loop_tool", "google.adk.tools.set_model_response_tool"})

#: The call that is being carried out: a class may hand it on to the class it is made of, with other arguments.
_RUNNING: ContextVar[Optional[Tuple[Any, Any]]] = ContextVar("aegis_google_adk_running", default=None)


def _tools(module: ModuleType) -> None:
    replace(module.BaseTool, "__init__", _made)
    _cover_all(module.BaseTool)


def _cover_all(owner: type) -> None:
    """Also classes whose tools were made before."""
    found: List[type] = type.__subclasses__(owner)
    for one in found:
        _cover(one)
        _cover_all(one)


def _cover(owner: type) -> None:
    for one in owner.__mro__:
        if "run_async" in vars(one) and vars(one)["run_async"].__module__ != "google.adk.tools.base_tool":
            replace(one, "run_async", _run)


def _made(original: Callable[..., None]) -> Callable[..., None]:
    def init(self: Any, *args: Any, **terms: Any) -> None:
        original(self, *args, **terms)
        _cover(type(self))

    return init


def _steers(tool: Any) -> bool:
    return type(tool).__module__ in STEERING or getattr(getattr(tool, "func", None), "__module__", "") in STEERING


def _terms(tool: Any, context: Any) -> Dict[str, Any]:
    return {"call_id": getattr(context, "function_call_id", None), "framework": FRAMEWORK, "description": str(tool.description or "")}


def _run(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def run_async(self: Any, *, args: Dict[str, Any], tool_context: Any, **more: Any) -> Any:
        running = _RUNNING.get()
        if _steers(self) or (running is not None and running[0] is self and running[1] is tool_context):
            return await original(self, args=args, tool_context=tool_context, **more)
        try:
            allowed = await apermit(self.name, args, **_terms(self, tool_context))
            token = _RUNNING.set((self, tool_context))
            try:
                return await _carried_out(allowed, tool_context, lambda: original(self, args=allowed.args, tool_context=tool_context, **more))
            finally:
                _RUNNING.reset(token)
        except AegisError as error:
            return {"error": told(error)}

    return run_async


async def _carried_out(allowed: Permit, context: Any, run: Callable[[], Awaitable[Any]]) -> Any:
    token = enter(within(allowed.name, allowed.args))
    try:
        result = await run()
    except Exception as error:
        leave(token)
        await allowed.afailed(error)
        raise
    except BaseException as error:
        # A task that is being cancelled awaits nothing.
        leave(token)
        allowed.failed(error)
        raise
    leave(token)
    return result if _waits(context) else await allowed.adone(result)


def _waits(context: Any) -> bool:
    """The tool asked the user first; the same call is carried out again with the answer."""
    call, actions = getattr(context, "function_call_id", None), getattr(context, "actions", None)
    return any(call in (getattr(actions, name, None) or {}) for name in ("requested_tool_confirmations", "requested_auth_configs"))


def _functions(module: ModuleType) -> None:
    if hasattr(module.FunctionTool, "_call_live"):
        replace(module.FunctionTool, "_call_live", _live)


def _live(original: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def _call_live(self: Any, *, args: Dict[str, Any], tool_context: Any, **more: Any) -> AsyncIterator[Any]:
        try:
            allowed = await apermit(self.name, args, **_terms(self, tool_context))
        except AegisError as error:
            # It runs beside the conversation, so nothing that is raised here reaches anybody.
            yield {"error": str(error)}
            return
        last: Any = None
        try:
            async for last in original(self, args=allowed.args, tool_context=tool_context, **more):
                yield last
        except BaseException as error:
            await allowed.afailed(error) if isinstance(error, Exception) else allowed.failed(error)
            raise
        await allowed.adone(last)

    return _call_live


#: Where a call is carried out, and a plugin may make an answer of every error.
CARRIERS = ("_execute_single_function_call_async", "_execute_single_function_call_live", "_execute_single_prepared_call")


def _carriers(module: ModuleType) -> None:
    for name in CARRIERS:
        if hasattr(module, name):
            replace(module, name, _carrying)


def _carrying(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def execute(*args: Any, **terms: Any) -> Any:
        with raising_what_ends():
            return await original(*args, **terms)

    return execute


def _runners(module: ModuleType) -> None:
    replace(module.Runner, "run", _ran)


def _ran(original: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    def run(self: Any, *args: Any, **terms: Any) -> Iterator[Any]:
        ended: List[AegisError] = []
        runner = copy(self)
        # It runs on a thread of its own, and version 1 loses there what was raised.
        runner.run_async = lambda *given, **named: _kept(self.run_async(*given, **named), ended)
        yield from original(runner, *args, **terms)
        if ended:
            raise ended[0]

    return run


async def _kept(source: AsyncIterator[Any], ended: List[AegisError]) -> AsyncIterator[Any]:
    try:
        async for event in source:
            yield event
    except AegisError as error:
        if not ends(error):
            raise
        ended.append(error)


#: Where the code of a model is run by the agent's code executor, of version 1 and of version 2.
CODE = ("google.adk.flows.llm_flows._code_execution", "google.adk.flows.llm_flows.extensions._code_execution")


def _coding(module: ModuleType) -> None:
    # Version 2 keeps the older module as another name of the newer.
    for name in ("_run_pre_processor", "_run_post_processor"):
        if hasattr(module, name):
            replace(module, name, _processed)


def _processed(original: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def process(invocation_context: Any, *rest: Any) -> AsyncIterator[Any]:
        executor = getattr(invocation_context.agent, "code_executor", None)
        if executor is not None:
            _cover_code(type(executor))
        async for event in original(invocation_context, *rest):
            yield event

    return process


def _cover_code(owner: type) -> None:
    for one in owner.__mro__:
        if "execute_code" in vars(one):
            replace(one, "execute_code", _code)


def _code(original: Callable[..., Any]) -> Callable[..., Any]:
    def execute_code(self: Any, invocation_context: Any, code_execution_input: Any) -> Any:
        results: List[Any] = []

        def run(decided: Dict[str, Any]) -> Any:
            results.append(original(self, invocation_context, changed(code_execution_input, code=decided["code"])))
            # What the model reads.
            return {"stdout": results[0].stdout, "stderr": results[0].stderr}

        try:
            guard("execute_code", {"code": code_execution_input.code, "language": "python"}, run, framework=FRAMEWORK)
        except AegisError as error:
            return import_module("google.adk.code_executors.code_execution_utils").CodeExecutionResult(stderr=told(error))
        return results[0]

    return execute_code


PATCH = Patch(
    package="google.adk",
    distribution="google-adk",
    tested=("1.14", "3"),
    modules={
        "google.adk.tools.base_tool": _tools,
        "google.adk.tools.function_tool": _functions,
        "google.adk.flows.llm_flows.functions": _carriers,
        "google.adk.flows.llm_flows.tools._caller": _carriers,
        **dict.fromkeys(CODE, _coding),
        "google.adk.runners": _runners,
    },
    guards="run_async of every tool class: tools of agents, workflows and live sessions; the code that an agent's executor runs",
    leaves="tools and code the provider runs; code executors that are called by hand",
)
