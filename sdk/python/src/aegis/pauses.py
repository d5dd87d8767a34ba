"""
A framework that stops a run and carries out the same call later: nothing has come of it yet, so nothing is reported. With `auto(pause=True)`
a call that waits for a person stops the run in this way, since such waits outlive processes.
"""

from __future__ import annotations

from typing import Any, Dict, List, Type

from .errors import AegisTimeoutError

_PAUSES: List[Type[BaseException]] = []


class _Wish:
    pausing = False


def pause_runs(pausing: bool) -> None:
    _Wish.pausing = pausing


def pauses(error: BaseException) -> bool:
    """Whether this error is to stop the run until somebody has decided."""
    return _Wish.pausing and isinstance(error, AegisTimeoutError)


def pausing() -> bool:
    return _Wish.pausing


def waiting(error: AegisTimeoutError) -> Dict[str, Any]:
    """What the program reads about a call that waits: plain JSON, to be kept with the run."""
    return {"aegis": "waits for a person", "approval": error.approval, "action": error.decision.action, "tool": error.tool_name, "reason": error.reason}


def pauses_with(kind: Type[BaseException]) -> None:
    if kind not in _PAUSES:
        _PAUSES.append(kind)


def is_pause(error: BaseException) -> bool:
    return isinstance(error, tuple(_PAUSES))
