"""Takes the scope of an agent along into threads and executors, which by themselves start without one."""

from __future__ import annotations

import functools
import threading
from typing import Any, Callable

from .scope import CARRIED, NO_SCOPE, Scope, current, enter, leave

_done = False


def carry_scopes() -> None:
    """Once per process. A thread keeps the scope it was started in; work handed to a pool runs in the scope of who handed it over."""
    global _done
    if _done:
        return
    _done = True
    _carry_into_threads()
    _carry_into_pools()


def _carry_into_threads() -> None:
    start = threading.Thread.start

    @functools.wraps(start)
    def started(self: threading.Thread) -> None:
        scope = current()
        if scope is not NO_SCOPE:
            setattr(self, CARRIED, scope._replace(running=None))
        start(self)

    threading.Thread.start = started  # type: ignore[method-assign]


def _carry_into_pools() -> None:
    from concurrent.futures import ThreadPoolExecutor

    submit: Any = ThreadPoolExecutor.submit

    @functools.wraps(submit)
    def submitted(self: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        scope = current()
        if scope is NO_SCOPE:
            return submit(self, fn, *args, **kwargs)
        # The pool's threads belong to everybody: they are not started within this scope.
        token = enter(NO_SCOPE)
        try:
            return submit(self, _within, scope, fn, *args, **kwargs)
        finally:
            leave(token)

    ThreadPoolExecutor.submit = submitted  # type: ignore[method-assign]


def _within(scope: Scope, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    token = enter(scope)
    try:
        return fn(*args, **kwargs)
    finally:
        leave(token)
