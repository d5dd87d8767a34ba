"""CrewAI: crews and single agents, whose model calls tools natively or writes the call as text."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import pytest
from libraries.cases import PAY, Agent, Case, Loop, decide_by, each_case, hold

os.environ.update(CREWAI_DISABLE_TELEMETRY="true", OTEL_SDK_DISABLED="true", CREWAI_TRACING_ENABLED="false", CREWAI_STORAGE_DIR="aegis-tests")

# The library warns about itself.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from crewai import LLM, Crew, Task
    from crewai import Agent as Runs
    from crewai.tools import BaseTool, tool

from aegis import AegisBlockedError  # noqa: E402

# It leaves its connections to the end of the process.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ImportWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


def tools(agent: Agent) -> Any:
    @tool("pay")
    def pay(to: str, amount: float) -> str:
        """Pays somebody."""
        return agent.pay(to, amount)

    class Look(BaseTool):
        name: str = "look"
        description: str = "Looks."

        def _run(self, at: str) -> str:
            return agent.look(at)

    return [pay, Look()]


def runs(agent: Agent) -> Runs:
    llm = LLM(model="openai/gpt-4o", base_url=f"{agent.model}/v1", api_key="k", max_retries=0)
    return Runs(role="clerk", goal="work", backstory="", llm=llm, tools=tools(agent), verbose=False, max_retry_limit=0, cache=False)


def crew(agent: Agent, words: str) -> str:
    one = runs(agent)
    task = Task(description=words, expected_output="", agent=one)
    return str(Crew(agents=[one], tasks=[task], verbose=False, cache=False).kickoff().raw)


@pytest.mark.parametrize("way", [crew], ids=lambda way: way.__name__)
@each_case
def test_agents(agent: Agent, case: Case, way: Loop) -> None:
    """[SDK-70] A tool of a CrewAI agent runs as decided; a denial is an error the model reads, and the run goes on."""
    hold(agent, way, case, library_runs=True)


def test_by_hand(agent: Agent) -> None:
    """[SDK-70] A tool that is called by hand raises what the decision says; one called through text says it."""
    decide_by(agent, Case("deny", {"effect": "deny"}))
    pay = tools(agent)[0]
    with pytest.raises(AegisBlockedError):
        pay.run(**PAY)
    with pytest.raises(AegisBlockedError):
        pay.run(PAY["to"], 900)
    assert "Aegis denied pay" in pay.to_structured_tool().invoke(PAY)
    assert [one["args"] for one in agent.gateway.proposals()] == [PAY] * 3
    assert agent.effects() == []
