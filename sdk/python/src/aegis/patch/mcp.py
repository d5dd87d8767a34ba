"""The MCP client: every call of every server's tools, by `Client.call_tool`, `ClientSession.call_tool`, or as a request sent by hand."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Awaitable, Callable, Dict, Mapping, Optional

from . import Patch, aguard, replace

FRAMEWORK = "mcp"


def _session(module: ModuleType) -> None:
    replace(module.ClientSession, "call_tool", _called)
    replace(module.ClientSession, "send_request", _sent)


def _client(module: ModuleType) -> None:
    # It may send one call several times, to answer what the server asks in between: that is one action.
    replace(module.Client, "call_tool", _called)


def _called(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def call_tool(self: Any, name: str, arguments: Optional[Mapping[str, Any]] = None, *rest: Any, **terms: Any) -> Any:
        def run(decided: Dict[str, Any]) -> Awaitable[Any]:
            return original(self, name, None if arguments is None and not decided else decided, *rest, **terms)

        return await aguard(name, arguments or {}, run, framework=FRAMEWORK)

    return call_tool


def _sent(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def send_request(self: Any, request: Any, *rest: Any, **terms: Any) -> Any:
        call = getattr(request, "root", request)
        if getattr(call, "method", None) != "tools/call":
            return await original(self, request, *rest, **terms)
        given = call.params.arguments

        def run(decided: Dict[str, Any]) -> Awaitable[Any]:
            call.params.arguments = None if given is None and not decided else decided
            return original(self, request, *rest, **terms)

        return await aguard(call.params.name, given or {}, run, framework=FRAMEWORK)

    return send_request


PATCH = Patch(
    package="mcp",
    distribution="mcp",
    tested=("1.19", "3"),
    modules={"mcp.client.session": _session, "mcp.client.client": _client},
    guards="Client.call_tool, ClientSession.call_tool and tools/call as a request",
    leaves="what the server asks of the client (sampling, elicitation)",
)
