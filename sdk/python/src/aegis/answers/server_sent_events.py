"""Server-sent events (HTML Standard, 9.2), with the bytes of each event kept as they came."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from .chunk import Chunk

_LINE_END = re.compile(rb"\r\n|\r|\n")


class ServerSentEvents:
    def __init__(self) -> None:
        self._rest = b""
        self._raw: list[bytes] = []
        self._data: list[str] = []
        self._event: str | None = None

    def feed(self, data: bytes) -> list[Chunk]:
        # A CR at the end may be half of a CRLF, so it waits for what follows.
        whole = self._rest + data
        found: list[Chunk] = []
        start = 0
        for end in _LINE_END.finditer(whole):
            if end.group() == b"\r" and end.end() == len(whole):
                break
            self._line(whole[start : end.start()], whole[start : end.end()], found)
            start = end.end()
        self._rest = whole[start:]
        return found

    def finish(self) -> list[Chunk]:
        found: list[Chunk] = []
        if self._rest:
            self._line(self._rest.rstrip(b"\r"), self._rest, found)
            self._rest = b""
        if self._raw:
            self._dispatch(found)
        return found

    def write(self, body: dict[str, Any], event: str | None) -> bytes:
        name = "" if event is None else f"event: {event}\n"
        return f"{name}data: {json.dumps(body, ensure_ascii=False)}\n\n".encode()

    def _line(self, line: bytes, raw: bytes, found: list[Chunk]) -> None:
        self._raw.append(raw)
        if line == b"":
            self._dispatch(found)
            return
        field, _, value = line.decode("utf-8", "replace").lstrip("\ufeff").partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._event = value

    def _dispatch(self, found: list[Chunk]) -> None:
        raw, data, event = b"".join(self._raw), "\n".join(self._data), self._event
        self._raw, self._data, self._event = [], [], None
        body = _object(data)
        found.append(Chunk(body or {}, raw, event, opaque=body is None))


def _object(data: str) -> dict[str, Any] | None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
