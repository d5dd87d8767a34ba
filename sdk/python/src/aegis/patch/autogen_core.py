"""AutoGen: `BaseTool.run_json` is how its agents and workbenches call every tool."""

from __future__ import annotations

from types import ModuleType
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, Mapping, Optional

from ..errors import AegisError
from . import Patch, aguard, apermit, replace
from .told import note, raising_what_ends

FRAMEWORK = "autogen"


def _tools(module: ModuleType) -> None:
    replace(module.BaseTool, "run_json", _run)
    if hasattr(module, "BaseStreamTool"):
        replace(module.BaseStreamTool, "run_json_stream", _stream)


def _terms(tool: Any, call_id: Optional[str]) -> Dict[str, Any]:
    return {"call_id": call_id, "framework": FRAMEWORK, "description": str(tool.description or "")}


def _run(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def run_json(self: Any, args: Mapping[str, Any], cancellation_token: Any, call_id: Optional[str] = None) -> Any:
        async def run(decided: Dict[str, Any]) -> Any:
            return await original(self, decided, cancellation_token, call_id=call_id)

        try:
            return await aguard(self.name, args, run, **_terms(self, call_id))
        except AegisError as error:
            note(error)
            raise

    return run_json


def _stream(original: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def run_json_stream(self: Any, args: Mapping[str, Any], cancellation_token: Any, call_id: Optional[str] = None) -> AsyncIterator[Any]:
        try:
            allowed = await apermit(self.name, args, **_terms(self, call_id))
        except AegisError as error:
            note(error)
            raise
        last: Any = None
        try:
            async for last in original(self, allowed.args, cancellation_token, call_id=call_id):
                yield last
        except BaseException as error:
            await allowed.afailed(error)
            raise
        # The last of a stream is what the tool returns.
        await allowed.adone(last)

    return run_json_stream


def _workbench(module: ModuleType) -> None:
    replace(module.StaticWorkbench, "call_tool", _worked)
    if hasattr(module, "StaticStreamWorkbench"):
        replace(module.StaticStreamWorkbench, "call_tool_stream", _streamed)


def _worked(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def call_tool(*args: Any, **kwargs: Any) -> Any:
        # A workbench makes text of every error.
        with raising_what_ends():
            return await original(*args, **kwargs)

    return call_tool


def _streamed(original: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def call_tool_stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        with raising_what_ends():
            async for piece in original(*args, **kwargs):
                yield piece

    return call_tool_stream


PATCH = Patch(
    package="autogen_core",
    distribution="autogen-core",
    tested=("0.7.5", "0.8"),
    modules={"autogen_core.tools._base": _tools, "autogen_core.tools._static_workbench": _workbench},
    guards="BaseTool.run_json: tools of agents and workbenches",
    leaves="tool classes of one's own that write `run_json` themselves",
)
