"""The MCP client, against a real server in the same process: 2.x in the newest environment, 1.x beside CrewAI."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, AsyncIterator, Callable, Dict

import mcp
import pytest
from libraries.cases import Agent, Case, Loop, each_case, hold
from mcp import types

from aegis import AegisError

TWO = hasattr(mcp, "Client")


def server(agent: Agent) -> Any:
    if TWO:
        from mcp.server import MCPServer as Server
    else:
        from mcp.server.fastmcp import FastMCP as Server
    made = Server("tools")
    made.tool()(agent.pay)
    made.tool()(agent.look)
    return made


@contextlib.asynccontextmanager
async def connected(agent: Agent) -> AsyncIterator[Any]:
    if TWO:
        async with mcp.Client(server(agent)) as client:
            yield client
    else:
        from mcp.shared.memory import create_connected_server_and_client_session

        async with create_connected_server_and_client_session(server(agent)) as session:
            yield session


def loop_of(call: Callable[[Any, str, Dict[str, Any]], Any]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        async def run() -> str:
            said, error = [], None
            async with connected(agent) as client:
                for one in json.loads(words)["calls"]:
                    try:
                        result = await call(client, one["name"], one["args"])
                    except AegisError as failure:
                        # Raised behind the connection, which would put it into a group.
                        error = failure
                        break
                    said.append(result.content[0].text)
            if error is not None:
                raise error
            return f"done after: {'; '.join(said)}"

        return asyncio.run(run())

    return loop


async def call_tool(client: Any, name: str, args: Dict[str, Any]) -> Any:
    return await client.call_tool(name, args)


async def session_call_tool(client: Any, name: str, args: Dict[str, Any]) -> Any:
    return await (client.session if TWO else client).call_tool(name, arguments=args)


async def by_hand(client: Any, name: str, args: Dict[str, Any]) -> Any:
    """The request that `call_tool` would send."""
    request: Any = types.CallToolRequest(params=types.CallToolRequestParams(name=name, arguments=args), **({} if TWO else {"method": "tools/call"}))
    if not TWO:
        request = types.ClientRequest(request)
    session = client.session if TWO else client
    return await session.send_request(request, types.CallToolResult)


LOOPS: Dict[str, Loop] = {one.__name__: loop_of(one) for one in (call_tool, session_call_tool, by_hand)}


@each_case
@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_call(agent: Agent, loop: Loop, case: Case) -> None:
    """[SDK-59] A tool of a server runs only as it was decided, by whichever way it is called, and is asked about once."""
    hold(agent, loop, case)


def test_other_requests(agent: Agent) -> None:
    """[SDK-59] What calls no tool passes unasked."""

    async def run() -> int:
        async with connected(agent) as client:
            return len((await client.list_tools()).tools)

    assert asyncio.run(run()) == 2
    assert agent.gateway.proposals() == []
