"""LlamaIndex: `call` and `acall` of its tools, and what its agents make of an error."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any, Awaitable, Callable, Dict, List, Tuple

from . import Patch, aguard, guard, replace
from .told import note, raising_what_ends

FRAMEWORK = "llama-index"
#: Classes with a `call` of their own, by the module they stand in.
CLASSES = {
    "llama_index.core.tools.function_tool": "FunctionTool",
    "llama_index.core.tools.query_engine": "QueryEngineTool",
    "llama_index.core.tools.retriever_tool": "RetrieverTool",
    "llama_index.core.tools.ondemand_loader_tool": "OnDemandLoaderTool",
    "llama_index.core.tools.eval_query_engine": "EvalQueryEngineTool",
}


def _tools(owner: str) -> Callable[[ModuleType], None]:
    def patch(module: ModuleType) -> None:
        replace(getattr(module, owner), "call", _call)
        replace(getattr(module, owner), "acall", _acall)

    return patch


class _Call:
    def __init__(self, tool: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> None:
        context = getattr(tool, "ctx_param_name", None)
        names = [name for name in _parameters(tool) if name != context]
        self.given = (args, kwargs)
        # The workflow's own context is put in beside the model's arguments.
        self.hidden = {name: value for name, value in kwargs.items() if name == context}
        named = {names[at] if at < len(names) else f"arg{at}": value for at, value in enumerate(args)}
        self.args = {**named, **{name: value for name, value in kwargs.items() if name not in self.hidden}}
        self.name = str(tool.metadata.get_name())
        self.terms = {"framework": FRAMEWORK, "description": str(tool.metadata.description or "")}
        self.outputs: List[Any] = []

    def decided(self, args: Dict[str, Any]) -> Tuple[Tuple[Any, ...], Dict[str, Any]]:
        return self.given if args == self.args else ((), {**args, **self.hidden})

    def content(self, output: Any) -> str:
        self.outputs.append(output)
        return str(output.content)

    def rebuilt(self, content: str) -> Any:
        output = self.outputs[0]
        if content == output.content:
            return output
        return type(output)(content=content, tool_name=output.tool_name, raw_input=output.raw_input, raw_output=content, is_error=output.is_error)


def _parameters(tool: Any) -> List[str]:
    function = getattr(tool, "real_fn", None)
    try:
        return ["input"] if function is None else list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def _call(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        asked = _Call(self, args, kwargs)

        def run(decided: Dict[str, Any]) -> str:
            values, named = asked.decided(decided)
            return asked.content(original(self, *values, **named))

        return asked.rebuilt(guard(asked.name, asked.args, run, **asked.terms))

    return call


def _acall(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def acall(self: Any, *args: Any, **kwargs: Any) -> Any:
        asked = _Call(self, args, kwargs)

        async def run(decided: Dict[str, Any]) -> str:
            values, named = asked.decided(decided)
            return asked.content(await original(self, *values, **named))

        return asked.rebuilt(await aguard(asked.name, asked.args, run, **asked.terms))

    return acall


def _calling(module: ModuleType) -> None:
    for name in ("call_tool", "call_tool_with_selection"):
        replace(module, name, _told)
    for name in ("acall_tool", "acall_tool_with_selection"):
        if hasattr(module, name):
            replace(module, name, _atold)


def _agents(module: ModuleType) -> None:
    replace(module.BaseWorkflowAgent, "_call_tool", _atold)


def _told(original: Callable[..., Any]) -> Callable[..., Any]:
    def call_tool(*args: Any, **kwargs: Any) -> Any:
        with raising_what_ends():
            return _noted(original(*args, **kwargs))

    return call_tool


def _atold(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def call_tool(*args: Any, **kwargs: Any) -> Any:
        with raising_what_ends():
            return _noted(await original(*args, **kwargs))

    return call_tool


def _noted(output: Any) -> Any:
    """The library makes text of every error; what ends the run does so all the same."""
    note(getattr(output, "exception", None))
    return output


PATCH = Patch(
    package="llama_index",
    distribution="llama-index-core",
    tested=("0.14.25", "0.15"),
    modules={
        **{name: _tools(owner) for name, owner in CLASSES.items()},
        "llama_index.core.tools.calling": _calling,
        "llama_index.core.agent.workflow.base_agent": _agents,
    },
    guards="call and acall of its tools, of agents and by hand",
    leaves="tool classes of one's own that write `call` themselves",
)
