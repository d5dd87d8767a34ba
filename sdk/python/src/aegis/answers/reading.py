"""One answer as bytes, whole or streamed, between the provider and the agent's library."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..dialects.dialect import Dialect
from ..flow import Flow
from ..scope import Scope, current
from .aws_event_stream import AwsEventStream
from .chunk import Framing
from .deciding import decide
from .holding import Holding
from .json_object import json_object
from .server_sent_events import ServerSentEvents


def nobody(_name: str) -> bool:
    """No call is left to the library that asked."""
    return False


class Reading:
    """`feed` gives what may pass at once; `finish` decides the rest. Raises AegisBlockedError there."""

    def __init__(
        self, dialect: Dialect, framework: str, *, streamed: bool, content_type: str, left: Callable[[str], bool] = nobody
    ) -> None:
        self._dialect, self._framework, self._left = dialect, framework, left
        self._scope: Scope = current()
        self._whole: bytearray | None = None if streamed or _is_stream(content_type) else bytearray()
        self._framing: Framing = AwsEventStream() if "amazon.eventstream" in content_type else ServerSentEvents()
        self._holding = Holding(dialect, left)

    def feed(self, data: bytes) -> bytes:
        if self._whole is not None:
            self._whole += data
            return b""
        return b"".join(one.raw for chunk in self._framing.feed(data) for one in self._holding.take(chunk))

    def finish(self) -> Flow[bytes]:
        if self._whole is not None:
            whole, self._whole = bytes(self._whole), None
            answer = json_object(whole)
            if answer is not None:
                return (yield from self._decided(answer, whole))
            # Asked for whole and yet streamed: nobody may get at calls by asking past the library.
            passed = self.feed(whole)
            return passed + (yield from self.finish())
        passed = b"".join(one.raw for chunk in self._framing.finish() for one in self._holding.take(chunk))
        calls = self._holding.calls()
        args = (yield from decide(calls, self._framework, self._scope)) if calls else []
        return passed + b"".join(self._bytes(chunk) for chunk in self._holding.release(args))

    def _decided(self, answer: dict[str, Any], whole: bytes) -> Flow[bytes]:
        args = yield from decide_whole(self._dialect, answer, self._framework, self._scope, self._left)
        return json.dumps(answer, ensure_ascii=False).encode() if args else whole

    def _bytes(self, chunk: dict[str, Any]) -> bytes:
        raw: bytes = getattr(chunk, "raw", b"")
        return raw or self._framing.write(chunk, getattr(chunk, "event", None))


def decide_whole(
    dialect: Dialect, answer: dict[str, Any], framework: str, scope: Scope, left: Callable[[str], bool] = nobody
) -> Flow[bool]:
    """Decides the calls of a whole answer and writes changed arguments into it; says whether it was changed."""
    calls = dialect.calls(answer)
    asked = [call for call in calls if not left(call.name)]
    if not asked:
        return False
    decided = iter((yield from decide(asked, framework, scope)))
    placed = [None if left(call.name) else next(decided) for call in calls]
    dialect.replace(answer, placed)
    return any(one is not None for one in placed)


def _is_stream(content_type: str) -> bool:
    return "event-stream" in content_type or "eventstream" in content_type

