"""CrewAI: tools that a model calls natively or writes as text, in crews, flows and single agents."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Awaitable, Callable, Dict, List

from ..errors import AegisError
from . import Patch, aguard, guard, replace
from .told import note, raising_what_ends, told

FRAMEWORK = "crewai"


def _tools(module: ModuleType) -> None:
    for owner in (module.BaseTool, module.Tool):
        replace(owner, "run", _run)
        replace(owner, "arun", _arun)


def _by_name(tool: Any, args: Any, kwargs: Dict[str, Any]) -> Dict[str, Any]:
    names: List[str] = list(tool.args_schema.model_fields) if getattr(tool, "args_schema", None) is not None else []
    return {**{names[at] if at < len(names) else f"arg{at}": value for at, value in enumerate(args)}, **kwargs}


def _terms(tool: Any) -> Dict[str, Any]:
    return {"framework": FRAMEWORK, "description": str(tool.description or "")}


def _run(original: Callable[..., Any]) -> Callable[..., Any]:
    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = _by_name(self, args, kwargs)

        def decided(allowed: Dict[str, Any]) -> Any:
            return original(self, *args, **kwargs) if allowed == given else original(self, **allowed)

        try:
            return guard(self.name, given, decided, **_terms(self))
        except AegisError as error:
            note(error)
            raise

    return run


def _arun(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def arun(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = _by_name(self, args, kwargs)

        async def decided(allowed: Dict[str, Any]) -> Any:
            return await (original(self, *args, **kwargs) if allowed == given else original(self, **allowed))

        try:
            return await aguard(self.name, given, decided, **_terms(self))
        except AegisError as error:
            note(error)
            raise

    return arun


def _structured(module: ModuleType) -> None:
    replace(module.CrewStructuredTool, "invoke", _invoked)


def _invoked(original: Callable[..., Any]) -> Callable[..., Any]:
    def invoke(self: Any, input: Any, *rest: Any, **kwargs: Any) -> Any:  # noqa: A002 - the library's name
        given = input if isinstance(input, dict) else self._parse_args(input)
        try:
            return guard(self.name, given, lambda decided: original(self, decided, *rest, **kwargs), **_terms(self))
        except AegisError as error:
            # An error here has the library call once more, with the same arguments.
            return told(error)

    return invoke


#: Where a call is carried out, and every error becomes text.
CARRIERS = {
    "crewai.agents.agent_executor": ("AgentExecutor", "_execute_single_native_tool_call"),
    "crewai.tools.tool_usage": ("ToolUsage", "use"),
}


def _carrier(owner: str, method: str) -> Callable[[ModuleType], None]:
    return lambda module: replace(getattr(module, owner), method, _carried)


def _functions(module: ModuleType) -> None:
    replace(module, "execute_single_native_tool_call", _carried)


def _carried(original: Callable[..., Any]) -> Callable[..., Any]:
    def carry(*args: Any, **kwargs: Any) -> Any:
        with raising_what_ends():
            return original(*args, **kwargs)

    return carry


PATCH = Patch(
    package="crewai",
    distribution="crewai",
    tested=("1.15", "2"),
    modules={
        "crewai.tools.base_tool": _tools,
        "crewai.tools.structured_tool": _structured,
        **{name: _carrier(*carrier) for name, carrier in CARRIERS.items()},
        "crewai.utilities.agent_utils": _functions,
    },
    guards="BaseTool.run and arun, and tools called through text",
    leaves="code interpreters in a sandbox of their own, tools of the CrewAI platform",
)
