"""
Responses of httpx and httpx2, whichever the agent's library brought: what is read from them, by whatever route, was decided. Neither
is imported here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, cast

from ..dialects.dialect import Dialect
from ..flow import adrive, drive
from .deciding import tell
from .reading import Reading, nobody

#: Headers that say of the bytes what is no longer true of bytes that were decoded and decided.
_OF_THE_BYTES = frozenset({"content-encoding", "content-length", "transfer-encoding"})

Left = Callable[[str], bool]


def governed(response: Any, dialect: Dialect, framework: str, *, streamed: bool, left: Left = nobody) -> Any:
    """The response itself where nothing in it was changed. Raises AegisBlockedError where it was read already and holds what may not run."""
    drive(tell(dialect.incoming(asked_with(response))))
    reading = _reading(response, dialect, framework, streamed, left)
    if not _was_read(response):
        return _again(response, _stream_of(response, "SyncByteStream", _Pieces(response, reading)))
    passed = reading.feed(response.content) + drive(reading.finish())
    return response if passed == response.content else _with(response, passed)


async def agoverned(response: Any, dialect: Dialect, framework: str, *, streamed: bool, left: Left = nobody) -> Any:
    await adrive(tell(dialect.incoming(asked_with(response))))
    reading = _reading(response, dialect, framework, streamed, left)
    if not _was_read(response):
        return _again(response, _stream_of(response, "AsyncByteStream", _AsyncPieces(response, reading)))
    passed = reading.feed(response.content) + await adrive(reading.finish())
    return response if passed == response.content else _with(response, passed)


def asked_with(response: Any) -> dict[str, Any]:
    """The JSON of the request, where it is at hand."""
    try:
        value = json.loads(response.request.content)
    except Exception:  # no request, a body that was streamed, or one that is no JSON: it brings nothing in
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _reading(response: Any, dialect: Dialect, framework: str, streamed: bool, left: Left) -> Reading:
    content_type = str(response.headers.get("content-type", ""))
    return Reading(dialect, framework, streamed=streamed, content_type=content_type, left=left)


def _was_read(response: Any) -> bool:
    return bool(response.is_stream_consumed)


class _Pieces:
    def __init__(self, response: Any, reading: Reading) -> None:
        self._response, self._reading = response, reading
        self.copy: Any = None

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._response.iter_bytes():
            passed = self._reading.feed(piece)
            if passed:
                yield passed
        # A connection that breaks raises above: what was held is dropped.
        rest = drive(self._reading.finish())
        if rest:
            yield rest

    def close(self) -> None:
        self._response.close()
        _take_over_time(self._response, self.copy)


class _AsyncPieces:
    def __init__(self, response: Any, reading: Reading) -> None:
        self._response, self._reading = response, reading
        self.copy: Any = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._response.aiter_bytes():
            passed = self._reading.feed(piece)
            if passed:
                yield passed
        rest = await adrive(self._reading.finish())
        if rest:
            yield rest

    async def aclose(self) -> None:
        await self._response.aclose()
        _take_over_time(self._response, self.copy)


def _stream_of(response: Any, base: str, pieces: Any) -> Any:
    """Both libraries want streams of a class of their own."""
    theirs: type = getattr(_module_of(response), base)
    key = (type(pieces), theirs)
    if key not in _KINDS:
        _KINDS[key] = type(key[0].__name__, key, {})
    pieces.__class__ = _KINDS[key]
    return pieces


#: Our streams as theirs, made once.
_KINDS: dict[tuple[type, type], type] = {}


def _module_of(response: Any) -> Any:
    for kind in type(response).__mro__:
        module = sys.modules.get(kind.__module__.partition(".")[0])
        if module is not None and hasattr(module, "SyncByteStream") and hasattr(module, "AsyncByteStream"):
            return module
    raise TypeError(f"{type(response).__name__} is no response of httpx")


def _again(response: Any, stream: Any) -> Any:
    copy = _with(response, None, stream)
    stream.copy = copy
    return copy


def _with(response: Any, content: bytes | None, stream: Any = None) -> Any:
    headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in _OF_THE_BYTES]
    body = {"stream": stream} if content is None else {"content": content}
    copy = type(response)(
        response.status_code,
        headers=headers,
        request=response.request,
        extensions=dict(response.extensions),
        history=list(response.history),
        default_encoding=response.default_encoding,
        **body,
    )
    if content is not None:
        _take_over_time(response, copy)
    return copy


def _take_over_time(response: Any, copy: Any) -> None:
    """How long the provider took stays readable."""
    try:
        copy.elapsed = response.elapsed
    except (AttributeError, RuntimeError):
        # It was never closed, or its transport keeps no time.
        return
