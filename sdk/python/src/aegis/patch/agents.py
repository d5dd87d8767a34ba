"""
OpenAI's agents library: function tools, custom tools, and the shells, editors and computers it drives. Each is asked about where it is
carried out; hosted tools run at the provider.
"""

from __future__ import annotations

import json
from dataclasses import replace as changed
from importlib import import_module
from types import ModuleType
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Optional, cast

from ..errors import AegisError
from ..pauses import pausing
from ..permit import awaits_somebody
from ..values import parse_arguments
from . import Patch, aguard, replace
from .told import itself, raising_what_ends, told

FRAMEWORK = "openai-agents"
Execute = Callable[..., Awaitable[Any]]


def _tools(module: ModuleType) -> None:
    # Newer versions keep how the call went beside what it gave.
    name = "_invoke_function_tool_with_metadata"
    replace(module, name if hasattr(module, name) else "invoke_function_tool", _function)


def _function(original: Execute) -> Execute:
    async def invoke(*, function_tool: Any, context: Any, arguments: str) -> Any:
        outcome: List[Any] = []

        async def run(text: str) -> Any:
            outcome.append(await original(function_tool=function_tool, context=context, arguments=text))
            return getattr(outcome[0], "output", outcome[0])

        terms = {"call_id": getattr(context, "tool_call_id", None), "description": function_tool.description}
        output = await _answered(function_tool.name, arguments, run, terms)
        if outcome:
            return changed(outcome[0], output=output) if _wraps(outcome[0]) else output
        wrapped = getattr(import_module("agents.tool"), "_FunctionToolInvocationResult", None)
        return output if wrapped is None else wrapped(output)

    return invoke


def _approvals(module: ModuleType) -> None:
    if hasattr(module, "function_needs_approval"):
        replace(module, "function_needs_approval", _needs_approval)


def _needs_approval(original: Execute) -> Execute:
    async def function_needs_approval(function_tool: Any, context_wrapper: Any, tool_call: Any) -> Any:
        found = await original(function_tool, context_wrapper, tool_call)
        if not pausing() or found.outcome != "invoke":
            return found
        terms = {"call_id": tool_call.call_id, "framework": FRAMEWORK, "description": function_tool.description}
        waits = await awaits_somebody(function_tool.name, parse_arguments(tool_call.arguments or "{}"), **terms)
        return changed(found, outcome="require_approval") if waits else found

    return function_needs_approval


def _wraps(outcome: Any) -> bool:
    return type(outcome).__name__ == "_FunctionToolInvocationResult"


async def _answered(name: str, arguments: str, run: Callable[[str], Awaitable[Any]], terms: Mapping[str, Any]) -> Any:
    """For arguments that are JSON as the model wrote it; what is none is described, and asked about."""
    read = parse_arguments(arguments or "{}")

    def text(args: Dict[str, Any]) -> str:
        return arguments if args == read else json.dumps(args)

    return await _answer(name, read, lambda args: run(text(args)), terms)


async def _answer(name: str, args: Mapping[str, Any], run: Callable[[Dict[str, Any]], Awaitable[Any]], terms: Mapping[str, Any]) -> Any:
    """What the model reads: the tool's answer, or why there is none. A halt ends the run."""
    try:
        return await aguard(name, args, run, framework=FRAMEWORK, **terms)
    except AegisError as error:
        return told(error)


async def _result(made: Any) -> Any:
    return await made if hasattr(made, "__await__") else made


def _runs(module: ModuleType) -> None:
    replace(module.AgentRunner, "run", _ran)


def _results(module: ModuleType) -> None:
    replace(module.RunResultStreaming, "stream_events", _streamed)


def _ran(original: Execute) -> Execute:
    async def run(self: Any, *args: Any, **terms: Any) -> Any:
        try:
            return await original(self, *args, **terms)
        except Exception as error:
            raise itself(error) from error.__cause__

    return run


def _streamed(original: Callable[..., Any]) -> Callable[..., Any]:
    async def stream_events(self: Any) -> Any:
        try:
            async for event in original(self):
                yield event
        except Exception as error:
            raise itself(error) from error.__cause__

    return stream_events


def _actions(module: ModuleType) -> None:
    for owner, make in _ACTIONS.items():
        if hasattr(module, owner):
            replace(getattr(module, owner), "execute", make)


def _local_shell(original: Execute) -> Execute:
    async def execute(cls: Any, *, call: Any, **terms: Any) -> Any:
        tool = call.local_shell_tool

        async def executor(request: Any) -> Any:
            action = request.data.action

            async def run(args: Dict[str, Any]) -> Any:
                data = request.data.model_copy(update={"action": action.model_copy(update=args)})
                return await _result(tool.executor(changed(request, data=data)))

            args = {"command": list(action.command), "working_directory": action.working_directory, "env": dict(action.env or {})}
            return await _answer("local_shell", _given(args), run, {"call_id": request.data.call_id})

        return await original(cls, call=changed(call, local_shell_tool=changed(tool, executor=executor)), **terms)

    return execute


