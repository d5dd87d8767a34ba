"""OpenAI's library, in loops as people write them."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Callable, Dict, List

import openai
import pytest
from libraries.cases import Agent, Case, Loop, each_case, hold

Message = Dict[str, Any]
TOOLS: Any = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}} for name in ("pay", "look")
]
RESPONSES_TOOLS: Any = [{"type": "function", "name": name, "parameters": {"type": "object", "properties": {}}} for name in ("pay", "look")]


def client(agent: Agent) -> openai.OpenAI:
    return openai.OpenAI(api_key="k", base_url=f"{agent.model}/v1", max_retries=0)


def aclient(agent: Agent) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key="k", base_url=f"{agent.model}/v1", max_retries=0)


def answered(message: Any, agent: Agent) -> List[Message]:
    """The model's message and the results of its calls, for the next request."""
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.function.name, "arguments": call.function.arguments}}
        for call in message.tool_calls
    ]
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": agent.run(call.function.name, json.loads(call.function.arguments))}
        for call in message.tool_calls
    ]
    return [{"role": "assistant", "content": message.content, "tool_calls": calls}, *results]


def chat(ask: Callable[[openai.OpenAI, List[Message]], Any]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        with client(agent) as one:
            messages: List[Message] = [{"role": "user", "content": words}]
            while True:
                message = ask(one, messages)
                if not message.tool_calls:
                    return str(message.content)
                messages += answered(message, agent)

    return loop


def achat(ask: Callable[[openai.AsyncOpenAI, List[Message]], Any]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        async def run() -> str:
            async with aclient(agent) as one:
                messages: List[Message] = [{"role": "user", "content": words}]
                while True:
                    message = await ask(one, messages)
                    if not message.tool_calls:
                        return str(message.content)
                    messages += answered(message, agent)

        return asyncio.run(run())

    return loop


class Joined:
    """A message put together from deltas, as agents do it by hand."""

    def __init__(self) -> None:
        self.content = ""
        self.calls: Dict[int, Any] = {}

    def add(self, chunk: Any) -> None:
        delta = chunk.choices[0].delta
        self.content += delta.content or ""
        for call in delta.tool_calls or []:
            known = self.calls.setdefault(call.index, call)
            if known is not call:
                known.function.arguments += call.function.arguments or ""

    @property
    def tool_calls(self) -> List[Any]:
        return list(self.calls.values())


def create(one: openai.OpenAI, messages: Any) -> Any:
    return one.chat.completions.create(model="m", messages=messages, tools=TOOLS).choices[0].message


def create_stream(one: openai.OpenAI, messages: Any) -> Any:
    joined = Joined()
    with one.chat.completions.create(model="m", messages=messages, tools=TOOLS, stream=True) as stream:
        for chunk in stream:
            joined.add(chunk)
    return joined


def raw(one: openai.OpenAI, messages: Any) -> Any:
    return one.chat.completions.with_raw_response.create(model="m", messages=messages, tools=TOOLS).parse().choices[0].message


def streaming_response(one: openai.OpenAI, messages: Any) -> Any:
    with one.chat.completions.with_streaming_response.create(model="m", messages=messages, tools=TOOLS) as response:
        return response.parse().choices[0].message


def helpers_of(one: Any) -> Any:
    """`parse` and `stream` were beta once."""
    return one.chat.completions if hasattr(one.chat.completions, "parse") else one.beta.chat.completions


def parse(one: openai.OpenAI, messages: Any) -> Any:
    return helpers_of(one).parse(model="m", messages=messages).choices[0].message


def helper(one: openai.OpenAI, messages: Any) -> Any:
    with helpers_of(one).stream(model="m", messages=messages) as stream:
        return stream.get_final_completion().choices[0].message


async def acreate(one: openai.AsyncOpenAI, messages: Any) -> Any:
    return (await one.chat.completions.create(model="m", messages=messages, tools=TOOLS)).choices[0].message


async def acreate_stream(one: openai.AsyncOpenAI, messages: Any) -> Any:
    joined = Joined()
    async with await one.chat.completions.create(model="m", messages=messages, tools=TOOLS, stream=True) as stream:
        async for chunk in stream:
            joined.add(chunk)
    return joined


async def araw(one: openai.AsyncOpenAI, messages: Any) -> Any:
    return (await one.chat.completions.with_raw_response.create(model="m", messages=messages, tools=TOOLS)).parse().choices[0].message


async def astreaming_response(one: openai.AsyncOpenAI, messages: Any) -> Any:
    async with one.chat.completions.with_streaming_response.create(model="m", messages=messages, tools=TOOLS) as response:
        return (await response.parse()).choices[0].message


async def ahelper(one: openai.AsyncOpenAI, messages: Any) -> Any:
    async with helpers_of(one).stream(model="m", messages=messages) as stream:
        return (await stream.get_final_completion()).choices[0].message


def response_results(response: Any, agent: Agent) -> List[Any]:
    calls = [item for item in response.output if item.type == "function_call"]
    said = [{"type": "function_call", "call_id": one.call_id, "name": one.name, "arguments": one.arguments} for one in calls]
    done = [
        {"type": "function_call_output", "call_id": one.call_id, "output": agent.run(one.name, json.loads(one.arguments))} for one in calls
    ]
    return [*said, *done]


def responses(ask: Callable[[openai.OpenAI, Any], Any]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        with client(agent) as one:
            asked: List[Any] = [{"role": "user", "content": words}]
            while True:
                response = ask(one, asked)
                more = response_results(response, agent)
                if not more:
                    return str(response.output_text)
                asked += more

    return loop


def aresponses(ask: Callable[[openai.AsyncOpenAI, Any], Any]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        async def run() -> str:
            async with aclient(agent) as one:
                asked: List[Any] = [{"role": "user", "content": words}]
                while True:
                    response = await ask(one, asked)
                    more = response_results(response, agent)
                    if not more:
                        return str(response.output_text)
                    asked += more

        return asyncio.run(run())

    return loop


def respond(one: openai.OpenAI, asked: Any) -> Any:
    return one.responses.create(model="m", input=asked, tools=RESPONSES_TOOLS)


def respond_stream(one: openai.OpenAI, asked: Any) -> Any:
    response = None
    for event in one.responses.create(model="m", input=asked, tools=RESPONSES_TOOLS, stream=True):
        response = event.response if event.type == "response.completed" else response
    return response


def respond_helper(one: openai.OpenAI, asked: Any) -> Any:
    with one.responses.stream(model="m", input=asked) as stream:
        return stream.get_final_response()


def respond_parse(one: openai.OpenAI, asked: Any) -> Any:
    return one.responses.parse(model="m", input=asked)


async def arespond(one: openai.AsyncOpenAI, asked: Any) -> Any:
    return await one.responses.create(model="m", input=asked, tools=RESPONSES_TOOLS)


async def arespond_helper(one: openai.AsyncOpenAI, asked: Any) -> Any:
    async with one.responses.stream(model="m", input=asked) as stream:
        return await stream.get_final_response()


LOOPS: Dict[str, Loop] = {
    **{f"chat {one.__name__}": chat(one) for one in (create, create_stream, raw, streaming_response, parse, helper)},
    **{f"chat {one.__name__}": achat(one) for one in (acreate, acreate_stream, araw, astreaming_response, ahelper)},
    **{f"responses {one.__name__}": responses(one) for one in (respond, respond_stream, respond_helper, respond_parse)},
    **{f"responses {one.__name__}": aresponses(one) for one in (arespond, arespond_helper)},
}


@each_case
@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_loop(agent: Agent, loop: Loop, case: Case) -> None:
    """[SDK-56, SDK-57] A call of the model runs only as it was decided, however the answer is read, and the agent can go on."""
    hold(agent, loop, case)
