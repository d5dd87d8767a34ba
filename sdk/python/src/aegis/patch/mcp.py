"""The MCP client: `ClientSession.call_tool` is how every tool of every server is called."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Awaitable, Callable, Dict, Mapping, Optional

from . import Patch, aguard, replace


def _session(module: ModuleType) -> None:
    replace(module.ClientSession, "call_tool", _called)


def _called(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def call_tool(self: Any, name: str, arguments: Optional[Mapping[str, Any]] = None, *rest: Any, **terms: Any) -> Any:
        def run(decided: Dict[str, Any]) -> Awaitable[Any]:
            return original(self, name, None if arguments is None and not decided else decided, *rest, **terms)

        return await aguard(name, arguments or {}, run, framework="mcp")

    return call_tool


PATCH = Patch(
    package="mcp",
    distribution="mcp",
    tested=("1.20", "3"),
    modules={"mcp.client.session": _session},
    guards="ClientSession.call_tool",
)
