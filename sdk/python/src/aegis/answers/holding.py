"""The chunks of one streamed answer: from the first of a tool call on they are held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..dialects.dialect import Dialect, ToolCall
from .chunk import Chunk


class Holding:
    def __init__(self, dialect: Dialect, left: Callable[[str], bool]) -> None:
        self._dialect = dialect
        self._left = left
        self._held: list[Chunk] = []

    def take(self, chunk: Chunk) -> list[Chunk]:
        """The chunks that reach the agent now."""
        if self._held and fails(chunk):
            # The provider's own error goes on, and the agent's library raises it; nothing undecided goes with it.
            self._held.clear()
            return [chunk]
        if self._held or self._dialect.holds(chunk):
            self._held.append(chunk)
            return []
        return [chunk]

    def calls(self) -> list[ToolCall]:
        """The calls to decide: those that the agent's library does not decide itself where it runs them."""
        return [call for call in self._assembled() if not self._left(call.name)]

    def release(self, args: Sequence[dict[str, Any] | None]) -> list[dict[str, Any]]:
        """What was held, with decided arguments; pieces that were not changed are the same objects."""
        decided = iter(args)
        placed = [None if self._left(call.name) else next(decided) for call in self._assembled()]
        held, self._held = self._held, []
        if all(one is None for one in placed):
            return list(held)
        # What carried the old arguments is written anew.
        return [
            chunk if isinstance(chunk, Chunk) and chunk.opaque else _anew(chunk, held)
            for chunk in self._dialect.rewrite(held, placed)
        ]

    def _assembled(self) -> list[ToolCall]:
        return self._dialect.assemble(self._held) if self._held else []


def _anew(chunk: dict[str, Any], held: Sequence[Chunk]) -> Chunk:
    if isinstance(chunk, Chunk):
        return Chunk(chunk, event=chunk.event, origin=chunk.origin)
    return Chunk(chunk, event=_named(chunk, held))


def _named(chunk: dict[str, Any], held: Sequence[Chunk]) -> str | None:
    """A new piece is named where its neighbours are."""
    named = any(one.event is not None for one in held)
    return str(chunk.get("type")) if named and "type" in chunk else None


def fails(chunk: Chunk) -> bool:
    kind = str(chunk.get("type", ""))
    return chunk.event == "error" or kind.rpartition(".")[2] == "error" or isinstance(chunk.get("error"), dict)
