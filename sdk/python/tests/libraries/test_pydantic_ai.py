"""Pydantic AI: agents, sync, async and streamed."""

from __future__ import annotations

from typing import Any

import pytest
from libraries.cases import PAY, Agent, Case, Loop, each_case, hold, saying
from libraries.one_loop import closed_at_the_end, run
from openai import AsyncOpenAI
from pydantic_ai import Agent as Runs
from pydantic_ai import CallDeferred, DeferredToolRequests
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

__all__ = ["closed_at_the_end"]


def runs(agent: Agent, client: AsyncOpenAI, **terms: Any) -> Any:
    made: Any = Runs(OpenAIChatModel("m", provider=OpenAIProvider(openai_client=client)), **terms)

    @made.tool_plain
    def pay(to: str, amount: float) -> str:
        return agent.pay(to, amount)

    @made.tool_plain
    async def look(at: str) -> str:
        return agent.look(at)

    return made


def client(agent: Agent) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=f"{agent.model}/v1", api_key="k", max_retries=0)


def awaited(agent: Agent, words: str) -> str:
    async def go() -> str:
        async with client(agent) as one:
            return str((await runs(agent, one).run(words)).output)

    return run(go())


def streamed(agent: Agent, words: str) -> str:
    async def go() -> str:
        async with client(agent) as one, runs(agent, one).run_stream(words) as result:
            return str(await result.get_output())

    return run(go())


def stepped(agent: Agent, words: str) -> str:
    async def go() -> str:
        async with client(agent) as one, runs(agent, one).iter(words) as steps:
            async for _ in steps:
                pass
            return str(steps.result.output)

    return run(go())


@pytest.mark.parametrize("way", [awaited, streamed, stepped], ids=lambda way: way.__name__)
@each_case
def test_agents(agent: Agent, case: Case, way: Loop) -> None:
    """[SDK-70] A tool of a Pydantic AI agent runs as decided; a denial is what the model reads, and the run goes on."""
    # A streamed run ends at the first text, so the model says none beside its call.
    hold(agent, way, case, library_runs=True, text=None)


def test_a_deferred_call(agent: Agent) -> None:
    """[SDK-71] A call that its tool defers has not ended: nothing is reported about it."""

    async def go() -> Any:
        async with client(agent) as one:
            made: Any = Runs(OpenAIChatModel("m", provider=OpenAIProvider(openai_client=one)), output_type=[str, DeferredToolRequests])

            @made.tool_plain
            def pay(to: str, amount: float) -> str:
                raise CallDeferred

            return (await made.run(saying(("pay", PAY)))).output

    waits = run(go())
    assert [one.tool_name for one in waits.calls] == ["pay"]
    assert [one["name"] for one in agent.gateway.proposals()] == ["pay"]
    assert agent.gateway.outcomes() == []
