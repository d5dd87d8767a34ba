"""Microsoft Agent Framework: agents with function tools."""

from __future__ import annotations

import inspect
import pickle
from typing import Any, List

import pytest
from agent_framework import Agent as Runs
from agent_framework import FunctionInvocationContext, FunctionTool, function_middleware, tool
from agent_framework.openai import OpenAIChatClient, OpenAIChatCompletionClient
from libraries.cases import LESS, PAY, Agent, Case, Loop, decide_by, each_case, hold, saying
from libraries.one_loop import closed_at_the_end, run
from openai import AsyncOpenAI

from aegis import AegisBlockedError, AegisHaltedError

__all__ = ["closed_at_the_end"]


def tools(agent: Agent) -> List[Any]:
    @tool
    async def look(at: str) -> str:
        """Looks."""
        return agent.look(at)

    return [tool(agent.pay, name="pay"), look]


async def ran(agent: Agent, words: str, kind: Any, stream: bool = False, **terms: Any) -> str:
    async with AsyncOpenAI(base_url=f"{agent.model}/v1", api_key="k", max_retries=0) as client:
        runs: Any = Runs(client=kind(model="m", async_client=client), name="t", tools=tools(agent), **terms)
        if not stream:
            return str((await runs.run(words)).text)
        said = ""
        async for update in runs.run(words, stream=True):
            said += update.text or ""
        return said[said.index("done after") :]


def ran_chat(agent: Agent, words: str) -> str:
    return run(ran(agent, words, OpenAIChatCompletionClient))


def ran_responses(agent: Agent, words: str) -> str:
    return run(ran(agent, words, OpenAIChatClient))


def streamed(agent: Agent, words: str) -> str:
    return run(ran(agent, words, OpenAIChatClient, stream=True))


@pytest.mark.parametrize("way", [ran_chat, ran_responses, streamed], ids=lambda way: way.__name__)
@each_case
def test_agents(agent: Agent, case: Case, way: Loop) -> None:
    """[SDK-70] A tool of an agent of Microsoft's framework runs as decided; a denial is what the model reads, and the run goes on."""
    said: List[str] = []

    def kept(agent: Agent, words: str) -> str:
        said.append(way(agent, words))
        return said[-1][said[-1].rindex("done after") :]

    hold(agent, kept, case, library_runs=True)
    if case.raises is AegisBlockedError:
        assert "Aegis denied" in said[0]


@pytest.mark.parametrize("effect", ["allow", "deny", "halted"])
def test_beside_middleware(agent: Agent, effect: str) -> None:
    """[SDK-70] A tool behind function middleware is decided with what the middleware made of the arguments, and a halt still ends the run."""
    decided = {"effect": "deny", "code": "HALTED"} if effect == "halted" else {"effect": effect}
    agent.gateway.rule = lambda _: decided

    @function_middleware
    async def less(context: FunctionInvocationContext, following: Any) -> None:
        context.arguments = dict(LESS)
        await following()

    def go() -> str:
        return run(ran(agent, saying(("pay", PAY)), OpenAIChatClient, middleware=[less]))

    if effect == "halted":
        with pytest.raises(AegisHaltedError):
            go()
    else:
        assert ("paid 100" in go()) is (effect == "allow")
    assert [one["args"] for one in agent.gateway.proposals()] == [LESS]
    assert agent.effects() == ([["pay", LESS]] if effect == "allow" else [])


def test_parallel_calls(agent: Agent) -> None:
    """[SDK-70] Of several calls in one answer each is decided for itself."""
    agent.gateway.rule = lambda proposal: {"effect": "deny"} if proposal["args"].get("amount") == 900 else None
    said = run(ran(agent, saying(("pay", PAY), ("pay", LESS), ("look", {"at": "the door"})), OpenAIChatClient))
    assert "Aegis denied pay" in said and "paid 100" in said and "saw the door" in said
    assert sorted(agent.effects(), key=lambda one: one[0]) == [["look", {"at": "the door"}], ["pay", LESS]]
    assert len({one["id"] for one in agent.gateway.proposals()}) == 3


def test_by_hand(agent: Agent) -> None:
    """[SDK-70] A tool that is called by hand raises what the decision says."""
    decide_by(agent, Case("deny", {"effect": "deny"}))
    pay = tools(agent)[0]
    with pytest.raises(AegisBlockedError):
        pay(PAY["to"], amount=900)
    with pytest.raises(AegisBlockedError):
        run(pay.invoke(arguments=PAY))
    assert [one["args"] for one in agent.gateway.proposals()] == [PAY] * 2
    assert agent.effects() == []


def test_kept(agent: Agent) -> None:
    """[SDK-70] What is patched keeps its name, its signature and its kind."""
    assert str(inspect.signature(FunctionTool.__call__)).startswith("(self, *args")
    assert inspect.iscoroutinefunction(FunctionTool.invoke) and "skip_parsing" in inspect.signature(FunctionTool.invoke).parameters
    assert pickle.loads(pickle.dumps(FunctionTool.invoke)) is FunctionTool.invoke
    assert isinstance(tools(agent)[0], FunctionTool)
