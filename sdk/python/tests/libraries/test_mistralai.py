"""Mistral's library: chat, conversations, and runs in which it calls functions itself."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Callable, Dict, List

import pytest
from libraries.cases import CASES, Agent, Case, Loop, decide_by, each_case, hold, saying
from mistralai.client import Mistral
from mistralai.extra.run.context import RunContext

from aegis import AegisBlockedError

Message = Dict[str, Any]


def client(agent: Agent) -> Mistral:
    return Mistral(api_key="k", server_url=f"{agent.model}/mistral")


def answered(calls: List[Any], agent: Agent) -> List[Message]:
    said = [{"id": one.id, "function": {"name": one.function.name, "arguments": one.function.arguments}} for one in calls]
    done = [
        {"role": "tool", "tool_call_id": one.id, "name": one.function.name, "content": agent.run(one.function.name, json.loads(one.function.arguments))}
        for one in calls
    ]
    return [{"role": "assistant", "content": "", "tool_calls": said}, *done]


def chat(ask: Callable[[Mistral, Any], Any]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        with client(agent) as one:
            messages: List[Message] = [{"role": "user", "content": words}]
            while True:
                said, calls = ask(one, messages)
                if not calls:
                    return str(said)
                messages += answered(calls, agent)

    return loop


def achat(ask: Callable[[Mistral, Any], Any]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        async def run() -> str:
            async with client(agent) as one:
                messages: List[Message] = [{"role": "user", "content": words}]
                while True:
                    said, calls = await ask(one, messages)
                    if not calls:
                        return str(said)
                    messages += answered(calls, agent)

        return asyncio.run(run())

    return loop


def complete(one: Mistral, messages: Any) -> Any:
    message = one.chat.complete(model="m", messages=messages).choices[0].message
    return message.content, message.tool_calls


def stream(one: Mistral, messages: Any) -> Any:
    deltas = [event.data.choices[0].delta for event in one.chat.stream(model="m", messages=messages)]
    return "".join(delta.content or "" for delta in deltas), [call for delta in deltas for call in delta.tool_calls or []]


async def complete_async(one: Mistral, messages: Any) -> Any:
    message = (await one.chat.complete_async(model="m", messages=messages)).choices[0].message
    return message.content, message.tool_calls


async def stream_async(one: Mistral, messages: Any) -> Any:
    deltas = [event.data.choices[0].delta async for event in await one.chat.stream_async(model="m", messages=messages)]
    return "".join(delta.content or "" for delta in deltas), [call for delta in deltas for call in delta.tool_calls or []]


def conversation(agent: Agent, words: str) -> str:
    with client(agent) as one:
        inputs: Any = words
        while True:
            outputs = one.beta.conversations.start(model="m", inputs=inputs).outputs
            calls = [entry for entry in outputs if entry.type == "function.call"]
            if not calls:
                return str(outputs[-1].content)
            inputs = [
                {"type": "function.result", "tool_call_id": call.tool_call_id, "result": agent.run(call.name, json.loads(call.arguments))}
                for call in calls
            ]


OWN: Dict[str, Loop] = {
    **{one.__name__: chat(one) for one in (complete, stream)},
    **{one.__name__: achat(one) for one in (complete_async, stream_async)},
    "conversation": conversation,
}


async def run_whole(one: Mistral, context: Any, words: str) -> str:
    result = await one.beta.conversations.run_async(run_ctx=context, inputs=words)
    return str(result.output_as_text)


async def run_stream(one: Mistral, context: Any, words: str) -> str:
    texts = []
    async for event in await one.beta.conversations.run_stream_async(run_ctx=context, inputs=words):
        if getattr(event, "event", "") == "message.output.delta":
            texts.append(event.data.content)
    return "".join(texts)


def run(ask: Any) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        async def running() -> str:
            async with client(agent) as one, RunContext(model="m") as context:
                context.register_func(agent.pay)
                context.register_func(agent.look)
                said: str = await ask(one, context, words)
                return said[said.find("done after: ") :]

        return asyncio.run(running())

    return loop


RUNS: Dict[str, Loop] = {one.__name__: run(one) for one in (run_whole, run_stream)}


@each_case
@pytest.mark.parametrize("loop", OWN.values(), ids=OWN)
def test_own_loop(agent: Agent, loop: Loop, case: Case) -> None:
    """[SDK-56, SDK-57] A call of the model runs only as it was decided, whole or streamed, and the agent can go on."""
    hold(agent, loop, case)


@each_case
@pytest.mark.parametrize("loop", RUNS.values(), ids=RUNS)
def test_run(agent: Agent, loop: Loop, case: Case) -> None:
    """[SDK-58] Where the library calls the function, a denial is the result the model reads, and the run goes on; a halt ends it."""
    hold(agent, loop, case, library_runs=True)


@pytest.mark.parametrize("loop", RUNS.values(), ids=RUNS)
def test_calls_it_leaves(agent: Agent, loop: Loop, capfd: Any) -> None:
    """[SDK-58] A run that does not know one of the functions hands all calls out: they are decided before the agent has them."""
    decide_by(agent, CASES[1])
    with pytest.raises(AegisBlockedError):
        loop(agent, saying(("nobody_knows_it", {}), ("pay", {"to": "x", "amount": 1})))
    assert agent.effects() == []
