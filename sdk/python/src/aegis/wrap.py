"""Tools that come as values: a function, a list of functions, a dictionary of them, or objects that hold one."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, TypeVar, Union, cast, overload

from .errors import AegisSetupError
from .monitor import monitor

F = TypeVar("F", bound=Callable[..., Any])

#: Where tool objects of the usual kinds hold the function they run.
HOLDERS = ("func", "coroutine", "fn", "execute", "function", "_run", "_arun")


def wrap(function: F, *, name: Optional[str] = None, description: Optional[str] = None) -> F:
    """The same function, asked about before it runs: `send = aegis.wrap(send_email)`."""
    return monitor(name=name, description=description)(function)


@overload
def wrap_tools(tools: Mapping[str, Any]) -> Dict[str, Any]: ...


@overload
def wrap_tools(tools: Sequence[Any]) -> List[Any]: ...


def wrap_tools(tools: Union[Mapping[str, Any], Sequence[Any]]) -> Union[Dict[str, Any], List[Any]]:
    """
    A list or a dictionary of tools, each guarded: functions, or objects with a `name` that hold their function in `func`, `coroutine`,
    `fn` or the like. In a dictionary the key is the name. Raises AegisSetupError for one that nobody knows how to guard.
    """
    if isinstance(tools, Mapping):
        return {name: _wrapped(tool, name) for name, tool in tools.items()}
    return [_wrapped(tool, None) for tool in tools]


def _wrapped(tool: Any, name: Optional[str]) -> Any:
    if callable(tool) and not isinstance(tool, type) and hasattr(tool, "__name__"):
        return wrap(tool, name=name)
    called = name or getattr(tool, "name", None)
    held = [holder for holder in HOLDERS if callable(getattr(tool, holder, None))]
    if not held or not isinstance(called, str):
        raise AegisSetupError(f"Cannot guard {tool!r}: it is no function and holds none. Wrap the function it runs with aegis.wrap.")
    for holder in held:
        # Models of some libraries refuse fields they do not know, and methods are none.
        object.__setattr__(tool, holder, wrap(cast(Any, getattr(tool, holder)), name=called))
    return tool
