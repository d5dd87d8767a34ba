"""Microsoft Agent Framework: `FunctionTool._invoke_function` carries out every function tool, after its arguments were validated."""

from __future__ import annotations

import inspect
from contextvars import ContextVar
from importlib import import_module
from types import ModuleType
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Optional

from ..errors import AegisError
from . import Patch, aguard, guard, replace
from .told import ends, note, raising_what_ends

FRAMEWORK = "agent-framework"

#: The model API's id of the call that is being carried out.
_CALL_ID: ContextVar[Optional[str]] = ContextVar("aegis_agent_framework_call", default=None)
#: Why the call did not run, while the framework makes an error of its own of everything a tool raises.
_REFUSED: ContextVar[Optional[List[AegisError]]] = ContextVar("aegis_agent_framework_refused", default=None)


def _tools(module: ModuleType) -> None:
    tool = module.FunctionTool
    replace(tool, "invoke", _invoke)
    replace(tool, "_invoke_function", _invoked)
    replace(tool, "__call__", _called)
    replace(module, "_auto_invoke_function", _carried)


def _invoke(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def invoke(self: Any, *, tool_call_id: Optional[str] = None, **terms: Any) -> Any:
        token = _CALL_ID.set(tool_call_id)
        try:
            return await original(self, tool_call_id=tool_call_id, **terms)
        finally:
            _CALL_ID.reset(token)

    return invoke


def _terms(tool: Any, call_id: Optional[str]) -> Dict[str, Any]:
    return {"call_id": call_id, "framework": FRAMEWORK, "description": str(tool.description or "")}


def _hidden(tool: Any, given: Mapping[str, Any]) -> Dict[str, Any]:
    """What the framework passes beside the arguments."""
    name: Optional[str] = getattr(tool, "_context_parameter_name", None)
    return {name: given[name]} if name is not None and name in given else {}


def _seen(given: Mapping[str, Any], hidden: Mapping[str, Any]) -> Dict[str, Any]:
    return {name: value for name, value in given.items() if name not in hidden}


def _invoked(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def _invoke_function(self: Any, call_kwargs: Mapping[str, Any]) -> Any:
        hidden = _hidden(self, call_kwargs)

        async def run(args: Dict[str, Any]) -> Any:
            return await original(self, {**args, **hidden})

        try:
            return await aguard(self.name, _seen(call_kwargs, hidden), run, **_terms(self, _CALL_ID.get()))
        except AegisError as error:
            note(error)
            refused = _REFUSED.get()
            if refused is not None:
                refused.append(error)
            raise

    return _invoke_function


def _called(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = _by_name(self, args, kwargs)
        hidden = _hidden(self, given)

        def run(decided: Dict[str, Any]) -> Any:
            return original(self, *args, **kwargs) if decided == _seen(given, hidden) else original(self, **decided, **hidden)

        return guard(self.name, _seen(given, hidden), run, **_terms(self, None))

    return call


def _by_name(tool: Any, args: Any, kwargs: Dict[str, Any]) -> Dict[str, Any]:
    names: List[str] = []
    if args and tool.func is not None:
        names = list(inspect.signature(tool.func).parameters)[1 if getattr(tool, "_instance", None) is not None else 0 :]
    return {**{names[at] if at < len(names) else f"arg{at}": value for at, value in enumerate(args)}, **kwargs}


def _carried(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def _auto_invoke_function(function_call_content: Any, *args: Any, **terms: Any) -> Any:
        refused: List[AegisError] = []
        token = _REFUSED.set(refused)
        try:
            with raising_what_ends():
                answer = await original(function_call_content, *args, **terms)
        finally:
            _REFUSED.reset(token)
        if refused and not ends(refused[0]) and getattr(answer, "exception", None) is not None:
            return _told(answer, refused[0])
        return answer

    return _auto_invoke_function


def _told(answer: Any, error: AegisError) -> Any:
    """The same error result, with why: the framework keeps the words of an exception from the model."""
    content = import_module("agent_framework").Content
    said: Dict[str, Any] = {"call_id": answer.call_id, "result": str(error), "exception": str(error)}
    return content.from_function_result(**said, additional_properties=answer.additional_properties)


PATCH = Patch(
    package="agent_framework",
    distribution="agent-framework-core",
    tested=("1.23", "2"),
    modules={"agent_framework._tools": _tools},
    guards="function tools of agents, tools called by hand, and MCP tools",
    leaves="tools the provider runs; tools that are declared only, and run by the program",
)
