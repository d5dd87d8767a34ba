"""Strands Agents: tools of agents, sync, async and streamed."""

from __future__ import annotations

import inspect
import pickle
from typing import Any, List

import pytest
from libraries.cases import LESS, PAY, Agent, Case, Loop, decide_by, each_case, hold, saying
from libraries.one_loop import closed_at_the_end, run
from pydantic import BaseModel
from strands import Agent as Runs
from strands import ToolContext, tool
from strands.models.openai import OpenAIModel
from strands.tools.decorator import DecoratedFunctionTool
from strands.tools.executors import SequentialToolExecutor

from aegis import AegisBlockedError

__all__ = ["closed_at_the_end"]


def tools(agent: Agent) -> List[Any]:
    @tool
    async def look(at: str) -> str:
        """Looks."""
        return agent.look(at)

    return [tool(agent.pay, name="pay"), look]


def runs(agent: Agent, **terms: Any) -> Any:
    model = OpenAIModel(client_args={"base_url": f"{agent.model}/v1", "api_key": "k", "max_retries": 0}, model_id="m")
    return Runs(model=model, tools=terms.pop("tools", None) or tools(agent), callback_handler=None, **terms)


def called(agent: Agent, words: str) -> str:
    return str(runs(agent)(words)).strip()


def awaited(agent: Agent, words: str) -> str:
    return str(run(runs(agent).invoke_async(words))).strip()


def one_by_one(agent: Agent, words: str) -> str:
    return str(runs(agent, tool_executor=SequentialToolExecutor())(words)).strip()


def streamed(agent: Agent, words: str) -> str:
    async def go() -> str:
        said = ""
        async for event in runs(agent).stream_async(words):
            said = str(event["result"]) if "result" in event else said
        return said.strip()

    return run(go())


@pytest.mark.parametrize("way", [called, awaited, one_by_one, streamed], ids=lambda way: way.__name__)
@each_case
def test_agents(agent: Agent, case: Case, way: Loop) -> None:
    """[SDK-70] A tool of a Strands agent runs as decided; a denial is an error the model reads, and the run goes on."""
    hold(agent, way, case, library_runs=True)


def test_parallel_calls(agent: Agent) -> None:
    """[SDK-70] Of several calls in one answer each is decided for itself."""
    agent.gateway.rule = lambda proposal: {"effect": "deny"} if proposal["args"].get("amount") == 900 else None
    said = called(agent, saying(("pay", PAY), ("pay", LESS), ("look", {"at": "the door"})))
    assert "Aegis denied pay" in said and "paid 100" in said and "saw the door" in said
    assert sorted(agent.effects(), key=lambda one: one[0]) == [["look", {"at": "the door"}], ["pay", LESS]]
    assert len({one["id"] for one in agent.gateway.proposals()}) == 3


def test_an_interrupt(agent: Agent) -> None:
    """[SDK-71] A tool that interrupts is run again when it is resumed: one action, reported when it has ended."""

    @tool(context=True)
    def pay(to: str, amount: float, tool_context: ToolContext) -> str:
        """Pays somebody."""
        sure = tool_context.interrupt("sure", reason="really?")
        return agent.pay(to, amount) if sure == "yes" else "not sure"

    made = runs(agent, tools=[pay])
    stopped = made(saying(("pay", PAY)))
    assert stopped.stop_reason == "interrupt"
    assert agent.effects() == [] and agent.gateway.outcomes() == []
    answer = [{"interruptResponse": {"interruptId": stopped.interrupts[0].id, "response": "yes"}}]
    assert "paid 900" in str(made(answer))
    assert {one["id"] for one in agent.gateway.proposals()} == {agent.gateway.outcomes()[0]["id"]}
    assert [one["status"] for one in agent.gateway.outcomes()] == ["succeeded"]
    assert agent.effects() == [["pay", PAY]]


def test_a_tool_that_fails(agent: Agent) -> None:
    """[SDK-70] What a tool raised is reported as a failure, and is what the model reads."""

    @tool
    def pay(to: str, amount: float) -> str:
        """Pays somebody."""
        raise OSError("no route to the bank")

    assert "no route to the bank" in str(runs(agent, tools=[pay])(saying(("pay", PAY))))
    assert [one["status"] for one in agent.gateway.outcomes()] == ["failed"]


def test_by_hand(agent: Agent) -> None:
    """[SDK-70] A decorated function that is called by hand raises; a tool called through the agent answers as its tools do."""
    decide_by(agent, Case("deny", {"effect": "deny"}))
    pay = tools(agent)[0]
    with pytest.raises(AegisBlockedError):
        pay(PAY["to"], amount=900)
    made = runs(agent)
    answer = made.tool.pay(**PAY)
    assert answer["status"] == "error" and "Aegis denied pay" in answer["content"][0]["text"]
    assert [one["args"] for one in agent.gateway.proposals()] == [PAY] * 2
    assert agent.effects() == []


def test_the_shape_of_an_answer(agent: Agent) -> None:
    """[SDK-70] The tool that stands for the shape of an answer does nothing, and is not asked about."""

    class Seen(BaseModel):
        """What was seen."""

        at: str

    result = runs(agent)(saying(("Seen", {"at": "the door"})), structured_output_model=Seen)
    assert result.structured_output == Seen(at="the door")
    assert agent.gateway.proposals() == []


def test_kept(agent: Agent) -> None:
    """[SDK-70] What is patched keeps its name, its signature and its kind."""
    assert "structured_output_model" in inspect.signature(Runs.stream_async).parameters
    assert inspect.isasyncgenfunction(Runs.stream_async)
    assert pickle.loads(pickle.dumps(Runs.stream_async)) is Runs.stream_async
    assert isinstance(tools(agent)[0], DecoratedFunctionTool)