def _shell(original: Execute) -> Execute:
    async def execute(cls: Any, *, call: Any, **terms: Any) -> Any:
        tool = call.shell_tool

        async def executor(request: Any) -> Any:
            async def run(args: Dict[str, Any]) -> Any:
                action = changed(request.data.action, commands=list(args["commands"]))
                return await _result(tool.executor(changed(request, data=changed(request.data, action=action))))

            args = {"commands": list(request.data.action.commands)}
            return await _answer(tool.name, args, run, {"call_id": request.data.call_id})

        guarded = call if tool.executor is None else changed(call, shell_tool=changed(tool, executor=executor))
        # The library takes what a shell or an editor raises for its output.
        with raising_what_ends():
            return await original(cls, call=guarded, **terms)

    return execute


class _Editor:
    """Asks before each change of a file, and answers as an editor does that could not make it."""

    def __init__(self, editor: Any, name: str, call_id: Optional[str]) -> None:
        self._editor = editor
        self._name = name
        self._call_id = call_id
        self._made = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._editor, name)

    def _edit(self, method: str, operation: Any) -> Awaitable[Any]:
        self._made += 1
        # One call may change several files, and each is an action of its own.
        call_id = None if self._call_id is None else f"{self._call_id}#{self._made}"

        async def run(args: Dict[str, Any]) -> Any:
            decided = changed(operation, path=args["path"], diff=args.get("diff"))
            return await _result(getattr(self._editor, method)(decided))

        args = _given({"type": operation.type, "path": operation.path, "diff": operation.diff, "move_to": getattr(operation, "move_to", None)})
        return self._answered(args, run, call_id)

    async def _answered(self, args: Dict[str, Any], run: Callable[[Dict[str, Any]], Awaitable[Any]], call_id: Optional[str]) -> Any:
        try:
            return await aguard(self._name, args, run, framework=FRAMEWORK, call_id=call_id)
        except AegisError as error:
            return import_module("agents.editor").ApplyPatchResult(status="failed", output=told(error))

    def create_file(self, operation: Any) -> Awaitable[Any]:
        return self._edit("create_file", operation)

    def update_file(self, operation: Any) -> Awaitable[Any]:
        return self._edit("update_file", operation)

    def delete_file(self, operation: Any) -> Awaitable[Any]:
        return self._edit("delete_file", operation)


def _patch(original: Execute) -> Execute:
    async def execute(cls: Any, *, call: Any, **terms: Any) -> Any:
        tool = call.apply_patch_tool
        editor = _Editor(tool.editor, tool.name, _call_id(call.tool_call))
        with raising_what_ends():
            return await original(cls, call=changed(call, apply_patch_tool=changed(tool, editor=editor)), **terms)

    return execute


def _custom(original: Execute) -> Execute:
    async def execute(cls: Any, *, call: Any, **terms: Any) -> Any:
        tool = call.custom_tool

        async def on_invoke_tool(context: Any, given: str) -> Any:
            async def run(args: Dict[str, Any]) -> Any:
                return await _result(tool.on_invoke_tool(context, args["input"]))

            terms = {"call_id": _call_id(call.tool_call), "description": tool.description}
            return await _answer(tool.name, {"input": given}, run, terms)

        guarded = changed(call, custom_tool=changed(tool, on_invoke_tool=on_invoke_tool))
        with raising_what_ends():
            return await original(cls, call=guarded, **terms)

    return execute


def _computer(original: Execute) -> Execute:
    async def execute(cls: Any, *, action: Any, **terms: Any) -> Any:
        call = action.tool_call
        asked = getattr(call, "actions", None) or [call.action]

        async def run(_: Dict[str, Any]) -> Any:
            return await original(cls, action=action, **terms)

        # A screen has no way to say that nothing was done, so a denial ends the run here.
        args = {"actions": [one.model_dump(exclude_none=True) for one in asked]}
        return await aguard("computer", args, run, framework=FRAMEWORK, call_id=_call_id(call))

    return execute


def _call_id(call: Any) -> Optional[str]:
    found = call.get("call_id") if isinstance(call, dict) else getattr(call, "call_id", None)
    return cast(Optional[str], found)


def _given(args: Dict[str, Any]) -> Dict[str, Any]:
    return {name: value for name, value in args.items() if value not in (None, {}, [])}


_ACTIONS = {
    "LocalShellAction": _local_shell,
    "ShellAction": _shell,
    "ApplyPatchAction": _patch,
    "CustomToolAction": _custom,
    "ComputerAction": _computer,
}

PATCH = Patch(
    package="agents",
    distribution="openai-agents",
    tested=("0.24", "1"),
    modules={
        "agents.tool": _tools,
        "agents.run_internal.tool_actions": _actions,
        "agents.run_internal.tool_execution": _approvals,
        "agents.run": _runs,
        "agents.result": _results,
    },
    guards="function tools, custom tools, shells, editors and computers of runs",
    leaves="hosted tools, which the provider runs; tools whose on_invoke_tool is called by hand",
)
