"""One piece of a streamed answer, with the bytes it came in."""

from __future__ import annotations

from typing import Any, Protocol


class Chunk(dict[str, Any]):
    """The parsed piece; empty where it is no JSON object. Dialects see a dict."""

    def __init__(
        self, body: dict[str, Any], raw: bytes = b"", event: str | None = None, opaque: bool = False, origin: Any = None
    ) -> None:
        super().__init__(body)
        self.raw = raw
        #: The object it was read from, where it did not come as bytes.
        self.origin = origin
        self.event = event
        #: It is no JSON object and cannot carry a call.
        self.opaque = opaque


class Framing(Protocol):
    """How the pieces of a streamed answer stand on the wire."""

    def feed(self, data: bytes) -> list[Chunk]:
        """The pieces that are complete by now."""
        ...

    def finish(self) -> list[Chunk]:
        """What is left at the end."""
        ...

    def write(self, body: dict[str, Any], event: str | None) -> bytes:
        """One piece as bytes."""
        ...
