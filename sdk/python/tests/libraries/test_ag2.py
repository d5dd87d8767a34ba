"""AG2: agents with function tools."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from ag2 import Agent as Runs
from ag2 import tool
from ag2.config import OpenAIConfig
from libraries.cases import Agent, Case, Loop, each_case, hold
from libraries.one_loop import closed_at_the_end, run

__all__ = ["closed_at_the_end"]


def tools(agent: Agent) -> Any:
    async def look(at: str) -> str:
        """Looks."""
        return agent.look(at)

    return [tool(agent.pay, name="pay"), tool(look, name="look")]


async def ask(agent: Agent, words: str, streaming: bool) -> str:
    async with httpx2.AsyncClient() as http:
        config = OpenAIConfig(model="m", base_url=f"{agent.model}/v1", api_key="k", max_retries=0, streaming=streaming, http_client=http)
        return str((await Runs("t", config=config, tools=tools(agent)).ask(words)).body)


def asked(agent: Agent, words: str) -> str:
    return run(ask(agent, words, streaming=False))


def streamed(agent: Agent, words: str) -> str:
    return run(ask(agent, words, streaming=True))


@pytest.mark.parametrize("way", [asked, streamed], ids=lambda way: way.__name__)
@each_case
def test_agents(agent: Agent, case: Case, way: Loop) -> None:
    """[SDK-70] A tool of an AG2 agent runs as decided, on whatever thread; a denial is an error the model reads, and the run goes on."""
    hold(agent, way, case, library_runs=True)
