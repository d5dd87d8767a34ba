"""Anthropic's library: own loops over Messages, and its tool runner, which runs tools by itself."""

from __future__ import annotations

import asyncio
import functools
import inspect
from typing import Any, Callable, Dict, List

import anthropic
import pytest
from libraries.cases import Agent, Case, Loop, each_case, hold, saying

TOOLS: Any = [{"name": name, "input_schema": {"type": "object"}} for name in ("pay", "look")]


def client(agent: Agent) -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key="k", base_url=agent.model, max_retries=0)


def aclient(agent: Agent) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(api_key="k", base_url=agent.model, max_retries=0)


def bedrock(agent: Agent) -> anthropic.AnthropicBedrock:
    return anthropic.AnthropicBedrock(base_url=agent.model, aws_access_key="a", aws_secret_key="b", aws_region="us-east-1", max_retries=0)


def more(message: Any, agent: Agent) -> List[Any]:
    uses = [block for block in message.content if block.type == "tool_use"]
    if not uses:
        return []
    said = [{"type": "tool_use", "id": one.id, "name": one.name, "input": one.input} for one in uses]
    done = [{"type": "tool_result", "tool_use_id": one.id, "content": agent.run(one.name, one.input)} for one in uses]
    return [{"role": "assistant", "content": said}, {"role": "user", "content": done}]


def words_of(message: Any) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def own(ask: Callable[[Any, Any], Any], make: Callable[[Agent], Any] = client) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        with make(agent) as one:
            messages: List[Any] = [{"role": "user", "content": words}]
            while True:
                message = ask(one, messages)
                added = more(message, agent)
                if not added:
                    return words_of(message)
                messages += added

    return loop


def aown(ask: Callable[[Any, Any], Any]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        async def run() -> str:
            async with aclient(agent) as one:
                messages: List[Any] = [{"role": "user", "content": words}]
                while True:
                    message = await ask(one, messages)
                    added = more(message, agent)
                    if not added:
                        return words_of(message)
                    messages += added

        return asyncio.run(run())

    return loop


def create(one: Any, messages: Any) -> Any:
    return one.messages.create(model="m", max_tokens=9, messages=messages, tools=TOOLS)


def create_stream(one: Any, messages: Any) -> Any:
    """The final message, put together by the library from the events of a plain stream."""
    from anthropic.lib.streaming import MessageStream

    stream = one.messages.create(model="m", max_tokens=9, messages=messages, stream=True)
    return MessageStream(stream, output_format=anthropic.NOT_GIVEN).get_final_message()


def helper(one: Any, messages: Any) -> Any:
    with one.messages.stream(model="m", max_tokens=9, messages=messages) as stream:
        return stream.get_final_message()


def beta(one: Any, messages: Any) -> Any:
    return one.beta.messages.create(model="m", max_tokens=9, messages=messages)


def beta_helper(one: Any, messages: Any) -> Any:
    with one.beta.messages.stream(model="m", max_tokens=9, messages=messages) as stream:
        return stream.get_final_message()


def raw(one: Any, messages: Any) -> Any:
    return one.messages.with_raw_response.create(model="m", max_tokens=9, messages=messages).parse()


def streaming_response(one: Any, messages: Any) -> Any:
    with one.messages.with_streaming_response.create(model="m", max_tokens=9, messages=messages) as response:
        return response.parse()


async def acreate(one: Any, messages: Any) -> Any:
    return await one.messages.create(model="m", max_tokens=9, messages=messages)


async def ahelper(one: Any, messages: Any) -> Any:
    async with one.messages.stream(model="m", max_tokens=9, messages=messages) as stream:
        return await stream.get_final_message()


async def abeta(one: Any, messages: Any) -> Any:
    return await one.beta.messages.create(model="m", max_tokens=9, messages=messages)


async def araw(one: Any, messages: Any) -> Any:
    parsed = (await one.messages.with_raw_response.create(model="m", max_tokens=9, messages=messages)).parse()
    # It was not awaited once.
    return await parsed if inspect.isawaitable(parsed) else parsed


OWN: Dict[str, Loop] = {
    **{one.__name__: own(one) for one in (create, create_stream, helper, beta, beta_helper, raw, streaming_response)},
    **{one.__name__: aown(one) for one in (acreate, ahelper, abeta, araw)},
    **{f"bedrock {one.__name__}": own(one, bedrock) for one in (create, helper)},
}


def tools_of(agent: Agent) -> List[Any]:
    return [anthropic.beta_tool(agent.pay), anthropic.beta_tool(agent.look)]


def atools_of(agent: Agent) -> List[Any]:
    def awaited(run: Any) -> Any:
        @functools.wraps(run)
        async def tool(*args: Any, **kwargs: Any) -> Any:
            return run(*args, **kwargs)

        return anthropic.beta_async_tool(tool)

    return [awaited(agent.pay), awaited(agent.look)]


def runner(agent: Agent, words: str) -> str:
    with client(agent) as one:
        running = one.beta.messages.tool_runner(model="m", max_tokens=9, tools=tools_of(agent), messages=[{"role": "user", "content": words}])
        return words_of(running.until_done())


def runner_stream(agent: Agent, words: str) -> str:
    with client(agent) as one:
        running = one.beta.messages.tool_runner(
            model="m", max_tokens=9, tools=tools_of(agent), messages=[{"role": "user", "content": words}], stream=True
        )
        message = None
        for stream in running:
            message = stream.get_final_message()
        return words_of(message)


def arunner(agent: Agent, words: str) -> str:
    async def run() -> str:
        async with aclient(agent) as one:
            running = one.beta.messages.tool_runner(
                model="m", max_tokens=9, tools=atools_of(agent), messages=[{"role": "user", "content": words}]
            )
            return words_of(await running.until_done())

    return asyncio.run(run())


RUNNERS: Dict[str, Loop] = {one.__name__: one for one in (runner, runner_stream, arunner)}


@each_case
@pytest.mark.parametrize("loop", OWN.values(), ids=OWN)
def test_own_loop(agent: Agent, loop: Loop, case: Case) -> None:
    """[SDK-56, SDK-57] A call of the model runs only as it was decided, however the answer is read, and the agent can go on."""
    hold(agent, loop, case)


@each_case
@pytest.mark.parametrize("loop", RUNNERS.values(), ids=RUNNERS)
def test_runner(agent: Agent, loop: Loop, case: Case) -> None:
    """[SDK-58] Where the library runs the tool, a denial is the result the model reads, and the run goes on; a halt ends it."""
    hold(agent, loop, case, library_runs=True)


def test_denied_among_others(agent: Agent) -> None:
    """[SDK-58] Of several calls in one answer only the denied one does not run."""
    agent.gateway.rule = lambda proposal: {"effect": "deny"} if proposal["name"] == "pay" else None
    said = runner(agent, saying(("look", {"at": "a"}), ("pay", {"to": "x", "amount": 1}), ("look", {"at": "b"})))
    assert said == "done after: saw a; Aegis denied pay; saw b"
    assert agent.effects() == [["look", {"at": "a"}], ["look", {"at": "b"}]]


def test_runner_unguarded(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    """[SDK-58] Where the tools of a runner cannot be guarded, its model's calls are decided like any other."""
    from aegis import AegisBlockedError
    from aegis.patch import callers

    monkeypatch.setattr(callers, "standings", lambda: [])
    agent.gateway.rule = lambda proposal: {"effect": "deny"} if proposal["name"] == "pay" else None
    with pytest.raises(AegisBlockedError):
        runner(agent, saying(("pay", {"to": "x", "amount": 1})))
    assert agent.effects() == []
