"""One event loop for all async ways of a file: some libraries keep connections from one run of an agent to the next."""

from __future__ import annotations

import asyncio
from typing import Any, Coroutine, Iterator, List, TypeVar

import pytest

T = TypeVar("T")
_LOOPS: List[asyncio.AbstractEventLoop] = []


def run(work: Coroutine[Any, Any, T]) -> T:
    if not _LOOPS:
        _LOOPS.append(asyncio.new_event_loop())
    return _LOOPS[0].run_until_complete(work)


@pytest.fixture(scope="module", autouse=True)
def closed_at_the_end() -> Iterator[None]:
    yield
    for loop in _LOOPS:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
    _LOOPS.clear()
