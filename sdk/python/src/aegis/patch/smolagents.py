"""smolagents: `Tool.__call__`, and the code that code agents run."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Callable, Dict, Iterator

from . import Patch, guard, replace
from .told import itself

FRAMEWORK = "smolagents"


def _tools(module: ModuleType) -> None:
    replace(module.Tool, "__call__", _called)
    if hasattr(module, "PipelineTool"):
        replace(module.PipelineTool, "__call__", _called)


def _called(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any, *args: Any, sanitize_inputs_outputs: bool = False, **kwargs: Any) -> Any:
        given = _by_name(self, args, kwargs)

        def run(decided: Dict[str, Any]) -> Any:
            if decided == given:
                return original(self, *args, sanitize_inputs_outputs=sanitize_inputs_outputs, **kwargs)
            return original(self, sanitize_inputs_outputs=sanitize_inputs_outputs, **decided)

        return guard(self.name, given, run, framework=FRAMEWORK, description=str(self.description))

    return call


def _by_name(tool: Any, args: Any, kwargs: Dict[str, Any]) -> Dict[str, Any]:
    names = list(tool.inputs)
    if len(args) == 1 and not kwargs and isinstance(args[0], dict) and all(key in names for key in args[0]):
        return dict(args[0])
    return {**{names[at] if at < len(names) else f"arg{at}": value for at, value in enumerate(args)}, **kwargs}


def _executor(module: ModuleType) -> None:
    replace(module.LocalPythonExecutor, "__call__", _code)


def _remote(module: ModuleType) -> None:
    replace(module.RemotePythonExecutor, "__call__", _code)


def _code(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any, code_action: str) -> Any:
        results = []

        def run(decided: Dict[str, Any]) -> Any:
            results.append(original(self, decided["code"]))
            # What the model reads: what was printed, and the value of the last line.
            return {"output": results[0].output, "logs": results[0].logs}

        guard("python_interpreter", {"code": code_action}, run, framework=FRAMEWORK)
        return results[0]

    return call


def _agents(module: ModuleType) -> None:
    for owner in (module.ToolCallingAgent, module.CodeAgent):
        replace(owner, "_step_stream", _stepped)


def _stepped(original: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    def _step_stream(self: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        try:
            yield from original(self, *args, **kwargs)
        except Exception as error:
            raise itself(error) from error.__cause__

    return _step_stream


PATCH = Patch(
    package="smolagents",
    distribution="smolagents",
    tested=("1.26", "2"),
    modules={
        "smolagents.tools": _tools,
        "smolagents.local_python_executor": _executor,
        "smolagents.remote_executors": _remote,
        "smolagents.agents": _agents,
    },
    guards="Tool.__call__, and the code of code agents before it runs",
    leaves="tools that code calls within a remote sandbox",
)
