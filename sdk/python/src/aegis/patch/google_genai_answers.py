"""Gemini's answers, where Google's library has them from the wire: whole, or as an iterator of JSON texts, whatever asked for them."""

from __future__ import annotations

import json
import re
from types import ModuleType
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, cast

from ..answers.chunk import Chunk
from ..answers.deciding import tell
from ..answers.json_object import json_object
from ..answers.pieces import Left, aheld, held
from ..answers.reading import decide_whole, nobody
from ..dialects.dialects import GEMINI
from ..flow import Flow, adrive, drive
from ..scope import current
from . import replace
from .callers import left_to_tools, stands
from .google_genai_run import FRAMEWORK, RUN

_ROUTE = re.compile(r":(?:generateContent|streamGenerateContent)(?:\?|$)")


def guard_client(module: ModuleType) -> None:
    replace(module.BaseApiClient, "_request_once", _requested)
    replace(module.BaseApiClient, "_async_request_once", _arequested)


def _requested(original: Callable[..., Any]) -> Callable[..., Any]:
    def request(self: Any, http_request: Any, *rest: Any, **terms: Any) -> Any:
        response = original(self, http_request, *rest, **terms)
        if not _ROUTE.search(str(http_request.url)) or left_to_tools():
            return response
        drive(tell(GEMINI.incoming(_asked(http_request))))
        left = _left(http_request)
        if isinstance(response.response_stream, list):
            response.response_stream = [drive(_whole(text, left)) for text in response.response_stream]
            return response
        source = response._iter_response_stream
        scope = current()
        response._iter_response_stream = lambda: (_text(one) for one in held(map(_chunk, source()), GEMINI, FRAMEWORK, scope, left))
        return response

    return request


def _arequested(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def request(self: Any, http_request: Any, *rest: Any, **terms: Any) -> Any:
        response = await original(self, http_request, *rest, **terms)
        if not _ROUTE.search(str(http_request.url)) or left_to_tools():
            return response
        await adrive(tell(GEMINI.incoming(_asked(http_request))))
        left = _left(http_request)
        if isinstance(response.response_stream, list):
            response.response_stream = [await adrive(_whole(text, left)) for text in response.response_stream]
            return response
        source = response._aiter_response_stream
        scope = current()

        async def texts() -> AsyncIterator[str]:
            async for one in aheld(_chunks(source()), GEMINI, FRAMEWORK, scope, left):
                yield _text(one)

        response._aiter_response_stream = texts
        return response

    return request


def _asked(http_request: Any) -> Dict[str, Any]:
    data = http_request.data
    return cast(Dict[str, Any], data) if isinstance(data, dict) else {}


def _left(http_request: Any) -> Left:
    """Functions that the library runs itself are decided there, so that a denial is a result the model reads."""
    run = RUN.get()
    calls_them = run is not None and run.has_functions and (run.is_on or _says_so(http_request))
    if run is None or not calls_them or not stands("google.genai", "google.genai._extra_utils"):
        return nobody
    run.runs = True
    return lambda _name: True


def _says_so(http_request: Any) -> bool:
    """A chat calls the functions itself, switches the calling off in its requests, and names it in a header."""
    return any("+afc" in str(value) for value in http_request.headers.values())


def _whole(text: str, left: Left) -> Flow[str]:
    answer = _chunk(text)
    changed = yield from decide_whole(GEMINI, answer, FRAMEWORK, current(), left)
    return json.dumps(answer, ensure_ascii=False) if changed else text


def _chunk(text: str) -> Chunk:
    value = json_object(text)
    return Chunk(value or {}, text.encode(), opaque=value is None)


async def _chunks(source: AsyncIterator[str]) -> AsyncIterator[Chunk]:
    async for text in source:
        yield _chunk(text)


def _text(one: Dict[str, Any]) -> str:
    raw: bytes = getattr(one, "raw", b"")
    return raw.decode() if raw else json.dumps(one, ensure_ascii=False)
