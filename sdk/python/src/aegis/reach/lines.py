"""A request over the local socket: one line of JSON there, one line back."""

from __future__ import annotations

import json
from typing import Any, Generator, Optional

from ..wire.shape import is_object
from .answer import MOST_BYTES, NoAnswer, RawAnswer, Sending, read_json

#: Yields bytes to send, or None to be sent what arrived; b"" is the end.
Exchange = Generator[Optional[bytes], bytes, RawAnswer]


def hello(key: str) -> bytes:
    return json.dumps({"aegis": 1, "key": key}).encode() + b"\n"


def exchange_lines(sending: Sending, number: int, first: bytes) -> Exchange:
    """Asks with `number` as the id, behind the line `first` when the connection is new."""
    head = f'{{"id":{number},"method":{json.dumps(sending.method)},"path":{json.dumps(sending.path)}'.encode()
    body = b"" if sending.body is None else b',"body":' + sending.body
    yield first + head + body + b"}\n"
    held = bytearray()
    while b"\n" not in held:
        data = yield None
        if not data:
            raise NoAnswer("the connection was closed")
        held += data
        if len(held) > MOST_BYTES:
            raise NoAnswer("the answer is too long")
    line, _, rest = bytes(held).partition(b"\n")
    if rest:
        raise NoAnswer("it says more than was asked")
    return _answered(read_json(line), number)


def _answered(said: Any, number: int) -> RawAnswer:
    if not is_object(said) or set(said) != {"id", "status", "body"}:
        raise NoAnswer("the answer is not one to this request")
    asked, status, body = said["id"], said["status"], said["body"]
    if isinstance(asked, bool) or asked != number or not isinstance(asked, int) or not is_status(status):
        raise NoAnswer("the answer is not one to this request")
    return RawAnswer(status, body)


def is_status(status: Any) -> bool:
    """From 300 to 399 an answer would be a redirect, and there is nowhere to go."""
    return isinstance(status, int) and not isinstance(status, bool) and (200 <= status < 300 or 400 <= status < 600)
