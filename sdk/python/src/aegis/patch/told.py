"""What stands in the place of a tool's result where the tool did not run, for frameworks whose model reads it and goes on."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import AsyncIterator, Iterator, List, Optional, TypeVar

from ..errors import AegisBlockedError, AegisError, AegisHaltedError, AegisWithheldError


T = TypeVar("T")


def ends(error: AegisError) -> bool:
    """Whether the run is to end: a halt, or nobody who could decide."""
    return isinstance(error, AegisHaltedError) or not isinstance(error, (AegisBlockedError, AegisWithheldError))


def told(error: AegisError) -> str:
    """The text for the model. Raises the error itself where the run is to end."""
    if ends(error):
        note(error)
        raise error
    return str(error)


def itself(error: BaseException) -> BaseException:
    """A framework wraps what a tool raised; an agent whose run ends by it is to see Aegis' own error."""
    found: Optional[BaseException] = error
    for _ in range(32):
        if found is None:
            return error
        if isinstance(found, AegisError):
            return found if ends(found) else error
        found = found.__cause__ or found.__context__
    return error


#: What ended the run, while a framework that makes text of every error carries out a call.
_ENDED: ContextVar[Optional[List[AegisError]]] = ContextVar("aegis_ended", default=None)


def note(error: object) -> None:
    """Remembers what ends the run; anything else is passed over."""
    held = _ENDED.get()
    if held is not None and isinstance(error, AegisError) and ends(error):
        held.append(error)


@contextmanager
def raising_what_ends() -> Iterator[None]:
    """
    Around a call of a framework that makes text of every error: what ends the run is raised once the framework is done with it. Within
    another such block that one raises it.
    """
    if _ENDED.get() is not None:
        yield
        return
    held: List[AegisError] = []
    token = _ENDED.set(held)
    try:
        yield
    finally:
        _ENDED.reset(token)
    if held:
        raise held[0]


async def stepping_what_ends(source: AsyncIterator[T]) -> AsyncIterator[T]:
    """The pieces of `source`, and then what ended the run, as soon as the framework has made text of it."""
    held: List[AegisError] = []
    while True:
        token = _ENDED.set(held)
        try:
            piece = await source.__anext__()
        except StopAsyncIteration:
            break
        finally:
            _ENDED.reset(token)
        yield piece
        if held:
            break
    if held:
        raise held[0]
