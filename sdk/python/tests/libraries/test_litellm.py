"""LiteLLM, in loops as people write them, over two of the providers it speaks to."""

from __future__ import annotations

import asyncio
import gc
import json
from typing import Any, Callable, Dict, Iterator, List

import pytest
from libraries.cases import Agent, Case, Loop, each_case, hold

Message = Dict[str, Any]


@pytest.fixture(autouse=True, scope="module")
def tidy() -> Iterator[None]:
    """It makes event loops for its own logging and leaves them open."""
    yield
    for one in gc.get_objects():
        if isinstance(one, asyncio.BaseEventLoop) and not one.is_closed() and not one.is_running():
            one.close()


@pytest.fixture(autouse=True)
def quiet(agent: Agent) -> None:
    """It warns of its own past while it is imported and used."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import litellm

        litellm.suppress_debug_info = True


TOOLS: Any = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}} for name in ("pay", "look")
]


def openai(agent: Agent) -> Dict[str, Any]:
    return {"model": "openai/gpt-4o", "api_base": f"{agent.model}/v1", "api_key": "k"}


def anthropic(agent: Agent) -> Dict[str, Any]:
    return {"model": "anthropic/claude-sonnet-4-5", "api_base": agent.model, "api_key": "k"}


class Joined:
    def __init__(self) -> None:
        self.content = ""
        self.calls: Dict[int, Any] = {}

    def add(self, chunk: Any) -> "Joined":
        delta = chunk.choices[0].delta
        self.content += delta.content or ""
        for call in delta.tool_calls or []:
            known = self.calls.setdefault(call.index, call)
            if known is not call:
                known.function.arguments += call.function.arguments or ""
        return self

    @property
    def tool_calls(self) -> List[Any]:
        return list(self.calls.values())


def answered(message: Any, agent: Agent) -> List[Message]:
    said = [
        {"id": one.id, "type": "function", "function": {"name": one.function.name, "arguments": one.function.arguments}}
        for one in message.tool_calls
    ]
    done = [
        {"role": "tool", "tool_call_id": one.id, "content": agent.run(one.function.name, json.loads(one.function.arguments))}
        for one in message.tool_calls
    ]
    return [{"role": "assistant", "content": message.content, "tool_calls": said}, *done]


def own(ask: Callable[[Any, Any], Any], provider: Callable[[Agent], Dict[str, Any]]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        messages: List[Message] = [{"role": "user", "content": words}]
        while True:
            message = ask(messages, provider(agent))
            if not message.tool_calls:
                return str(message.content)
            messages += answered(message, agent)

    return loop


def aown(ask: Callable[[Any, Any], Any], provider: Callable[[Agent], Dict[str, Any]]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        async def run() -> str:
            messages: List[Message] = [{"role": "user", "content": words}]
            while True:
                message = await ask(messages, provider(agent))
                if not message.tool_calls:
                    return str(message.content)
                messages += answered(message, agent)

        return asyncio.run(run())

    return loop


def completion(messages: Any, provider: Any) -> Any:
    import litellm

    return litellm.completion(messages=messages, tools=TOOLS, **provider).choices[0].message


def completion_stream(messages: Any, provider: Any) -> Any:
    import litellm

    joined = Joined()
    stream = litellm.completion(messages=messages, tools=TOOLS, stream=True, **provider)
    assert isinstance(stream, litellm.CustomStreamWrapper)
    for chunk in stream:
        joined.add(chunk)
    return joined


def router(messages: Any, provider: Any) -> Any:
    import litellm

    one = litellm.Router(model_list=[{"model_name": "x", "litellm_params": provider}], num_retries=0)
    return one.completion(model="x", messages=messages, tools=TOOLS).choices[0].message


async def acompletion(messages: Any, provider: Any) -> Any:
    import litellm

    return (await litellm.acompletion(messages=messages, tools=TOOLS, **provider)).choices[0].message


async def acompletion_stream(messages: Any, provider: Any) -> Any:
    import litellm

    joined = Joined()
    async for chunk in await litellm.acompletion(messages=messages, tools=TOOLS, stream=True, **provider):
        joined.add(chunk)
    return joined


LOOPS: Dict[str, Loop] = {
    **{f"openai {one.__name__}": own(one, openai) for one in (completion, completion_stream, router)},
    **{f"openai {one.__name__}": aown(one, openai) for one in (acompletion, acompletion_stream)},
    **{f"anthropic {one.__name__}": own(one, anthropic) for one in (completion, completion_stream)},
}


@each_case
@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
@pytest.mark.filterwarnings("ignore")
def test_loop(agent: Agent, loop: Loop, case: Case) -> None:
    """[SDK-56, SDK-57] A call of the model runs only as it was decided and is one action, though two patched libraries see it."""
    hold(agent, loop, case)
