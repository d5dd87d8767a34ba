"""How a framework says that it stops here and runs the same call again later: nothing has come of it yet, so nothing is reported."""

from __future__ import annotations

from typing import List, Type

_PAUSES: List[Type[BaseException]] = []


def pauses_with(kind: Type[BaseException]) -> None:
    if kind not in _PAUSES:
        _PAUSES.append(kind)


def is_pause(error: BaseException) -> bool:
    return isinstance(error, tuple(_PAUSES))
