"""LangChain and LangGraph: agents, tool nodes, tools called by hand; sync, async and streamed."""

from __future__ import annotations

from typing import Any, List

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain_core.tools import BaseTool, StructuredTool, tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.prebuilt import ToolNode
from langgraph.types import Command, interrupt
from libraries.cases import LESS, PAY, Agent, Case, Loop, decide_by, each_case, hold, saying
from libraries.one_loop import closed_at_the_end, run

from aegis import AegisBlockedError

__all__ = ["closed_at_the_end"]


def tools(agent: Agent) -> List[BaseTool]:
    async def apay(to: str, amount: float) -> str:
        return agent.pay(to, amount)

    async def alook(at: str) -> str:
        return agent.look(at)

    return [StructuredTool.from_function(agent.pay, apay, name="pay"), StructuredTool.from_function(agent.look, alook, name="look")]


def graph(agent: Agent, **terms: Any) -> Any:
    model = ChatOpenAI(model="m", base_url=f"{agent.model}/v1", api_key="k", max_retries=0)
    return create_agent(model, tools(agent), **terms)


def asked(words: str) -> Any:
    return {"messages": [("user", words)]}


def invoked(agent: Agent, words: str) -> str:
    return str(graph(agent).invoke(asked(words))["messages"][-1].content)


def ainvoked(agent: Agent, words: str) -> str:
    return str(run(graph(agent).ainvoke(asked(words)))["messages"][-1].content)


def streamed(agent: Agent, words: str) -> str:
    pieces = [message for message, _ in graph(agent).stream(asked(words), stream_mode="messages") if message.type == "AIMessageChunk"]
    return str("".join(piece.content for piece in pieces if not piece.tool_call_chunks)).partition("One moment.")[2]


def astreamed(agent: Agent, words: str) -> str:
    async def stream() -> str:
        last = ""
        async for state in graph(agent).astream(asked(words), stream_mode="values"):
            last = str(state["messages"][-1].content)
        return last

    return run(stream())


class _Passes(AgentMiddleware):  # type: ignore[type-arg]
    def wrap_tool_call(self, request: Any, handler: Any) -> Any:
        return handler(request)


def beneath_middleware(agent: Agent, words: str) -> str:
    return str(graph(agent, middleware=[_Passes()]).invoke(asked(words))["messages"][-1].content)


WAYS = [invoked, ainvoked, streamed, astreamed, beneath_middleware]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@each_case
def test_agents(agent: Agent, case: Case, way: Loop) -> None:
    """[SDK-70] A LangChain agent's tool runs as decided; a denial is a tool message with an error, and the run goes on."""
    hold(agent, way, case, library_runs=True)


def test_by_hand(agent: Agent) -> None:
    """[SDK-70] A tool that is called by hand raises what the decision says; a bare text keeps being one."""
    decide_by(agent, Case("deny", {"effect": "deny"}))
    pay = tools(agent)[0]
    with pytest.raises(AegisBlockedError):
        pay.invoke(PAY)
    with pytest.raises(AegisBlockedError):
        run(pay.ainvoke(PAY))
    assert agent.effects() == []

    @tool
    def shout(text: str) -> str:
        """Says it loudly."""
        return text.upper()

    assert shout.invoke("hey") == "HEY"
    assert agent.gateway.proposals()[-1]["args"] == {"text": "hey"}
    agent.gateway.rule = lambda _: {"effect": "modify", "args": {"text": "quiet"}}
    assert shout.invoke("hey") == "QUIET"


def test_tool_node_alone(agent: Agent) -> None:
    """[SDK-70] A tool node in a graph of one's own is guarded too, and so is each of several calls of one answer."""
    agent.gateway.rule = lambda one: {"effect": "deny"} if one["args"].get("amount") == 900 else None
    node = ToolNode(tools(agent))
    from langgraph.graph import MessagesState, StateGraph

    built = StateGraph(MessagesState).add_node("tools", node).set_entry_point("tools").compile()
    calls = [{"name": "pay", "args": args, "id": f"c{at}", "type": "tool_call"} for at, args in enumerate((PAY, LESS))]
    answers = built.invoke({"messages": [("ai", ""), {"role": "assistant", "content": "", "tool_calls": calls}]})["messages"][2:]
    assert [one.status for one in answers] == ["error", "success"]
    assert agent.effects() == [["pay", LESS]]


def test_interrupt(agent: Agent) -> None:
    """[SDK-71] A tool that pauses for a person and runs once more when the graph is resumed is one action, reported when it has ended."""

    @tool
    def pay(to: str, amount: float) -> str:
        """Pays somebody."""
        answer = interrupt("sure?")
        return f"{answer}: {agent.pay(to, amount)}"

    model = ChatOpenAI(model="m", base_url=f"{agent.model}/v1", api_key="k", max_retries=0)
    built: Any = create_agent(model, [pay], checkpointer=InMemorySaver())
    thread: Any = {"configurable": {"thread_id": "1"}}
    assert built.invoke(asked(saying(("pay", PAY))), thread)["__interrupt__"]
    assert agent.gateway.outcomes() == []
    said = built.invoke(Command(resume="yes"), thread)["messages"][-1].content
    assert said == f"done after: yes: paid 900.0 to {PAY['to']}"
    assert len({one["id"] for one in agent.gateway.proposals()}) == 1
    assert [one["status"] for one in agent.gateway.outcomes()] == ["succeeded"]


def test_a_tool_that_fails(agent: Agent) -> None:
    """[SDK-70] What a tool says about its own failure stays what it said, and is reported as a failure."""
    from langchain_core.tools import ToolException

    def pay(to: str, amount: float) -> str:
        """Pays somebody."""
        raise ToolException(f"no {amount} for {to}")

    broke = StructuredTool.from_function(pay, handle_tool_error=True)
    said = broke.invoke({"name": "pay", "args": PAY, "id": "c1", "type": "tool_call"})
    assert (said.status, said.content) == ("error", f"no 900.0 for {PAY['to']}")
    assert [one["status"] for one in agent.gateway.outcomes()] == ["failed"]
