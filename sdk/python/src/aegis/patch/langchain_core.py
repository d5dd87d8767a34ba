"""LangChain and LangGraph: `BaseTool.run` and `arun` are the one way to every tool, of agents, graphs, tool nodes and by hand."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any, Awaitable, Callable, Dict, FrozenSet, Optional, Tuple

from ..errors import AegisError, AegisTimeoutError
from ..pauses import pauses, waiting
from . import Patch, aguard, guard, replace
from .told import told

FRAMEWORK = "langchain"
#: Input of a tool that takes one text and names no argument.
BARE = "input"


class _ToolFailed(Exception):
    """The tool told the model that it failed; the message goes on as it is."""

    def __init__(self, output: Any) -> None:
        super().__init__(str(output.content))
        self.output = output


def _tools(module: ModuleType) -> None:
    replace(module.BaseTool, "run", _run)
    replace(module.BaseTool, "arun", _arun)


class _Call:
    """One call: what is decided about, and the input and output it stands for."""

    def __init__(self, tool: Any, tool_input: Any, terms: Dict[str, Any]) -> None:
        self.tool = tool
        self.input = tool_input
        #: Set where a model made the call, and reads what comes of it.
        self.call_id: Optional[str] = terms.get("tool_call_id")
        self.output: Any = None
        hidden: FrozenSet[str] = getattr(tool, "_injected_args_keys", frozenset())
        given = tool_input if isinstance(tool_input, dict) else {_only_argument(tool): tool_input}
        # What the framework puts in beside the model's arguments (its state, its store) is not decided about.
        self.injected = {name: value for name, value in given.items() if name in hidden}
        self.args = {name: value for name, value in given.items() if name not in hidden}
        self.terms = {"call_id": self.call_id, "framework": FRAMEWORK, "description": str(tool.description or "")}

    def decided(self, args: Dict[str, Any]) -> Any:
        """The input to run with: the very one that was given, unless it was changed."""
        return self.input if args == self.args else {**self.injected, **args}

    def content(self, output: Any) -> Any:
        """What of the output the model reads."""
        self.output = output
        if getattr(output, "status", None) == "error" and hasattr(output, "tool_call_id"):
            raise _ToolFailed(output)
        return output.content if _is_message(output) else output

    def rebuilt(self, content: Any) -> Any:
        if not _is_message(self.output):
            return content
        return self.output if content is self.output.content else self.output.model_copy(update={"content": content})

    def refused(self, error: AegisError) -> Any:
        if self.call_id is None:
            raise error
        if isinstance(error, AegisTimeoutError) and pauses(error) and _keeps_its_state():
            raise _interrupt(error)
        return import_module("langchain_core.messages").ToolMessage(content=told(error), tool_call_id=self.call_id, name=self.tool.name, status="error")


def _run(original: Callable[..., Any]) -> Callable[..., Any]:
    def run(self: Any, tool_input: Any, *rest: Any, **terms: Any) -> Any:
        call = _Call(self, tool_input, terms)
        try:
            return call.rebuilt(guard(self.name, call.args, lambda args: call.content(original(self, call.decided(args), *rest, **terms)), **call.terms))
        except _ToolFailed as failed:
            return failed.output
        except AegisError as error:
            return call.refused(error)

    return run


def _arun(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def arun(self: Any, tool_input: Any, *rest: Any, **terms: Any) -> Any:
        call = _Call(self, tool_input, terms)

        async def run(args: Dict[str, Any]) -> Any:
            return call.content(await original(self, call.decided(args), *rest, **terms))

        try:
            return call.rebuilt(await aguard(self.name, call.args, run, **call.terms))
        except _ToolFailed as failed:
            return failed.output
        except AegisError as error:
            return call.refused(error)

    return arun


def _keeps_its_state() -> bool:
    """Whether this runs in a graph that can be resumed."""
    config = import_module("langchain_core.runnables.config").var_child_runnable_config.get() or {}
    return config.get("configurable", {}).get("__pregel_checkpointer") is not None


def _interrupt(error: AegisTimeoutError) -> BaseException:
    # LangGraph's own `interrupt` would take an answer that is meant for the tool.
    interrupt = import_module("langgraph.types").Interrupt(value=waiting(error), id=error.decision.action)
    paused: BaseException = import_module("langgraph.errors").GraphInterrupt((interrupt,))
    return paused


def _only_argument(tool: Any) -> str:
    fields: Tuple[str, ...] = tuple(getattr(tool, "args", None) or ())
    return fields[0] if fields else BARE


def _is_message(output: Any) -> bool:
    return hasattr(output, "tool_call_id") and hasattr(output, "content") and hasattr(output, "model_copy")


PATCH = Patch(
    package="langchain_core",
    distribution="langchain-core",
    tested=("1.8", "2"),
    modules={"langchain_core.tools.base": _tools},
    guards="BaseTool.run and arun: tools of LangChain agents, LangGraph and tool nodes",
    leaves="tools the provider runs",
)
