"""smolagents: agents that call tools, and agents that write code."""

from __future__ import annotations

from typing import Any

import pytest
from libraries.cases import LESS, PAY, Agent, Case, decide_by, each_case
from smolagents import CodeAgent, Tool, ToolCallingAgent
from smolagents.models import ChatMessage, ChatMessageToolCall, ChatMessageToolCallFunction, MessageRole, Model

from aegis import AegisBlockedError, AegisHaltedError


class _Pay(Tool):  # type: ignore[misc]
    name = "pay"
    description = "Pays somebody."
    inputs = {"to": {"type": "string", "description": "whom"}, "amount": {"type": "number", "description": "how much"}}
    output_type = "string"

    def __init__(self, agent: Agent) -> None:
        super().__init__()
        self.agent = agent

    def forward(self, to: str, amount: float) -> str:
        return self.agent.pay(to, amount)


class _Says(Model):  # type: ignore[misc]
    """Makes one call, then ends with what it read."""

    def __init__(self, first: Any, last: Any) -> None:
        super().__init__()
        self.turns = [first, last]
        self.read = ""

    def generate(self, messages: Any, **terms: Any) -> ChatMessage:
        self.read = str(messages)
        return self.turns.pop(0)


def calling(name: str, args: Any) -> ChatMessage:
    call = ChatMessageToolCall(id=f"c-{name}", type="function", function=ChatMessageToolCallFunction(name=name, arguments=args))
    return ChatMessage(role=MessageRole.ASSISTANT, content="", tool_calls=[call])


def writing(code: str) -> ChatMessage:
    return ChatMessage(role=MessageRole.ASSISTANT, content=f"<code>\n{code}\n</code>")


def tool_calling(agent: Agent) -> Any:
    model = _Says(calling("pay", PAY), calling("final_answer", {"answer": "ended"}))
    return ToolCallingAgent(tools=[_Pay(agent)], model=model, verbosity_level=0, max_steps=3), model


def code_writing(agent: Agent) -> Any:
    model = _Says(writing(f"print(pay({PAY['to']!r}, {PAY['amount']}))"), writing('final_answer("ended")'))
    return CodeAgent(tools=[_Pay(agent)], model=model, verbosity_level=0, max_steps=3), model


@pytest.mark.parametrize("kind", [tool_calling, code_writing], ids=lambda kind: kind.__name__)
@each_case
def test_agents(agent: Agent, case: Case, kind: Any) -> None:
    """[SDK-70] A tool runs as decided, whether the model calls it or code does; a denial is an error the model reads, and the run goes on."""
    decide_by(agent, case)
    runs, model = kind(agent)
    if case.ends:
        with pytest.raises(case.raises or Exception) as raised:
            runs.run("pay")
        assert type(raised.value) is case.raises
    else:
        assert runs.run("pay") == "ended"
        # What the model read on its second turn.
        said = "Aegis denied" if case.raises else "paid"
        assert said in model.read
    assert agent.effects() == ([] if case.runs_with is None else [["pay", case.runs_with]])


def test_code_is_read_before_it_runs(agent: Agent) -> None:
    """[SDK-72] The code of a code agent is an action of its own, and does not run where it is denied."""
    agent.gateway.rule = lambda one: {"effect": "deny"} if "pay" in one["args"].get("code", "") else None
    runs, model = code_writing(agent)
    assert runs.run("pay") == "ended"
    asked = agent.gateway.proposals()[0]
    assert (asked["name"], "pay(" in asked["args"]["code"]) == ("python_interpreter", True)
    assert "Aegis denied python_interpreter" in model.read
    assert agent.effects() == []


def test_by_hand(agent: Agent) -> None:
    """[SDK-70] A tool that is called by hand, with arguments by place or in one dictionary, raises what the decision says."""
    decide_by(agent, Case("deny", {"effect": "deny"}))
    with pytest.raises(AegisBlockedError):
        _Pay(agent)(PAY["to"], 900)
    with pytest.raises(AegisBlockedError):
        _Pay(agent)(PAY)
    assert [one["args"] for one in agent.gateway.proposals()] == [PAY, PAY]
    decide_by(agent, Case("modify", {"effect": "modify", "args": LESS}))
    assert "paid 100" in _Pay(agent)(PAY["to"], 900)
    decide_by(agent, Case("halted", {"effect": "deny", "code": "HALTED"}))
    with pytest.raises(AegisHaltedError):
        _Pay(agent)(**PAY)
