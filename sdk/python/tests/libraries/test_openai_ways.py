"""Ways past the parsed answer of OpenAI's library: whatever is read, by whatever route, was decided."""

from __future__ import annotations

import asyncio
import gzip
import json
import pickle
import sys
from typing import Any, Callable, Dict, List, Optional

import openai
import pytest
from libraries.cases import Agent, saying
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from aegis import AegisBlockedError

#: The library that OpenAI's asks with: httpx, or httpx2 in newer versions.
HTTPX: Any = sys.modules[openai.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0]]
WORDS = saying(("pay", {"to": "x", "amount": 1}))
ASKED: Any = {"model": "m", "messages": [{"role": "user", "content": WORDS}]}


@pytest.fixture
def denied(agent: Agent) -> Agent:
    agent.gateway.rule = lambda proposal: {"effect": "deny"} if proposal["name"] == "pay" else None
    return agent


def client(agent: Agent) -> openai.OpenAI:
    return openai.OpenAI(api_key="k", base_url=f"{agent.model}/v1", max_retries=0)


def raw_text(one: openai.OpenAI) -> Any:
    return one.chat.completions.with_raw_response.create(**ASKED).text


def raw_response(one: openai.OpenAI) -> Any:
    return one.chat.completions.with_raw_response.create(**ASKED).http_response.json()


def raw_stream(one: openai.OpenAI) -> Any:
    return list(one.chat.completions.with_raw_response.create(**ASKED, stream=True).http_response.iter_raw())


def streamed_bytes(one: openai.OpenAI) -> Any:
    with one.chat.completions.with_streaming_response.create(**ASKED) as response:
        return list(response.iter_bytes())


def streamed_lines(one: openai.OpenAI) -> Any:
    with one.chat.completions.with_streaming_response.create(**ASKED, stream=True) as response:
        return list(response.iter_lines())


def streamed_json(one: openai.OpenAI) -> Any:
    with one.chat.completions.with_streaming_response.create(**ASKED) as response:
        return response.json()


def other_stream(one: openai.OpenAI) -> Any:
    with one.chat.completions.with_streaming_response.create(**ASKED, stream=True) as response:
        return list(response.parse(to=openai.Stream[ChatCompletionChunk]))


def inner_response(one: openai.OpenAI) -> Any:
    return list(one.chat.completions.create(**ASKED, stream=True).response.iter_lines())


def by_route(one: openai.OpenAI) -> Any:
    return one.post("/chat/completions", cast_to=ChatCompletion, body=ASKED)


def by_route_bytes(one: openai.OpenAI) -> Any:
    return one.post("/chat/completions", cast_to=HTTPX.Response, body=ASKED).content


def by_route_streamed(one: openai.OpenAI) -> Any:
    """A stream, asked for as if it came whole."""
    return one.post("/chat/completions", cast_to=HTTPX.Response, body={**ASKED, "stream": True}).text


def by_copy(one: openai.OpenAI) -> Any:
    return one.with_options(timeout=60).chat.completions.create(**ASKED)


