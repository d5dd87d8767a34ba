"""One call under a decision: asked before, run with exactly what was decided, reported after."""

from __future__ import annotations

import types
from typing import Any, Awaitable, Callable, Dict, Mapping, TypeVar, cast

from .pauses import is_pause
from .permit import Permit, apermit, is_running, permit, within
from .scope import enter, leave
from .streams import astream, stream

T = TypeVar("T")


def guard(name: str, args: Mapping[str, Any], run: Callable[[Dict[str, Any]], T], **terms: Any) -> T:
    """
    Decides, runs with exactly the decided arguments, reports, and returns the result. `run` gets a copy of `args`, or the changed ones.
    A call that is already being carried out under a decision is not asked about again. A result that comes piece by piece, or is to be
    awaited, is reported when it has ended. Raises AegisBlockedError when the call may not run. Terms: see `permit.propose`.
    """
    if is_running(name, args):
        token = enter(within(name, args))
        try:
            return run(dict(args))
        finally:
            leave(token)
    allowed = permit(name, args, **terms)
    token = enter(within(name, allowed.args))
    try:
        result: Any = run(allowed.args)
    except BaseException as error:
        leave(token)
        if not is_pause(error):
            allowed.failed(error)
        raise
    leave(token)
    if isinstance(result, types.CoroutineType):
        return cast(T, _awaited(allowed, cast(Any, result)))
    return cast(T, followed(allowed, result) if _in_pieces(result) else allowed.done(result))


async def aguard(name: str, args: Mapping[str, Any], run: Callable[[Dict[str, Any]], Awaitable[T]], **terms: Any) -> T:
    """`guard` for a function that is awaited."""
    if is_running(name, args):
        token = enter(within(name, args))
        try:
            return await run(dict(args))
        finally:
            leave(token)
    allowed = await apermit(name, args, **terms)
    return cast(T, await _awaited(allowed, run(allowed.args)))


async def _awaited(allowed: Permit, running: Awaitable[Any]) -> Any:
    token = enter(within(allowed.name, allowed.args))
    try:
        result = await running
    except Exception as error:
        leave(token)
        if not is_pause(error):
            await allowed.afailed(error)
        raise
    except BaseException as error:
        leave(token)
        await _cancelled(allowed, error)
        raise
    leave(token)
    return followed(allowed, result) if _in_pieces(result) else await allowed.adone(result)


async def _cancelled(allowed: Permit, error: BaseException) -> None:
    """A task that is being cancelled awaits nothing long: the report goes out on a thread of its own."""
    import asyncio

    asyncio.get_running_loop().run_in_executor(None, allowed.failed, error)


def _in_pieces(result: Any) -> bool:
    return isinstance(result, (types.GeneratorType, types.AsyncGeneratorType))


def followed(allowed: Permit, result: Any) -> Any:
    """A generator that reports how it ended."""
    return stream(allowed, result) if isinstance(result, types.GeneratorType) else astream(allowed, result)
