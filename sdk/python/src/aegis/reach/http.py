"""A request over HTTP/1.1 on a connection that is kept: only what Aegis says is understood, and nothing is followed elsewhere."""

from __future__ import annotations

from typing import Dict, Generator, List, NamedTuple, Optional, Tuple

from .answer import MOST_BYTES, NoAnswer, Sending

MOST_HEAD_BYTES = 65_536


class HttpAnswer(NamedTuple):
    status: int
    headers: Dict[str, str]
    body: bytes
    #: Whether another request may go over the same connection.
    kept: bool


HttpExchange = Generator[Optional[bytes], bytes, HttpAnswer]


def exchange_http(sending: Sending, headers: Dict[str, str]) -> HttpExchange:
    """`headers` holds the host and whatever else is said; names in lower case."""
    said = dict(headers)
    if sending.body is not None:
        said.update({"content-type": "application/json", "content-length": str(len(sending.body))})
    lines = [f"{sending.method} {sending.path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    yield "\r\n".join([*lines, "", ""]).encode("latin-1") + (sending.body or b"")
    reader = _Reader()
    while True:
        head = yield from reader.until(b"\r\n\r\n", MOST_HEAD_BYTES)
        version, status, got = _head(head)
        if status != 100:
            break
    body, open_ended = yield from _body(reader, status, got)
    kept = version == "HTTP/1.1" and got.get("connection", "").lower() != "close" and not open_ended and not reader.held
    return HttpAnswer(status, got, body, kept)


class _Reader:
    """What arrived and was not taken yet."""

    def __init__(self) -> None:
        self.held = bytearray()
        self.ended = False

    def more(self) -> Generator[Optional[bytes], bytes, bool]:
        data = yield None
        self.ended = not data
        self.held += data
        return bool(data)

    def until(self, mark: bytes, most: int) -> Generator[Optional[bytes], bytes, bytes]:
        while (at := self.held.find(mark)) < 0:
            if len(self.held) > most:
                raise NoAnswer("the answer is not HTTP")
            if not (yield from self.more()):
                raise NoAnswer("the connection was closed")
        return self.take(at, len(mark))

    def exactly(self, count: int) -> Generator[Optional[bytes], bytes, bytes]:
        while len(self.held) < count:
            if not (yield from self.more()):
                raise NoAnswer("it broke off its answer")
        return self.take(count, 0)

    def rest(self) -> Generator[Optional[bytes], bytes, bytes]:
        while (yield from self.more()):
            if len(self.held) > MOST_BYTES:
                raise NoAnswer("the answer is too long")
        return self.take(len(self.held), 0)

    def take(self, count: int, behind: int) -> bytes:
        taken = bytes(self.held[:count])
        del self.held[: count + behind]
        return taken


def _head(head: bytes) -> Tuple[str, int, Dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = first.split(" ", 2)
    if len(parts) < 2 or parts[0] not in ("HTTP/1.0", "HTTP/1.1") or len(parts[1]) != 3 or not _digits(parts[1]):
        raise NoAnswer("the answer is not HTTP")
    headers: Dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or name != name.strip() or (name in headers and name in ("content-length", "transfer-encoding", "aegis-answer")):
            raise NoAnswer("the answer's headers cannot be read")
        headers[name] = value.strip()
    return parts[0], int(parts[1]), headers


def _body(reader: _Reader, status: int, headers: Dict[str, str]) -> Generator[Optional[bytes], bytes, Tuple[bytes, bool]]:
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if status in (204, 304):
        return b"", False
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            raise NoAnswer("the answer's length cannot be read")
        return (yield from _chunks(reader)), False
    if length is None:
        return (yield from reader.rest()), True
    if not _digits(length) or len(length) > 10 or int(length) > MOST_BYTES:
        raise NoAnswer("the answer is too long")
    return (yield from reader.exactly(int(length))), False


def _chunks(reader: _Reader) -> Generator[Optional[bytes], bytes, bytes]:
    parts: List[bytes] = []
    total = 0
    while True:
        line = yield from reader.until(b"\r\n", 4_096)
        size = _hex(line.split(b";", 1)[0].strip())
        total += size
        if total > MOST_BYTES:
            raise NoAnswer("the answer is too long")
        if size == 0:
            break
        chunk = yield from reader.exactly(size + 2)
        if chunk[-2:] != b"\r\n":
            raise NoAnswer("the answer's parts cannot be read")
        parts.append(chunk[:-2])
    while (yield from reader.until(b"\r\n", MOST_HEAD_BYTES)):
        pass
    return b"".join(parts)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _hex(text: bytes) -> int:
    if not 0 < len(text) <= 8 or any(byte not in b"0123456789abcdefABCDEF" for byte in text):
        raise NoAnswer("the answer's parts cannot be read")
    return int(text, 16)
