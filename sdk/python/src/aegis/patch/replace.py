"""Functions of others, replaced so that nobody who looks at them sees another kind of thing, and so that it can be undone."""

from __future__ import annotations

import functools
import inspect
import sys
from types import ModuleType
from typing import Any, Callable, Dict, List, NamedTuple, cast

from ..errors import AegisSetupError

#: On what replaces a function: the function itself.
ORIGINAL = "__aegis_original__"

Function = Callable[..., Any]


class _Replaced(NamedTuple):
    owner: Any
    name: str
    was: Any
    now: Any
    own: bool


class _State:
    active = True
    replaced: List[_Replaced] = []


def replace(owner: Any, name: str, make: Callable[[Function], Function]) -> None:
    """Puts `make(original)` in the place of a function of a class or module. See `aegis.patch`."""
    try:
        found = inspect.getattr_static(owner, name)
    except AttributeError:
        raise AegisSetupError(f"{_called(owner)} has no {name}") from None
    function: Any = found.__func__ if isinstance(found, (staticmethod, classmethod)) else found
    if not callable(function):
        raise AegisSetupError(f"{_called(owner)}.{name} is no function")
    _State.active = True
    if _is_replaced(function):
        return
    made = _same_kind(function, make(function))
    now: Any = type(found)(made) if isinstance(found, (staticmethod, classmethod)) else made
    own = name in cast(Dict[str, Any], vars(owner))
    setattr(owner, name, now)
    _State.replaced.append(_Replaced(owner, name, found, now, own))
    if isinstance(owner, ModuleType):
        _bind_anew(function, now)


def undo_replacements() -> None:
    """Everything is as it was; what somebody else wrapped meanwhile stays and passes everything through."""
    _State.active = False
    for owner, name, was, now, own in reversed(_State.replaced):
        if cast(Dict[str, Any], vars(owner)).get(name) is not now:
            continue
        if own:
            setattr(owner, name, was)
        else:
            delattr(owner, name)
    _State.replaced.clear()


def _bind_anew(function: Any, now: Any) -> None:
    """`from x import f` in modules that were loaded before."""
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", None)
        if not isinstance(module, ModuleType) or names is None or module.__name__.startswith("aegis."):
            continue
        for name, value in list(cast(Dict[str, Any], names).items()):
            if value is function:
                setattr(module, name, now)
                _State.replaced.append(_Replaced(module, name, function, now, True))


def _is_replaced(function: Any) -> bool:
    """Also beneath wrappers of others, which leave the wrapped one in sight."""
    for _ in range(32):
        if function is None:
            return False
        if ORIGINAL in getattr(function, "__dict__", {}):
            return True
        function = getattr(function, "__wrapped__", None)
    return False


def _same_kind(function: Function, made: Function) -> Function:
    """What `made` does, as the kind of function that `function` is; the original again once everything was undone."""
    if inspect.isasyncgenfunction(function):

        async def each(*args: Any, **kwargs: Any) -> Any:
            async for piece in (made if _State.active else function)(*args, **kwargs):
                yield piece

        dispatch: Function = each
    elif inspect.iscoroutinefunction(function):

        async def awaited(*args: Any, **kwargs: Any) -> Any:
            return await (made if _State.active else function)(*args, **kwargs)

        dispatch = awaited
    elif inspect.isgeneratorfunction(function):

        def stepped(*args: Any, **kwargs: Any) -> Any:
            return (yield from (made if _State.active else function)(*args, **kwargs))

        dispatch = stepped
    else:

        def plain(*args: Any, **kwargs: Any) -> Any:
            return (made if _State.active else function)(*args, **kwargs)

        dispatch = plain
    functools.update_wrapper(dispatch, function)
    setattr(dispatch, ORIGINAL, function)
    return dispatch


def _called(owner: Any) -> str:
    return str(getattr(owner, "__qualname__", None) or getattr(owner, "__name__", owner))
