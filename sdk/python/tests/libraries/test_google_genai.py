"""Google's library for Gemini: own loops, functions that the library calls itself, and chats."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, AsyncIterator, Callable, Dict, List

import pytest
from google import genai
from google.genai import types
from libraries.cases import Agent, Case, Loop, decide_by, CASES, each_case, hold, saying

#: The library's own ways with aiohttp.
pytestmark = [pytest.mark.filterwarnings("ignore:Inheritance class"), pytest.mark.filterwarnings("ignore:.*AFC")]


def client(agent: Agent) -> genai.Client:
    return genai.Client(api_key="k", http_options=types.HttpOptions(base_url=agent.model))


@contextlib.asynccontextmanager
async def aclient(agent: Agent) -> AsyncIterator[genai.Client]:
    with contextlib.closing(client(agent)) as one:
        try:
            yield one
        finally:
            await one.aio.aclose()


def results(calls: List[Any], agent: Agent) -> List[Any]:
    said = [types.Part(function_call=one) for one in calls]
    done = [
        types.Part(function_response=types.FunctionResponse(id=one.id, name=one.name, response={"output": agent.run(one.name, dict(one.args))}))
        for one in calls
    ]
    return [types.Content(role="model", parts=said), types.Content(role="user", parts=done)]


def start(words: str) -> List[Any]:
    return [types.Content(role="user", parts=[types.Part(text=words)])]


def text_of(parts: List[Any]) -> str:
    return "".join(part.text or "" for part in parts)


def calls_of(parts: List[Any]) -> List[Any]:
    return [part.function_call for part in parts if part.function_call is not None]


def answer(said: str) -> str:
    """The result as Gemini carries it, in the words of the other providers' tests."""
    return said.replace('{"output":"', "").replace('{"result":"', "").replace('{"error":"', "").replace('"}', "")


def own(ask: Callable[[Any, Any], List[Any]]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        contents = start(words)
        with contextlib.closing(client(agent)) as one:
            while True:
                parts = ask(one, contents)
                if not calls_of(parts):
                    return answer(text_of(parts))
                contents += results(calls_of(parts), agent)

    return loop


def aown(ask: Callable[[Any, Any], Any]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        async def run() -> str:
            contents = start(words)
            async with aclient(agent) as one:
                while True:
                    parts = await ask(one, contents)
                    if not calls_of(parts):
                        return answer(text_of(parts))
                    contents += results(calls_of(parts), agent)

        return asyncio.run(run())

    return loop


def generate(one: Any, contents: Any) -> List[Any]:
    return list(one.models.generate_content(model="m", contents=contents).candidates[0].content.parts)


def generate_stream(one: Any, contents: Any) -> List[Any]:
    return [part for chunk in one.models.generate_content_stream(model="m", contents=contents) for part in chunk.candidates[0].content.parts]


async def agenerate(one: Any, contents: Any) -> List[Any]:
    return list((await one.aio.models.generate_content(model="m", contents=contents)).candidates[0].content.parts)


async def agenerate_stream(one: Any, contents: Any) -> List[Any]:
    stream = await one.aio.models.generate_content_stream(model="m", contents=contents)
    return [part async for chunk in stream for part in chunk.candidates[0].content.parts]


OWN: Dict[str, Loop] = {
    **{one.__name__: own(one) for one in (generate, generate_stream)},
    **{one.__name__: aown(one) for one in (agenerate, agenerate_stream)},
}


def tools(agent: Agent, most: int = 10) -> Any:
    return types.GenerateContentConfig(
        tools=[agent.pay, agent.look], automatic_function_calling=types.AutomaticFunctionCallingConfig(maximum_remote_calls=most)
    )


def library(ask: Callable[[Any, str, Any], str]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        with contextlib.closing(client(agent)) as one:
            return answer(ask(one, words, tools(agent)))

    return loop


def alibrary(ask: Callable[[Any, str, Any], Any]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        async def run() -> str:
            async with aclient(agent) as one:
                return answer(await ask(one, words, tools(agent)))

        return asyncio.run(run())

    return loop


def last(texts: List[str]) -> str:
    """What is said after the function ran."""
    whole = "".join(texts)
    return whole[whole.find("done after: ") :]


def chunk_text(chunk: Any) -> str:
    return text_of(chunk.candidates[0].content.parts)


def called(one: Any, words: str, config: Any) -> str:
    return str(one.models.generate_content(model="m", contents=words, config=config).text)


def called_stream(one: Any, words: str, config: Any) -> str:
    return last([chunk_text(chunk) for chunk in one.models.generate_content_stream(model="m", contents=words, config=config)])


def chat(one: Any, words: str, config: Any) -> str:
    return str(one.chats.create(model="m", config=config).send_message(words).text)


def chat_stream(one: Any, words: str, config: Any) -> str:
    return last([chunk_text(chunk) for chunk in one.chats.create(model="m", config=config).send_message_stream(words)])


async def acalled(one: Any, words: str, config: Any) -> str:
    return str((await one.aio.models.generate_content(model="m", contents=words, config=config)).text)


async def acalled_stream(one: Any, words: str, config: Any) -> str:
    stream = await one.aio.models.generate_content_stream(model="m", contents=words, config=config)
    return last([chunk_text(chunk) async for chunk in stream])


async def achat(one: Any, words: str, config: Any) -> str:
    return str((await one.aio.chats.create(model="m", config=config).send_message(words)).text)


#: Version 1 ends a stream behind a function call whose last chunk is empty, and runs the functions of its last answer too.
LATER = int(genai.__version__.partition(".")[0]) > 1
LIBRARY: Dict[str, Loop] = {
    **{one.__name__: library(one) for one in ((called, called_stream, chat, chat_stream) if LATER else (called, chat))},
    **{one.__name__: alibrary(one) for one in ((acalled, acalled_stream, achat) if LATER else (acalled, achat))},
}


@each_case
@pytest.mark.parametrize("loop", OWN.values(), ids=OWN)
def test_own_loop(agent: Agent, loop: Loop, case: Case) -> None:
    """[SDK-56, SDK-57] A call of the model runs only as it was decided, whole or streamed, and the agent can go on."""
    hold(agent, loop, case)


@each_case
@pytest.mark.parametrize("loop", LIBRARY.values(), ids=LIBRARY)
def test_library_calls(agent: Agent, loop: Loop, case: Case) -> None:
    """[SDK-58] Where the library calls the function, a denial is the result the model reads, and the run goes on; a halt ends it."""
    hold(agent, loop, case, library_runs=True)


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_calls_it_leaves(agent: Agent, streamed: bool) -> None:
    """[SDK-58] A call that the library hands out without running it is decided before the agent has it."""
    from aegis import AegisBlockedError

    deny = CASES[1]
    decide_by(agent, deny)
    one = client(agent)
    words = saying(("pay", {"to": "x", "amount": 1}))
    with pytest.raises(AegisBlockedError) if LATER else contextlib.nullcontext():
        if streamed:
            list(one.models.generate_content_stream(model="m", contents=words, config=tools(agent, 1)))
        else:
            one.models.generate_content(model="m", contents=words, config=tools(agent, 1))
    one.close()
    assert agent.effects() == []
