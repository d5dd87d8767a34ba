"""Arguments of tool calls as text. Only text that every parser reads alike is taken for arguments."""

from __future__ import annotations

import json
from typing import Any, cast


def parse_args(text: str) -> dict[str, Any] | None:
    """One strict JSON object; no text at all is an object without members. None for anything else."""
    if text.strip() == "":
        return {}
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse, parse_float=_finite)
        write_args(value).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return strict_object(value)


def strict_object(value: Any) -> dict[str, Any] | None:
    """Arguments that came as an object already."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def write_args(args: Any) -> str:
    return json.dumps(args, ensure_ascii=False, separators=(",", ":"))


def same(one: Any, other: Any) -> bool:
    """Equality of JSON: in Python, 1 equals True and 1.0."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        # Parsers differ in which of two members of one name they keep.
        raise ValueError("a name stands twice")
    return made


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number
