"""A streamed answer as the agent's library hands it out, piece by piece, where its bytes are out of reach."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import Any

from ..dialects.dialect import Dialect
from ..flow import adrive, drive
from ..scope import Scope
from .chunk import Chunk
from .deciding import decide
from .holding import Holding
from .reading import nobody

Left = Callable[[str], bool]


def held(source: Iterable[Chunk], dialect: Dialect, framework: str, scope: Scope, left: Left = nobody) -> Iterator[Any]:
    """The chunks with nothing undecided among them. A source that breaks off yields nothing of what was held."""
    holding = Holding(dialect, left)
    for chunk in source:
        yield from holding.take(chunk)
    calls = holding.calls()
    yield from holding.release(drive(decide(calls, framework, scope)) if calls else [])


async def aheld(source: AsyncIterable[Chunk], dialect: Dialect, framework: str, scope: Scope, left: Left = nobody) -> AsyncIterator[Any]:
    holding = Holding(dialect, left)
    async for chunk in source:
        for one in holding.take(chunk):
            yield one
    calls = holding.calls()
    for body in holding.release(await adrive(decide(calls, framework, scope)) if calls else []):
        yield body
