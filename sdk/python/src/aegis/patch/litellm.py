"""LiteLLM: completion and acompletion, whole and streamed, whichever library it asks the provider with."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, Iterator, cast

from ..answers.chunk import Chunk
from ..answers.deciding import tell
from ..answers.pieces import aheld, held
from ..answers.reading import decide_whole
from ..answers.same_object import behave
from ..dialects.dialects import OPENAI_CHAT
from ..flow import Flow, adrive, drive
from ..scope import Scope, current
from . import Patch, replace
from .callers import OUTER, left_to_tools

FRAMEWORK = "litellm"


def _main(module: ModuleType) -> None:
    replace(module, "completion", _completed)
    replace(module, "acompletion", _acompleted)


def _completed(original: Callable[..., Any]) -> Callable[..., Any]:
    def completion(*args: Any, **kwargs: Any) -> Any:
        if left_to_tools():
            return original(*args, **kwargs)
        drive(tell(OPENAI_CHAT.incoming(_asked(args, kwargs))))
        token = OUTER.set(FRAMEWORK)
        try:
            answer = original(*args, **kwargs)
        finally:
            OUTER.reset(token)
        if inspect.isawaitable(answer):
            return _awaited(answer)
        return _held(answer) if _is_stream(answer) else drive(_decided(answer))

    return completion


def _acompleted(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def acompletion(*args: Any, **kwargs: Any) -> Any:
        if left_to_tools():
            return await original(*args, **kwargs)
        await adrive(tell(OPENAI_CHAT.incoming(_asked(args, kwargs))))
        return await _awaited(original(*args, **kwargs))

    return acompletion


async def _awaited(pending: Awaitable[Any]) -> Any:
    token = OUTER.set(FRAMEWORK)
    try:
        answer = await pending
    finally:
        OUTER.reset(token)
    return _held(answer) if _is_stream(answer) else await adrive(_decided(answer))


def _asked(args: Any, kwargs: Dict[str, Any]) -> Dict[str, Any]:
    messages = kwargs.get("messages", args[1] if len(args) > 1 else [])
    plain = [one.model_dump() if hasattr(one, "model_dump") else one for one in messages or []]
    return {"messages": plain}


def _is_stream(answer: Any) -> bool:
    return hasattr(answer, "__next__") or hasattr(answer, "__anext__")


def _decided(answer: Any) -> Flow[Any]:
    body = _body(answer)
    if (yield from decide_whole(OPENAI_CHAT, body, FRAMEWORK, current())):
        _write(answer, body, "message")
    return answer


def _body(answer: Any) -> Dict[str, Any]:
    return cast(Dict[str, Any], answer.model_dump()) if hasattr(answer, "model_dump") else {}


def _write(answer: Any, body: Dict[str, Any], member: str) -> None:
    """Arguments as they were decided, into the objects that carry them."""
    for choice, decided in zip(answer.choices, body["choices"], strict=True):
        carrier, said = getattr(choice, member), decided.get(member) or {}
        for call, one in zip(getattr(carrier, "tool_calls", None) or [], said.get("tool_calls") or [], strict=True):
            call.function.arguments = one["function"]["arguments"]
        legacy = getattr(carrier, "function_call", None)
        if legacy is not None and said.get("function_call"):
            legacy.arguments = said["function_call"]["arguments"]


def _held(stream: Any) -> Any:
    """The same stream; only what it yields is held back."""
    kind = type(stream)
    scope = current()
    stream._aegis_pieces = _pieces(stream, kind, scope) if hasattr(kind, "__next__") else None
    stream._aegis_apieces = _apieces(stream, kind, scope) if hasattr(kind, "__anext__") else None
    behave(stream, _held_kind)
    return stream


def _held_kind(kind: Any) -> Any:
    class Held(kind):  # type: ignore[misc]
        def __next__(self) -> Any:
            return next(self._aegis_pieces)

        async def __anext__(self) -> Any:
            return await self._aegis_apieces.__anext__()

    return Held


def _pieces(stream: Any, kind: Any, scope: Scope) -> Iterator[Any]:
    def source() -> Iterator[Chunk]:
        while True:
            try:
                one = kind.__next__(stream)
            except StopIteration:
                return
            yield Chunk(_body(one), b"object", origin=one)

    for one in held(source(), OPENAI_CHAT, FRAMEWORK, scope):
        yield _object(one)


async def _apieces(stream: Any, kind: Any, scope: Scope) -> AsyncIterator[Any]:
    async def source() -> AsyncIterator[Chunk]:
        while True:
            try:
                one = await kind.__anext__(stream)
            except StopAsyncIteration:
                return
            yield Chunk(_body(one), b"object", origin=one)

    async for one in aheld(source(), OPENAI_CHAT, FRAMEWORK, scope):
        yield _object(one)


def _object(one: Any) -> Any:
    if not one.raw:
        _write(one.origin, one, "delta")
    return one.origin


PATCH = Patch(
    package="litellm",
    distribution="litellm",
    tested=("1.79", "2"),
    modules={"litellm.main": _main},
    guards="tool calls of completion and acompletion, also of Router",
    leaves="litellm.responses, litellm.anthropic, the realtime and proxy servers",
)