WAYS: List[Callable[[openai.OpenAI], Any]] = [
    raw_text,
    raw_response,
    raw_stream,
    streamed_bytes,
    streamed_lines,
    streamed_json,
    other_stream,
    inner_response,
    by_route,
    by_route_bytes,
    by_route_streamed,
    by_copy,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_way(denied: Agent, way: Callable[[openai.OpenAI], Any]) -> None:
    """[SDK-56] No helper, raw response or inner object hands out a call that nobody decided."""
    with client(denied) as one, pytest.raises(AegisBlockedError):
        way(one)
    assert [proposal["name"] for proposal in denied.gateway.proposals()] == ["pay"]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_way_allowed(agent: Agent, way: Callable[[openai.OpenAI], Any]) -> None:
    """[SDK-56] What may run is handed out by each of them as the library hands it out."""
    with client(agent) as one:
        assert way(one)
    assert len(agent.gateway.proposals()) == 1


async def ainner(one: openai.AsyncOpenAI) -> Any:
    stream = await one.chat.completions.create(**ASKED, stream=True)
    return [line async for line in stream.response.aiter_lines()]


async def astreamed(one: openai.AsyncOpenAI) -> Any:
    async with one.chat.completions.with_streaming_response.create(**ASKED, stream=True) as response:
        return [piece async for piece in response.iter_bytes()]


async def araw(one: openai.AsyncOpenAI) -> Any:
    return (await one.chat.completions.with_raw_response.create(**ASKED)).text


@pytest.mark.parametrize("way", [ainner, astreamed, araw], ids=lambda way: way.__name__)
def test_way_awaited(denied: Agent, way: Callable[[openai.AsyncOpenAI], Any]) -> None:
    """[SDK-56] The same where it is awaited."""

    async def run() -> None:
        async with openai.AsyncOpenAI(api_key="k", base_url=f"{denied.model}/v1", max_retries=0) as one:
            with pytest.raises(AegisBlockedError):
                await way(one)

    asyncio.run(run())


def test_same_objects(agent: Agent) -> None:
    """[SDK-56] Types, headers, request id and pickling of answers are the library's own."""
    with client(agent) as one:
        raw = one.chat.completions.with_raw_response.create(**ASKED)
        answer = raw.parse()
        stream = one.chat.completions.create(**ASKED, stream=True)
        assert isinstance(stream, openai.Stream)
        with stream:
            assert all(isinstance(chunk, ChatCompletionChunk) for chunk in stream)
    assert isinstance(answer, ChatCompletion)
    assert raw.headers["x-request-id"] == raw.request_id == answer._request_id
    assert raw.elapsed.total_seconds() > 0
    assert pickle.loads(pickle.dumps(answer)) == answer


def mocked(answer: Callable[[Any], Any], **terms: Any) -> openai.OpenAI:
    return openai.OpenAI(
        api_key="k", base_url="http://model.invalid/v1", max_retries=0, http_client=openai.DefaultHttpxClient(transport=HTTPX.MockTransport(answer)), **terms
    )


def chat_answer(*calls: Dict[str, Any]) -> Dict[str, Any]:
    message = {"role": "assistant", "content": None, "tool_calls": list(calls)}
    choice = {"index": 0, "finish_reason": "tool_calls", "message": message}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def call(arguments: str, id: Optional[str] = "call_00000001", name: str = "pay") -> Dict[str, Any]:
    return {**({} if id is None else {"id": id}), "type": "function", "function": {"name": name, "arguments": arguments}}


def answering(*calls: Dict[str, Any]) -> openai.OpenAI:
    return mocked(lambda _: HTTPX.Response(200, json=chat_answer(*calls)))


@pytest.mark.parametrize("arguments", ['{"to": "x"', '["x"]', '{"to": "a", "to": "b"}', '{"n": NaN}', '{"n": 1e999}', '"x"'])
def test_unreadable_arguments(agent: Agent, arguments: str) -> None:
    """[SDK-57] Arguments that parsers may read differently, or not at all, do not run."""
    with answering(call(arguments)) as one, pytest.raises(AegisBlockedError, match="BODY_INVALID_JSON") as raised:
        one.chat.completions.create(**ASKED)
    assert raised.value.tool_name == "pay"
    assert agent.gateway.proposals() == []


def test_nested_answer(agent: Agent) -> None:
    """[SDK-57] An answer that is nested too deep to be looked at does not pass for one without calls."""
    deep = b'{"choices": [], "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with mocked(lambda _: HTTPX.Response(200, headers={"content-type": "application/json"}, content=deep)) as one:
        with pytest.raises(AegisBlockedError, match="nested too deep"):
            one.chat.completions.create(**ASKED)


def test_readable_arguments(agent: Agent) -> None:
    """[SDK-57] None at all, white space, and numbers that JSON cannot carry exactly run as the model wrote them."""
    said = ["", "  {} ", '{"id": 12345678901234567890, "rate": 1.10}', '{"text": "\\u6f22 \\ud83d\\udc4d"}']
    with answering(*[call(text, f"call_0000000{at}", "look") for at, text in enumerate(said)]) as one:
        calls: Any = one.chat.completions.create(**ASKED).choices[0].message.tool_calls
    assert [one.function.arguments for one in calls] == said
    assert [one["args"] for one in agent.gateway.proposals()][2] == {"id": "12345678901234567890", "rate": 1.1}


@pytest.mark.parametrize("ids", [(None, None), ("call_same_id", "call_same_id")], ids=["none", "double"])
def test_ids(agent: Agent, ids: Any) -> None:
    """[SDK-57] Calls without an id, or with the same one, are decided each for itself, and each keeps its own arguments."""
    agent.gateway.rule = lambda proposal: {"effect": "modify", "args": {"at": proposal["args"]["at"] + "!"}}
    with answering(call('{"at": "a"}', ids[0], "look"), call('{"at": "b"}', ids[1], "look")) as one:
        calls: Any = one.chat.completions.create(**ASKED).choices[0].message.tool_calls
    assert [json.loads(one.function.arguments) for one in calls] == [{"at": "a!"}, {"at": "b!"}]
    assert len({one["id"] for one in agent.gateway.proposals()}) == 2


def test_compressed(agent: Agent) -> None:
    """[SDK-56] A compressed answer is read as the library reads it, and a changed one says nothing of its old bytes."""
    agent.gateway.rule = lambda _: {"effect": "modify", "args": {"to": "y"}}
    body = gzip.compress(json.dumps(chat_answer(call('{"to": "x"}'))).encode())
    headers = {"content-type": "application/json", "content-encoding": "gzip", "content-length": str(len(body))}
    with mocked(lambda _: HTTPX.Response(200, headers=headers, content=body)) as one:
        raw = one.chat.completions.with_raw_response.create(**ASKED)
    assert json.loads(raw.text)["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] == '{"to":"y"}'
    assert "content-encoding" not in raw.headers


def test_stored(denied: Agent) -> None:
    """[SDK-56] An answer that was stored or made in the background is fetched with the same guard; a list of models passes."""
    item = {"type": "function_call", "id": "fc_1", "call_id": "call_00000001", "name": "pay", "arguments": "{}", "status": "completed"}
    response = {"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m", "output": [item], "tools": []}

    def answer(request: Any) -> Any:
        return HTTPX.Response(200, json=response if "/responses/" in request.url.path else {"object": "list", "data": []})

    with mocked(answer) as one:
        with pytest.raises(AegisBlockedError):
            one.responses.retrieve("resp_1")
        assert one.models.list().data == []


def test_azure(denied: Agent) -> None:
    """[SDK-56] Azure's addresses are known too."""
    transport = HTTPX.MockTransport(lambda _: HTTPX.Response(200, json=chat_answer(call("{}"))))
    with openai.AzureOpenAI(
        api_key="k", api_version="1", azure_endpoint="http://model.invalid", http_client=openai.DefaultHttpxClient(transport=transport)
    ) as one:
        with pytest.raises(AegisBlockedError):
            one.chat.completions.create(**ASKED)


def sse(*data: Any) -> bytes:
    return "".join(f"data: {one if isinstance(one, str) else json.dumps(one)}\n\n" for one in data).encode()


def chunk(delta: Dict[str, Any], finish: Optional[str] = None) -> Dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


WORD = chunk({"content": "Hi"})
BEGUN = chunk({"tool_calls": [{**call("{}"), "index": 0}]})


class Body(HTTPX.SyncByteStream):  # type: ignore[misc]
    """A body that breaks behind what it said, and tells when it was closed."""

    def __init__(self, said: bytes, breaks: bool = False) -> None:
        self.said, self.breaks, self.closed = said, breaks, 0

    def __iter__(self) -> Any:
        yield self.said
        if self.breaks:
            raise HTTPX.ReadError("gone")

    def close(self) -> None:
        self.closed += 1


def streaming(body: Body) -> openai.OpenAI:
    return mocked(lambda _: HTTPX.Response(200, headers={"content-type": "text/event-stream"}, stream=body))


def test_broken_stream(agent: Agent) -> None:
    """[SDK-57] A stream that breaks off within a call hands out the words, the library's own error, and nothing of the call."""
    body = Body(sse(WORD, BEGUN), breaks=True)
    seen: List[Any] = []
    with streaming(body) as one, pytest.raises((openai.APIConnectionError, HTTPX.ReadError)):
        for piece in one.chat.completions.create(**ASKED, stream=True):
            seen.append(piece.choices[0].delta.content)
    assert (seen, agent.gateway.proposals()) == (["Hi"], [])
    assert body.closed > 0


def test_failed_stream(agent: Agent) -> None:
    """[SDK-57] An error of the provider's own is raised by the library, and nothing of a call goes with it."""
    body = Body(sse(WORD, BEGUN, {"error": {"message": "Overloaded."}}))
    with streaming(body) as one, pytest.raises(openai.APIError, match="Overloaded"):
        list(one.chat.completions.create(**ASKED, stream=True))
    assert agent.gateway.proposals() == []


def test_closed_stream(agent: Agent) -> None:
    """[SDK-57] A stream that is closed early closes the connection and asks about nothing."""
    body = Body(sse(WORD, BEGUN))
    with streaming(body) as one:
        with one.chat.completions.create(**ASKED, stream=True) as stream:
            next(stream)
    assert body.closed > 0
    assert agent.gateway.proposals() == []


def test_refused_stream(denied: Agent) -> None:
    """[SDK-57] A stream with a denied call is closed as well."""
    body = Body(sse(WORD, BEGUN, chunk({}, "tool_calls"), "[DONE]"))
    with streaming(body) as one, pytest.raises(AegisBlockedError):
        list(one.chat.completions.create(**ASKED, stream=True))
    assert body.closed > 0


def test_error_answers(denied: Agent) -> None:
    """[SDK-56] Errors of the provider stay errors of the library."""
    with mocked(lambda _: HTTPX.Response(429, json={"error": {"message": "Slow down."}})) as one:
        with pytest.raises(openai.RateLimitError):
            one.chat.completions.create(**ASKED)
    assert denied.gateway.proposals() == []
