"""Objects of others that stay what they are, and do one thing differently."""

from __future__ import annotations

from typing import Any, Callable

_MADE: dict[tuple[type, Callable[[Any], Any]], type] = {}


def behave(thing: Any, make: Callable[[Any], Any]) -> None:
    """`thing` is of a subclass of its class from now on, made once by `make(class)`, with the name of the old one."""
    kind = type(thing)
    made = _MADE.get((kind, make))
    if made is None:
        made = _MADE[kind, make] = make(kind)
        made.__name__, made.__qualname__, made.__module__, made.__doc__ = kind.__name__, kind.__qualname__, kind.__module__, kind.__doc__
    thing.__class__ = made
