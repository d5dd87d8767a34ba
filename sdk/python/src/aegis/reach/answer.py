"""A request and its whole answer, before anything is made of it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple, NoReturn, Optional

#: A longer answer is none.
MOST_BYTES = 16_777_216


class Sending(NamedTuple):
    """One request. `seconds` is the time for all of it, connecting included."""

    method: str
    path: str
    body: Optional[bytes] = None
    seconds: float = 10.0


class RawAnswer(NamedTuple):
    status: int
    body: Any
    #: The header `Retry-After`, which only HTTP has.
    retry_after: str = ""


class NoAnswer(Exception):
    """There is no whole, well-shaped answer to this very request."""


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


_decode = json.JSONDecoder(parse_constant=_refuse).decode


def read_json(data: bytes) -> Any:
    """Raises NoAnswer for what is no JSON."""
    try:
        return _decode(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NoAnswer(f"its answer is no JSON: {error}") from error
