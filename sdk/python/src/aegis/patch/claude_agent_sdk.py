"""
Claude Agent SDK: its program runs the tools, those of subagents too, and asks a PreToolUse hook before each. The hook is put in where the
library hands hooks over, so that no option of an agent leaves it out; what goes wrong in it blocks the call.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, List, Mapping, Optional

from ..errors import AegisError, AegisWithheldError
from ..permit import Permit
from . import Patch, apermit, replace
from .told import ends

FRAMEWORK = "claude-agent-sdk"
HOOKS = "_aegis_hooks"
#: The program stops waiting for a hook after this; the time that an action waits for a person is limited by Aegis itself, and is shorter.
LONGEST_SECONDS = 86_400

Callback = Callable[[Any, Optional[str], Any], Awaitable[Any]]


class Hooks:
    """The hooks of one connection to the program."""

    def __init__(self) -> None:
        #: What ended the run: raised to whoever reads the messages.
        self.ended: Optional[AegisError] = None
        self._open: Dict[str, List[Permit]] = {}

    def beside(self, given: Optional[Mapping[str, List[Any]]]) -> Dict[str, List[Any]]:
        """The agent's own hooks, and these."""
        hooks: Dict[str, List[Any]] = {event: list(matchers) for event, matchers in (given or {}).items()}
        own = [{**one, "hooks": [self._changing(callback) for callback in one.get("hooks", [])]} for one in hooks.get("PreToolUse", [])]
        before = {"matcher": None, "hooks": [self._before], "timeout": LONGEST_SECONDS, "on_failure": "block"}
        hooks["PreToolUse"] = [before, *own]
        for event, after in (("PostToolUse", self._succeeded), ("PostToolUseFailure", self._failed)):
            hooks[event] = [*hooks.get(event, []), {"matcher": None, "hooks": [after], "timeout": LONGEST_SECONDS}]
        return hooks

    async def _before(self, call: Any, tool_use_id: Optional[str], context: Any) -> Any:
        return await self._decided(call, call["tool_input"], call.get("tool_use_id") or tool_use_id)

    async def _decided(self, call: Any, args: Mapping[str, Any], call_id: Optional[str]) -> Dict[str, Any]:
        if self.ended is not None:
            return _denial(str(self.ended), stop=True)
        try:
            allowed = await apermit(call["tool_name"], args, call_id=call_id, framework=FRAMEWORK, cwd=call.get("cwd"))
        except AegisError as error:
            if ends(error):
                self.ended = error
            return _denial(str(error), stop=ends(error))
        self._open.setdefault(str(call.get("tool_use_id")), []).append(allowed)
        # Not "allow", which would skip the permissions that the agent itself asks for.
        return _said(updatedInput=allowed.args) if allowed.changed else {}

    def _changing(self, callback: Callback) -> Callback:
        """The hooks of a call run side by side: what one of the agent's own makes of the arguments is decided too."""

        async def run(call: Any, tool_use_id: Optional[str], context: Any) -> Any:
            answer = await callback(call, tool_use_id, context)
            said = answer.get("hookSpecificOutput") if isinstance(answer, dict) else None
            made = said.get("updatedInput") if isinstance(said, dict) else None
            if not isinstance(made, dict) or made == call["tool_input"] or (said or {}).get("permissionDecision") == "deny":
                return answer
            decided = await self._decided(call, made, f"{call.get('tool_use_id') or tool_use_id}#changed")
            changed = (decided.get("hookSpecificOutput") or {}) if decided else {}
            return {**answer, **decided, "hookSpecificOutput": {**(said or {}), **changed}} if decided else answer

        return run

    async def _succeeded(self, call: Any, tool_use_id: Optional[str], context: Any) -> Any:
        result = call.get("tool_response")
        read = result
        for allowed in self._open.pop(str(call.get("tool_use_id")), []):
            try:
                read = await allowed.adone(read)
            except AegisWithheldError as error:
                read = _without_texts(read, str(error))
        return {} if read is result else {"hookSpecificOutput": {"hookEventName": "PostToolUse", "updatedToolOutput": read}}

    async def _failed(self, call: Any, tool_use_id: Optional[str], context: Any) -> Any:
        for allowed in self._open.pop(str(call.get("tool_use_id")), []):
            await allowed.afailed(RuntimeError(str(call.get("error"))))
        return {}


def _said(**terms: Any) -> Dict[str, Any]:
    return {"hookSpecificOutput": {"hookEventName": "PreToolUse", **terms}}


def _denial(text: str, stop: bool) -> Dict[str, Any]:
    said = _said(permissionDecision="deny", permissionDecisionReason=text)
    return {**said, "continue_": False, "stopReason": text} if stop else said


def _without_texts(value: Any, text: str) -> Any:
    """In the shape it has: the program shows the first result where the second has another."""
    if isinstance(value, dict):
        return {key: one if key == "type" else _without_texts(one, text) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_texts(one, text) for one in value]
    return text if isinstance(value, str) and value else value


def _query(module: ModuleType) -> None:
    replace(module.Query, "__init__", _made)
    replace(module.Query, "receive_messages", _received)


def _made(original: Callable[..., None]) -> Callable[..., None]:
    def init(self: Any, *args: Any, hooks: Optional[Mapping[str, List[Any]]] = None, **terms: Any) -> None:
        own = Hooks()
        setattr(self, HOOKS, own)
        original(self, *args, hooks=own.beside(hooks), **terms)

    return init


def _received(original: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def receive_messages(self: Any) -> AsyncIterator[Any]:
        own: Optional[Hooks] = getattr(self, HOOKS, None)
        async for message in original(self):
            if own is not None and own.ended is not None:
                raise own.ended
            yield message
        if own is not None and own.ended is not None:
            raise own.ended

    return receive_messages


PATCH = Patch(
    package="claude_agent_sdk",
    distribution="claude-agent-sdk",
    tested=("0.2.189", "0.3"),
    modules={"claude_agent_sdk._internal.query": _query},
    guards="every tool of the program, of subagents and of MCP servers, by a hook that blocks where it fails",
    leaves="arguments that a hook of the program's settings files changes meanwhile; tools the provider runs",
)
