"""Server-sent events (HTML Standard, 9.2), with the bytes of each event kept as they came."""

from __future__ import annotations

import json
import re
from typing import Any

from .chunk import Chunk
from .json_object import json_object

_LINE_END = re.compile(rb"\r\n|\r|\n")


class ServerSentEvents:
    def __init__(self) -> None:
        #: Of a line that has not ended, so that a long one is looked through once.
        self._pieces: list[bytes] = []
        self._cr = False
        self._raw: list[bytes] = []
        self._data: list[str] = []
        self._event: str | None = None

    def feed(self, data: bytes) -> list[Chunk]:
        if self._cr:
            data = b"\r" + data
        # A CR at the end may be half of a CRLF, so it waits for what follows.
        self._cr = data.endswith(b"\r")
        if self._cr:
            data = data[:-1]
        found: list[Chunk] = []
        start = 0
        for end in _LINE_END.finditer(data):
            self._pieces.append(data[start : end.start()])
            line = b"".join(self._pieces)
            self._pieces = []
            self._line(line, line + end.group(), found)
            start = end.end()
        self._pieces.append(data[start:])
        return found

    def finish(self) -> list[Chunk]:
        found: list[Chunk] = []
        line, end = b"".join(self._pieces), b"\r" if self._cr else b""
        self._pieces, self._cr = [], False
        if line or end:
            self._line(line, line + end, found)
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
        body = json_object(data)
        found.append(Chunk(body or {}, raw, event, opaque=body is None))

