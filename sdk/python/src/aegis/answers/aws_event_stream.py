"""
The AWS event stream encoding (Amazon Transcribe Developer Guide, Event stream encoding) as Bedrock uses it for InvokeModel: each message
carries one event of the model's own dialect in Base64.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

from .chunk import Chunk
from .json_object import json_object

_LEAST = 16


class AwsEventStream:
    """Checksums are left to the agent's library, which reads every byte that came as it came."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Chunk]:
        self._rest += data
        found: list[Chunk] = []
        while len(self._rest) >= 12:
            total, headers = struct.unpack(">II", self._rest[:8])
            if total < _LEAST or headers > total - _LEAST:
                # No message; the agent's library says so when it reads it.
                found.append(Chunk({}, bytes(self._rest), opaque=True))
                self._rest.clear()
                break
            if len(self._rest) < total:
                break
            raw = bytes(self._rest[:total])
            del self._rest[:total]
            body = _event(raw[12 + headers : total - 4])
            found.append(Chunk(body or {}, raw, opaque=body is None))
        return found

    def finish(self) -> list[Chunk]:
        rest, self._rest = bytes(self._rest), bytearray()
        return [Chunk({}, rest, opaque=True)] if rest else []

    def write(self, body: dict[str, Any], event: str | None) -> bytes:
        inner = base64.b64encode(json.dumps(body).encode()).decode("ascii")
        payload = json.dumps({"bytes": inner}).encode()
        headers = b"".join(
            _header(name, value)
            for name, value in ((":event-type", "chunk"), (":content-type", "application/json"), (":message-type", "event"))
        )
        prelude = struct.pack(">II", 12 + len(headers) + len(payload) + 4, len(headers))
        message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
        return message + struct.pack(">I", zlib.crc32(message))


def _header(name: str, value: str) -> bytes:
    said, spelled = name.encode("ascii"), value.encode("utf-8")
    return bytes([len(said)]) + said + b"\x07" + struct.pack(">H", len(spelled)) + spelled


def _event(payload: bytes) -> dict[str, Any] | None:
    outer = json_object(payload) or {}
    try:
        inner = base64.b64decode(outer["bytes"])
    except (ValueError, KeyError, TypeError):
        return None
    return json_object(inner)
