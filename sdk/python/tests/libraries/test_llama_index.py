"""LlamaIndex: function agents, tools called with a selection, and by hand."""

from __future__ import annotations

from typing import Any, Sequence

import pytest
from libraries.cases import LESS, PAY, Agent, Case, Loop, decide_by, each_case, hold
from libraries.one_loop import closed_at_the_end, run
from llama_index.core.agent.workflow import FunctionAgent, ReActAgent
from llama_index.core.base.llms.types import ChatMessage, MessageRole, ToolCallBlock
from llama_index.core.llms.llm import ToolSelection
from llama_index.core.llms.mock import MockFunctionCallingLLM
from llama_index.core.tools import FunctionTool
from llama_index.core.tools.calling import call_tool_with_selection
from llama_index.core.workflow import Context

from aegis import AegisBlockedError

__all__ = ["closed_at_the_end"]
# The library warns about itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def tools(agent: Agent) -> Any:
    async def look(at: str) -> str:
        return agent.look(at)

    return [FunctionTool.from_defaults(agent.pay, name="pay"), FunctionTool.from_defaults(async_fn=look, name="look")]


def scripted(messages: Sequence[ChatMessage], **_: Any) -> ChatMessage:
    """Says what the user's words are; the results of tools end the run."""
    import json

    results = [str(one.content) for one in messages if one.role == MessageRole.TOOL]
    if results:
        return ChatMessage(role="assistant", content=f"done after: {'; '.join(results)}")
    asked = json.loads(str([one for one in messages if one.role == MessageRole.USER][-1].content))
    blocks = [ToolCallBlock(tool_call_id=f"c-{at}", tool_name=one["name"], tool_kwargs=one["args"]) for at, one in enumerate(asked["calls"])]
    return ChatMessage(role="assistant", blocks=blocks)


def of_functions(agent: Agent, words: str) -> str:
    async def go() -> str:
        llm = MockFunctionCallingLLM(response_generator=scripted)
        return str(await FunctionAgent(tools=tools(agent), llm=llm, streaming=False).run(user_msg=words))

    return run(go())


def streamed(agent: Agent, words: str) -> str:
    async def go() -> str:
        llm = MockFunctionCallingLLM(response_generator=scripted)
        handler = FunctionAgent(tools=tools(agent), llm=llm).run(user_msg=words)
        async for _ in handler.stream_events():
            pass
        return str(await handler)

    return run(go())


def reasoning(agent: Agent, words: str) -> str:
    """An agent that writes its calls as text."""

    def says(messages: Sequence[ChatMessage], **_: Any) -> ChatMessage:
        import json

        last = str(messages[-1].content)
        if last.startswith("Observation: "):
            return ChatMessage(role="assistant", content=f"Thought: I can answer.\nAnswer: done after: {last[13:]}")
        one = json.loads(last)["calls"][0]
        return ChatMessage(role="assistant", content=f"Thought: I need a tool.\nAction: {one['name']}\nAction Input: {json.dumps(one['args'])}")

    async def go() -> str:
        llm = MockFunctionCallingLLM(response_generator=says)
        return str(await ReActAgent(tools=tools(agent), llm=llm, streaming=False).run(user_msg=words))

    return run(go())


@pytest.mark.parametrize("way", [of_functions, streamed, reasoning], ids=lambda way: way.__name__)
@each_case
def test_agents(agent: Agent, case: Case, way: Loop) -> None:
    """[SDK-70] A tool of a LlamaIndex agent runs as decided; a denial is an error the model reads, and the run goes on."""
    hold(agent, way, case, library_runs=True)


def test_a_selection(agent: Agent) -> None:
    """[SDK-70] A tool that is called with what a model selected is asked about once, and its denial is its output."""
    decide_by(agent, Case("deny", {"effect": "deny"}))
    output = call_tool_with_selection(ToolSelection(tool_id="c", tool_name="pay", tool_kwargs=PAY), tools(agent))
    assert output.is_error and "Aegis denied pay" in output.content
    assert agent.effects() == [] and len(agent.gateway.proposals()) == 1


def test_by_hand(agent: Agent) -> None:
    """[SDK-70] A tool that is called by hand raises what the decision says; the workflow's context is not decided about."""
    decide_by(agent, Case("deny", {"effect": "deny"}))
    pay = tools(agent)[0]
    for call in (lambda: pay.call(PAY["to"], 900), lambda: pay(**PAY), lambda: run(pay.acall(**PAY))):
        with pytest.raises(AegisBlockedError):
            call()
    assert [one["args"] for one in agent.gateway.proposals()] == [PAY] * 3
    decide_by(agent, Case("modify", {"effect": "modify", "args": LESS}))

    def note(ctx: Context, text: str) -> str:
        return f"noted {text}"

    agent.gateway.rule = lambda _: {"effect": "modify", "args": {"text": "less"}}
    note.__annotations__.update(ctx=Context, text=str)
    made: Any = FunctionTool.from_defaults(note)
    assert made.ctx_param_name == "ctx"
    assert made.call(ctx=object(), text="more").content == "noted less"
    assert agent.gateway.proposals()[-1]["args"] == {"text": "more"}
