"""`@agent`: what a function or a class does is done by the agent of that name."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Tuple, TypeVar, Union, cast, overload

from .errors import AegisSetupError
from .scope import agent_context

F = TypeVar("F", bound=Callable[..., Any])


class Wish(NamedTuple):
    """What the code of an agent says it needs. Never a policy: those are set on the server, by people."""

    agent: str
    allow: Tuple[str, ...]
    block: Tuple[str, ...]
    review: Tuple[str, ...]


_WISHES: Dict[str, Wish] = {}


def wishes() -> List[Wish]:
    """The wishes of this process's agents, for `aegis.coverage()` and for whoever writes the policy."""
    return list(_WISHES.values())


@overload
def agent(target: F, /) -> F: ...


@overload
def agent(
    *,
    name: Optional[str] = None,
    key: Optional[str] = None,
    allow: Iterable[str] = (),
    block: Iterable[str] = (),
    review: Iterable[str] = (),
) -> Callable[[F], F]: ...


def agent(
    target: Optional[F] = None,
    /,
    *,
    name: Optional[str] = None,
    key: Optional[str] = None,
    allow: Iterable[str] = (),
    block: Iterable[str] = (),
    review: Iterable[str] = (),
) -> Union[F, Callable[[F], F]]:
    """
    On a function: it runs in `agent_context(name)`. On a class: each of its own public methods does. The lists are a wish that people
    can read; they allow and block nothing, since an agent does not write its own policy. Needs `AEGIS_KEY_<NAME>` or `key`.
    """

    def decorated(inner: F) -> F:
        called = name or cast(str, getattr(inner, "__name__", ""))
        if not called:
            raise AegisSetupError("@agent needs a name here: @agent(name=…).")
        _WISHES[called] = Wish(called, tuple(allow), tuple(block), tuple(review))
        return cast(F, _within_class(cast(Any, inner), called, key) if isinstance(inner, type) else _within(inner, called, key))

    return decorated if target is None else decorated(target)


def _within_class(owner: Any, name: str, key: Optional[str]) -> Any:
    import inspect

    for member, value in list(vars(owner).items()):
        if member.startswith("_"):
            continue
        if isinstance(value, (staticmethod, classmethod)):
            inner = cast(Any, value).__func__
            setattr(owner, member, type(value)(_within(inner, name, key)))
        elif inspect.isfunction(value):
            setattr(owner, member, _within(value, name, key))
    return owner


def _within(function: Callable[..., Any], name: str, key: Optional[str]) -> Callable[..., Any]:
    import inspect

    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        async def each(*args: Any, **kwargs: Any) -> Any:
            source = function(*args, **kwargs)
            while True:
                with agent_context(name, key=key):
                    try:
                        piece = await source.__anext__()
                    except StopAsyncIteration:
                        return
                yield piece

        return each
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            with agent_context(name, key=key):
                return await function(*args, **kwargs)

        return awaited
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def stepped(*args: Any, **kwargs: Any) -> Any:
            source = function(*args, **kwargs)
            while True:
                with agent_context(name, key=key):
                    try:
                        piece = next(source)
                    except StopIteration as end:
                        return end.value
                yield piece

        return stepped

    @functools.wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        with agent_context(name, key=key):
            return function(*args, **kwargs)

    return plain
