"""`aegis.auto(pause=True)`: a call that waits for a person pauses the run in its framework's own way, and is gone on with later."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, Iterator

import pytest
from agents import Agent as OpenAIAgent
from agents import OpenAIChatCompletionsModel, Runner, RunState, function_tool, set_tracing_disabled
from langchain.agents import create_agent
from langchain_core.tools import StructuredTool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command, interrupt
from libraries.cases import PAY, Agent, saying
from openai import AsyncOpenAI
from pydantic_ai import Agent as PydanticAgent
from pydantic_ai import DeferredToolRequests, DeferredToolResults
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

import aegis

set_tracing_disabled(True)
Thread = Dict[str, Any]


@pytest.fixture
def pausing(agent: Agent) -> Iterator[Agent]:
    """Until `agent.gateway.rule` says otherwise, `pay` waits for a person, and nobody waits with it."""
    aegis.auto(**agent.gateway.settings(ask_timeout=0), quiet=True, pause=True)
    agent.gateway.rule = lambda one: {"effect": "ask"} if one["name"] == "pay" else None
    yield agent
    aegis.auto(**agent.gateway.settings(), quiet=True)


def client(agent: Agent) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=f"{agent.model}/v1", api_key="k", max_retries=0)


def one_action(agent: Agent, *statuses: str) -> None:
    assert len({one["id"] for one in agent.gateway.proposals() if one["name"] == "pay"}) == 1
    assert [one["status"] for one in agent.gateway.outcomes()] == list(statuses)


def graph(agent: Agent, tool: Any, **terms: Any) -> Any:
    model = ChatOpenAI(model="m", base_url=f"{agent.model}/v1", api_key="k", max_retries=0)
    return create_agent(model, [StructuredTool.from_function(tool, name="pay")], **terms)


def asked() -> Any:
    return {"messages": [("user", saying(("pay", PAY)))]}


def test_langgraph(pausing: Agent) -> None:
    """[SDK-74] A graph that keeps its state is interrupted with what waits, as often as it is resumed before somebody decided, and then goes on."""
    built, thread = graph(pausing, pausing.pay, checkpointer=InMemorySaver()), {"configurable": {"thread_id": "1"}}
    first = built.invoke(asked(), thread)["__interrupt__"][0].value
    action = pausing.gateway.proposals()[-1]["id"]
    assert (first["tool"], first["action"], first["approval"]) == ("pay", action, f"ap-{action}")
    assert built.invoke(None, thread)["__interrupt__"][0].value == first
    assert pausing.effects() == []
    one_action(pausing)
    pausing.gateway.rule = lambda _: None
    assert "paid" in built.invoke(None, thread)["messages"][-1].content
    assert pausing.effects() == [["pay", PAY]]
    one_action(pausing, "succeeded")


def test_langgraph_refused(pausing: Agent) -> None:
    """[SDK-74] What was refused while the run was paused is a tool error when it goes on."""
    built, thread = graph(pausing, pausing.pay, checkpointer=InMemorySaver()), {"configurable": {"thread_id": "1"}}
    assert built.invoke(asked(), thread)["__interrupt__"]
    pausing.gateway.rule = lambda _: {"effect": "deny"}
    assert "Aegis denied pay" in built.invoke(None, thread)["messages"][-1].content
    assert pausing.effects() == []


def test_langgraph_a_tool_that_interrupts(pausing: Agent) -> None:
    """[SDK-74] The answer to a tool's own interrupt is left to the tool."""

    def pay(to: str, amount: float) -> str:
        """Pays somebody."""
        return f"{interrupt('sure?')}: {pausing.pay(to, amount)}"

    built, thread = graph(pausing, pay, checkpointer=InMemorySaver()), {"configurable": {"thread_id": "1"}}
    assert built.invoke(asked(), thread)["__interrupt__"][0].value["tool"] == "pay"
    pausing.gateway.rule = lambda _: None
    assert built.invoke(None, thread)["__interrupt__"][0].value == "sure?"
    assert "yes: paid" in built.invoke(Command(resume="yes"), thread)["messages"][-1].content


def test_langgraph_without_state(pausing: Agent) -> None:
    """[SDK-74] A graph that cannot be resumed reads a tool error, as without `pause`."""
    said = graph(pausing, pausing.pay).invoke(asked())
    assert "__interrupt__" not in said
    assert [one.status for one in said["messages"] if one.type == "tool"] == ["error"]
    assert pausing.effects() == []


def test_pydantic_ai(pausing: Agent) -> None:
    """[SDK-74] Pydantic AI ends the run with the call deferred; approved there, it is asked about again as the same action."""

    async def go() -> str:
        async with client(pausing) as one:
            made: Any = PydanticAgent(OpenAIChatModel("m", provider=OpenAIProvider(openai_client=one)), output_type=[str, DeferredToolRequests])
            made.tool_plain(pausing.pay)
            first = await made.run(saying(("pay", PAY), text=None))
            call = first.output.approvals[0]
            assert first.output.metadata[call.tool_call_id]["tool"] == "pay"
            approved = DeferredToolResults(approvals={call.tool_call_id: True})
            again = await made.run(message_history=first.all_messages(), deferred_tool_results=approved)
            assert isinstance(again.output, DeferredToolRequests), "approved there is not granted here"
            pausing.gateway.rule = lambda _: None
            return str((await made.run(message_history=first.all_messages(), deferred_tool_results=approved)).output)

    assert "paid" in asyncio.run(go())
    assert pausing.effects() == [["pay", PAY]]
    one_action(pausing, "succeeded")


def test_pydantic_ai_without_an_output_for_it(pausing: Agent) -> None:
    """[SDK-74] An agent whose program takes no deferred calls reads a tool error."""

    async def go() -> str:
        async with client(pausing) as one:
            made: Any = PydanticAgent(OpenAIChatModel("m", provider=OpenAIProvider(openai_client=one)))
            made.tool_plain(pausing.pay)
            return str((await made.run(saying(("pay", PAY), text=None))).output)

    assert "done after" in asyncio.run(go())
    assert pausing.effects() == []


def test_openai_agents(pausing: Agent) -> None:
    """[SDK-74] OpenAI's agents library interrupts the run; its state goes through text, and once granted the same action runs."""

    async def go() -> str:
        async with client(pausing) as one:
            pay = function_tool(pausing.pay, name_override="pay")
            made: Any = OpenAIAgent(name="t", model=OpenAIChatCompletionsModel("m", one), tools=[pay])
            first = await Runner.run(made, saying(("pay", PAY)))
            assert [item.name for item in first.interruptions] == ["pay"]
            assert pausing.effects() == []
            state = await RunState.from_string(made, first.to_state().to_string())
            state.approve(state.get_interruptions()[0])
            pausing.gateway.rule = lambda _: None
            return str((await Runner.run(made, state)).final_output)

    assert "paid" in asyncio.run(go())
    assert pausing.effects() == [["pay", PAY]]
    one_action(pausing, "succeeded")


def test_openai_agents_approved_there_alone(pausing: Agent) -> None:
    """[SDK-74] A person who approves in the framework decides nothing: without Aegis' grant the tool does not run."""

    async def go() -> str:
        async with client(pausing) as one:
            pay = function_tool(pausing.pay, name_override="pay")
            made: Any = OpenAIAgent(name="t", model=OpenAIChatCompletionsModel("m", one), tools=[pay])
            state = (await Runner.run(made, saying(("pay", PAY)))).to_state()
            state.approve(state.get_interruptions()[0])
            return str((await Runner.run(made, state)).final_output)

    assert "done after" in asyncio.run(go())
    assert pausing.effects() == []
