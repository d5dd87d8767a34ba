"""Results that come piece by piece: each is handed on as it comes, and the whole is reported when the last one came."""

from __future__ import annotations

import functools
from typing import Any, AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, List, Optional, cast

from .permit import Permit, within
from .scope import enter, leave
from .values import to_json

#: More pieces are handed on and no longer kept for the report.
MOST_PIECES = 1_000


class _Pieces:
    def __init__(self) -> None:
        self.kept: List[Any] = []
        self.more = 0

    def add(self, piece: Any) -> None:
        if len(self.kept) < MOST_PIECES:
            self.kept.append(to_json(piece))
        else:
            self.more += 1

    def report(self) -> Any:
        return [*self.kept, f"({self.more} more)"] if self.more else self.kept


def stream(allowed: Permit, source: Iterator[Any]) -> Generator[Any, Any, Any]:
    """`source` under a permit. Where the policy keeps instructions in results from the model, nothing comes before all of it was looked at."""
    if allowed.decision.injected_results is not None:
        yield from cast(List[Any], allowed.done(list(_stepped(allowed, source))))
        return None
    return (yield from _handed_on(allowed, source))


def _handed_on(allowed: Permit, source: Iterator[Any]) -> Generator[Any, Any, Any]:
    pieces = _Pieces()
    inner = _stepped(allowed, source)
    step: Callable[[], Any] = functools.partial(next, inner)
    try:
        while True:
            piece = step()
            pieces.add(piece)
            try:
                sent = yield piece
            except GeneratorExit:
                inner.close()
                allowed.left(pieces.report())
                raise
            except BaseException as error:
                step = functools.partial(inner.throw, error)
            else:
                step = functools.partial(inner.send, sent)
    except StopIteration as end:
        allowed.done(pieces.report())
        return end.value
    except GeneratorExit:
        raise
    except BaseException as error:
        allowed.failed(error)
        raise


def _stepped(allowed: Permit, source: Iterator[Any]) -> Generator[Any, Any, Any]:
    """The same pieces; each is made inside the scope of its call."""
    generator = source if hasattr(source, "send") else None
    sent: Any = None
    thrown: Optional[BaseException] = None
    try:
        while True:
            token = enter(within(allowed.name, allowed.args))
            try:
                if thrown is not None and generator is not None:
                    piece = cast(Any, generator).throw(thrown)
                elif thrown is not None:
                    raise thrown
                elif sent is not None and generator is not None:
                    piece = cast(Any, generator).send(sent)
                else:
                    piece = next(source)
            except StopIteration as end:
                return end.value
            finally:
                leave(token)
            sent, thrown = None, None
            try:
                sent = yield piece
            except GeneratorExit:
                raise
            except BaseException as error:
                thrown = error
    finally:
        close = getattr(source, "close", None)
        if callable(close):
            close()


async def astream(allowed: Permit, source: AsyncIterator[Any]) -> AsyncGenerator[Any, Any]:
    """`stream` for what is iterated with `async for`."""
    pieces = _Pieces()
    try:
        if allowed.decision.injected_results is not None:
            whole = [piece async for piece in _astepped(allowed, source)]
            for piece in cast(List[Any], await allowed.adone(whole)):
                yield piece
            return
        async for piece in _astepped(allowed, source):
            pieces.add(piece)
            yield piece
    except GeneratorExit:
        # An event loop that is closing gives no time to wait.
        allowed.left(pieces.report())
        raise
    except BaseException as error:
        await allowed.afailed(error) if isinstance(error, Exception) else allowed.failed(error)
        raise
    finally:
        close = getattr(source, "aclose", None)
        if callable(close):
            await cast(Any, close)()
    await allowed.adone(pieces.report())


async def _astepped(allowed: Permit, source: AsyncIterator[Any]) -> AsyncIterator[Any]:
    steps = source.__aiter__()
    while True:
        token = enter(within(allowed.name, allowed.args))
        try:
            piece = await steps.__anext__()
        except StopAsyncIteration:
            return
        finally:
            leave(token)
        yield piece
