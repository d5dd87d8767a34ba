"""The files of conformance/dialects, as their README describes them, through the reader that stands between a provider and its library."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from aegis.answers import deciding
from aegis.answers.chunk import Chunk
from aegis.answers.holding import Holding
from aegis.answers.reading import Reading, nobody
from aegis.answers.server_sent_events import ServerSentEvents
from aegis.dialects.dialects import DIALECTS
from aegis.errors import AegisBlockedError, blocked
from aegis.flow import adrive, drive
from aegis.wire.decision import Decision, Reason

FOLDER = Path(__file__).parents[4] / "conformance" / "dialects"
FILES = [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json")) if path.name != "implementations.json"]
PYTHON = json.loads((FOLDER / "implementations.json").read_text("utf-8"))["python"]
OMITTED = {(one.get("dialect"), one["what"]) for one in PYTHON["omits"]}


def omits(dialect: str, what: str) -> bool:
    return (None, what) in OMITTED or (dialect, what) in OMITTED


def requests() -> list[Any]:
    return [
        pytest.param(one["dialect"], request, id=f"{one['dialect']}: {request['name']}")
        for one in FILES
        for request in one["requests"]
        if not omits(one["dialect"], "*") and not ("refused" in request and omits(one["dialect"], "request.refused"))
    ]


def answers() -> list[Any]:
    return [
        pytest.param(one["dialect"], answer, id=f"{one['dialect']}: {answer['name']} ({'whole' if 'whole' in answer else 'streamed'})")
        for one in FILES
        for answer in one["answers"]
        if not omits(one["dialect"], "*") and not omits(one["dialect"], answer["name"])
    ]


class Gateway:
    """The decisions of a case in place of a gateway's."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.decisions = case.get("decisions", [])
        self.seen: list[dict[str, Any]] = []

    def decide(self, calls: Any, _framework: str) -> dict[str, Any]:
        decided: dict[str, Any] = {}
        for call, decision in zip(calls, self.decisions, strict=True):
            self.seen.append({"id": call.id, "name": call.name, "args": call.args})
            if decision["effect"] in ("deny", "ask"):
                raise blocked(call.name, Decision("a", "deny", (Reason("TOOL_BLOCKED", "no"),), "LOW", {"text": decision["text"]}))
            decided[call.id] = decision.get("args", call.args)
        return decided

    async def adecide(self, calls: Any, framework: str) -> dict[str, Any]:
        return self.decide(calls, framework)


@pytest.fixture
def gateway(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    made = Gateway(request.getfixturevalue("case"))
    monkeypatch.setattr(deciding, "decide_calls", made.decide)
    monkeypatch.setattr(deciding, "adecide_calls", made.adecide)
    yield made


class Broken(Exception):
    pass


def pieces(case: dict[str, Any]) -> Iterator[bytes]:
    """As a server sends it, in pieces that end anywhere."""
    if "whole" in case:
        yield json.dumps(case["whole"], ensure_ascii=False).encode()
        return
    for chunk in case["chunks"]:
        name = f"event: {chunk['event']}\n" if "event" in chunk else ""
        data = chunk["data"] if isinstance(chunk["data"], str) else json.dumps(chunk["data"], ensure_ascii=False)
        raw = f"{name}data: {data}\n\n".encode()
        yield raw[:3]
        yield raw[3:]
    if case.get("breaks"):
        raise Broken


def read(dialect: str, case: dict[str, Any]) -> tuple[bytes, BaseException | None]:
    reading = Reading(DIALECTS[dialect], dialect, streamed="chunks" in case, content_type="")
    got = b""
    try:
        for piece in pieces(case):
            got += reading.feed(piece)
        got += drive(reading.finish())
    except (AegisBlockedError, Broken) as error:
        return got, error
    return got, None


async def aread(dialect: str, case: dict[str, Any]) -> tuple[bytes, BaseException | None]:
    async def source() -> AsyncIterator[bytes]:
        for piece in pieces(case):
            yield piece

    reading = Reading(DIALECTS[dialect], dialect, streamed="chunks" in case, content_type="")
    got = b""
    try:
        async for piece in source():
            got += reading.feed(piece)
        got += await adrive(reading.finish())
    except (AegisBlockedError, Broken) as error:
        return got, error
    return got, None


def parsed(data: bytes) -> list[Chunk]:
    events = ServerSentEvents()
    return [*events.feed(data), *events.finish()]


def calls_of(dialect: str, whole: bool, got: bytes) -> list[dict[str, Any]]:
    known = DIALECTS[dialect]
    if whole:
        found = known.calls(json.loads(got))
    else:
        holding = Holding(known, nobody)
        for chunk in parsed(got):
            holding.take(chunk)
        found = holding.calls()
    return [{"name": one.name, "args": one.args} for one in found]


@pytest.mark.parametrize("dialect, request_case", requests())
def test_request(dialect: str, request_case: dict[str, Any]) -> None:
    """[SDK-55] The user's words and the results of tools are read from a request."""
    incoming = DIALECTS[dialect].incoming(request_case["body"])
    results = [{"callId": one.call_id, "value": one.value, "failed": one.failed} for one in incoming.results]
    assert [text for text in incoming.users if text != ""] == request_case["reads"]["users"]
    assert results == request_case["reads"]["results"]


@pytest.mark.parametrize("dialect, case", answers())
@pytest.mark.parametrize("form", ["sync", "async"])
def test_answer(dialect: str, case: dict[str, Any], form: str, gateway: Gateway) -> None:
    """[SDK-55] Words flow at once, calls are held until decided, and what runs is what was decided."""
    got, error = read(dialect, case) if form == "sync" else asyncio.run(aread(dialect, case))
    whole = "whole" in case
    decisions = [one["effect"] for one in case.get("decisions", [])]
    flown = b"" if whole else b"".join(chunk.raw for chunk in parsed(b"".join(pieces({**case, "breaks": False})))[: case["flows"]])
    if case.get("breaks"):
        assert (got, type(error), gateway.seen) == (flown, Broken, [])
        return
    if case.get("fails"):
        last = parsed(b"".join(pieces(case)))[-1]
        assert (got, error, gateway.seen) == (flown if flown.endswith(last.raw) else flown + last.raw, None, [])
        return
    if "deny" in decisions or "ask" in decisions:
        assert isinstance(error, AegisBlockedError)
        assert got == flown
        unreadable = any(one["args"] is None for one in case["reads"]["calls"])
        assert gateway.seen == ([] if unreadable else case["reads"]["calls"][: len(gateway.seen)])
        return
    assert error is None
    assert gateway.seen == case["reads"]["calls"]
    assert got.startswith(flown)
    if "modify" not in decisions:
        assert got == b"".join(pieces(case))
    elif whole:
        assert json.loads(got) == case["leaves"]
    if "client" in case:
        assert calls_of(dialect, whole, got) == case["client"]["calls"]


def test_omits() -> None:
    """[SDK-55] What this SDK does not carry of the cases is listed with its reason, and nothing is listed in vain."""
    assert PYTHON["refuses"] == "raises"
    assert {one["dialect"] for one in FILES if not omits(one["dialect"], "*")} == set(DIALECTS)
    assert all(one["why"] for one in PYTHON["omits"])
