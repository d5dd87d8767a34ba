"""Google's library for Gemini: generate_content and its stream, chats, automatic function calling, sync and async, Gemini API and Vertex."""

from __future__ import annotations

from types import ModuleType
from typing import Any, AsyncIterator, Awaitable, Callable, Iterator, cast

from ..answers.deciding import decide
from ..dialects.dialect import ToolCall
from ..flow import Flow, adrive, drive
from ..scope import current
from . import Patch, replace
from .google_genai_answers import guard_client
from .google_genai_functions import guard_functions
from .google_genai_run import FRAMEWORK, RUN, Run, calls_of


def _models(module: ModuleType) -> None:
    replace(module.Models, "generate_content", _generated)
    replace(module.Models, "generate_content_stream", _streamed)
    replace(module.AsyncModels, "generate_content", _agenerated)
    replace(module.AsyncModels, "generate_content_stream", _astreamed)


def _chats(module: ModuleType) -> None:
    replace(module.Chat, "send_message", _generated)
    replace(module.Chat, "send_message_stream", _streamed)
    replace(module.AsyncChat, "send_message", _agenerated)
    replace(module.AsyncChat, "send_message_stream", _astreamed)


def _generated(original: Callable[..., Any]) -> Callable[..., Any]:
    def ask(self: Any, *args: Any, **kwargs: Any) -> Any:
        outer = RUN.get()
        if outer is not None:
            # A chat runs the functions, and looks after what is left of them.
            outer.note(kwargs.get("config"))
            return original(self, *args, **kwargs)
        run = Run()
        run.note(kwargs.get("config"))
        token = RUN.set(run)
        try:
            response = original(self, *args, **kwargs)
        finally:
            RUN.reset(token)
        drive(_decide_rest(run, response))
        return response

    return ask


def _agenerated(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def ask(self: Any, *args: Any, **kwargs: Any) -> Any:
        outer = RUN.get()
        if outer is not None:
            outer.note(kwargs.get("config"))
            return await original(self, *args, **kwargs)
        run = Run()
        run.note(kwargs.get("config"))
        token = RUN.set(run)
        try:
            response = await original(self, *args, **kwargs)
        finally:
            RUN.reset(token)
        await adrive(_decide_rest(run, response))
        return response

    return ask


def _streamed(original: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    def ask(self: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        outer = RUN.get()
        if outer is not None:
            outer.note(kwargs.get("config"))
            yield from original(self, *args, **kwargs)
            return
        run = Run()
        run.note(kwargs.get("config"))
        source = original(self, *args, **kwargs)
        try:
            while True:
                token = RUN.set(run)
                try:
                    chunk = next(source)
                except StopIteration:
                    return
                finally:
                    RUN.reset(token)
                drive(_decide_rest(run, chunk))
                yield chunk
        finally:
            cast(Any, source).close()

    return ask


def _astreamed(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def ask(self: Any, *args: Any, **kwargs: Any) -> Any:
        outer = RUN.get()
        if outer is not None:
            outer.note(kwargs.get("config"))
            return await original(self, *args, **kwargs)
        run = Run()
        run.note(kwargs.get("config"))
        token = RUN.set(run)
        try:
            source = await original(self, *args, **kwargs)
        finally:
            RUN.reset(token)
        return _chunks_of(run, source)

    return ask


async def _chunks_of(run: Run, source: Any) -> AsyncIterator[Any]:
    try:
        while True:
            token = RUN.set(run)
            try:
                chunk = await source.__anext__()
            except StopAsyncIteration:
                return
            finally:
                RUN.reset(token)
            await adrive(_decide_rest(run, chunk))
            yield chunk
    finally:
        await source.aclose()


def _decide_rest(run: Run, response: Any) -> Flow[None]:
    """Calls that the library hands out and does not run itself, as it does with its last answer."""
    if not run.runs:
        return
    taken = {id(one) for one in run.taken}
    rest = [one for one in calls_of(response) if id(one) not in taken]
    if not rest:
        return
    asked = [ToolCall(one.id or "", one.name or "", dict(one.args or {})) for one in rest]
    decided = yield from decide(asked, FRAMEWORK, current())
    for one, args in zip(rest, decided, strict=True):
        if args is not None:
            one.args = args


PATCH = Patch(
    package="google.genai",
    distribution="google-genai",
    tested=("1.39", "4"),
    modules={
        "google.genai._api_client": guard_client,
        "google.genai._extra_utils": guard_functions,
        "google.genai.models": _models,
        "google.genai.chats": _chats,
    },
    guards="function calls of generate_content, its stream and chats, and functions the library calls itself",
    leaves="live sessions, interactions, batches, tools the provider runs",
)
