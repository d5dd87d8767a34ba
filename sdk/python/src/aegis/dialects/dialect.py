"""The face every dialect has. One guard works over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

#: One chunk, whole answer or request, as parsed JSON. It belongs to the reader and may be changed in place.
Body: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class ToolCall:
    """One tool call as a model wrote it. `args` is None where they are not one strict JSON object."""

    id: str
    name: str
    args: dict[str, Any] | None


@dataclass(frozen=True)
class ToolResult:
    """What a request brings back from an earlier call."""

    call_id: str
    value: Any
    failed: bool


@dataclass(frozen=True)
class Incoming:
    """What a request carries in from outside: the user's own words, and the results of tools."""

    users: tuple[str, ...] = ()
    results: tuple[ToolResult, ...] = ()


class Dialect(Protocol):
    """One interface of a model provider. Arguments are put back by position: ids may be missing or double."""

    name: str

    def incoming(self, params: Body) -> Incoming:
        """What the request says the user said and the tools answered."""
        ...

    def calls(self, answer: Body) -> list[ToolCall]:
        """The tool calls of a whole answer, in order."""
        ...

    def replace(self, answer: Body, args: Sequence[dict[str, Any] | None]) -> None:
        """Puts arguments into a whole answer; None leaves a call as it came."""
        ...

    def holds(self, chunk: Body) -> bool:
        """From the first such chunk on, a stream is held until its calls are decided."""
        ...

    def assemble(self, held: Sequence[Body]) -> list[ToolCall]:
        """The tool calls of the held chunks, in order."""
        ...

    def rewrite(self, held: Sequence[Body], args: Sequence[dict[str, Any] | None]) -> list[Body]:
        """The held chunks with these arguments; a chunk that is left out was part of the old ones."""
        ...
