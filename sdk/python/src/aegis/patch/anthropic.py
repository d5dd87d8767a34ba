"""Anthropic's library: Messages and beta Messages, sync and async, streams and helpers, tool runners, Bedrock and Vertex."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any, Awaitable, Callable, Dict, Optional

from ..answers.http_response import Left
from ..answers.reading import nobody
from ..errors import AegisBlockedError, AegisError, AegisHaltedError, AegisWithheldError
from . import Patch, aguard, guard, replace
from .callers import stands
from .routes import ANTHROPIC_MESSAGES
from .stainless import guard_clients

RUNNER = "BetaToolRunner"
RUNNERS = "anthropic.lib.tools._beta_runner"


def _clients(module: ModuleType) -> None:
    guard_clients(module, "anthropic", ANTHROPIC_MESSAGES, _left)


def _left(response: Any) -> Left:
    """A tool runner's tools are decided where it runs them, so that a denial is a result the model reads and the run goes on."""
    ours = RUNNER in response.request.headers.get("x-stainless-helper", "") and stands("anthropic", RUNNERS)
    return (lambda _name: True) if ours else nobody


def _runners(module: ModuleType) -> None:
    for runner, ran, member in (
        (module.BaseSyncToolRunner, _ran, _member(module)),
        (module.BaseAsyncToolRunner, _aran, _amember(module)),
    ):
        replace(runner, "_run_tool", ran)
        replace(runner, "_run_toolset_member", member)


class _Stand:
    """In the place of a tool while it runs: asked before it is called."""

    def __init__(self, tool: Any, use: Any) -> None:
        self._tool, self._use = tool, use
        #: What must end the run. The runner makes a result of every error, so it is raised behind it.
        self.stop: Optional[AegisError] = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tool, name)

    def _terms(self) -> Dict[str, Any]:
        description = getattr(self._tool, "description", None)
        return {**_terms(self._use), "description": description if isinstance(description, str) else None}

    def _told(self, error: AegisError) -> Exception:
        if not _is_answer(error):
            self.stop = error
        told: Exception = import_module("anthropic.lib.tools._beta_functions").ToolError(str(error))
        return told


class _SyncStand(_Stand):
    def call(self, input: Any) -> Any:
        try:
            return guard(self._use.name, input, self._tool.call, **self._terms())
        except AegisError as error:
            raise self._told(error) from error


class _AsyncStand(_Stand):
    async def call(self, input: Any) -> Any:
        try:
            return await aguard(self._use.name, input, self._tool.call, **self._terms())
        except AegisError as error:
            raise self._told(error) from error


def _terms(use: Any) -> Dict[str, Any]:
    return {"call_id": use.id, "framework": "anthropic"}


def _is_answer(error: AegisError) -> bool:
    """Whether the model is told of it and the run goes on."""
    return isinstance(error, (AegisBlockedError, AegisWithheldError)) and not isinstance(error, AegisHaltedError)


def _ran(original: Callable[..., Any]) -> Callable[..., Any]:
    def run(self: Any, tool: Any, tool_use: Any) -> Any:
        stand = _SyncStand(tool, tool_use)
        result = original(self, stand, tool_use)
        if stand.stop is not None:
            raise stand.stop
        return result

    return run


def _aran(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def run(self: Any, tool: Any, tool_use: Any) -> Any:
        stand = _AsyncStand(tool, tool_use)
        result = await original(self, stand, tool_use)
        if stand.stop is not None:
            raise stand.stop
        return result

    return run


def _member(module: ModuleType) -> Callable[..., Any]:
    def made(original: Callable[..., Any]) -> Callable[..., Any]:
        def run(self: Any, tool_use: Any) -> Any:
            def member(decided: Dict[str, Any]) -> Any:
                return original(self, tool_use.model_copy(update={"input": decided}))

            try:
                return guard(tool_use.name, tool_use.input, member, **_terms(tool_use))
            except AegisError as error:
                return _refused(module, tool_use, error)

        return run

    return made


def _amember(module: ModuleType) -> Callable[..., Any]:
    def made(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(self: Any, tool_use: Any) -> Any:
            async def member(decided: Dict[str, Any]) -> Any:
                return await original(self, tool_use.model_copy(update={"input": decided}))

            try:
                return await aguard(tool_use.name, tool_use.input, member, **_terms(tool_use))
            except AegisError as error:
                return _refused(module, tool_use, error)

        return run

    return made


def _refused(module: ModuleType, use: Any, error: AegisError) -> Any:
    """The library's own result for a member that was not run, in our words."""
    if not _is_answer(error):
        raise error
    return {**module.not_executed_result(use), "content": str(error), "is_error": True}


PATCH = Patch(
    package="anthropic",
    distribution="anthropic",
    tested=("1.17", "3"),
    modules={"anthropic._base_client": _clients, RUNNERS: _runners},
    guards="tool calls of messages and beta.messages, however the answer is read, and tools of tool runners",
    leaves="tools the provider runs, managed agents and their sessions, batches",
)
