"""Strict JSON (RFC 8259 within I-JSON, RFC 7493) and its canonical form (RFC 8785)."""

from __future__ import annotations

import json
from typing import Any, Dict, List, NoReturn, Tuple

from ..wire.shape import is_list, is_object

MOST_BYTES = 16_777_216
MOST_LINE_BYTES = 268_435_456
MOST_DEPTH = 96
BIGGEST_EXACT = 2**53 - 1


class NotStrict(ValueError):
    """What is no strict JSON, or not in its canonical form."""


def parse(data: bytes, most: int = MOST_BYTES) -> Any:
    """Raises NotStrict for duplicate keys, bad UTF-8, lone surrogates, U+0000 in keys and numbers that a double would change."""
    if len(data) > most:
        raise NotStrict("it is too long")
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_int=_integer, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotStrict(str(error)) from error


def canonical(value: Any) -> bytes:
    """Raises NotStrict for what has no canonical form."""
    parts: List[str] = []
    try:
        _write(value, parts, 0)
        return "".join(parts).encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotStrict("a lone surrogate") from error


def parse_canonical(data: bytes) -> Any:
    """Raises NotStrict unless these are exactly the canonical bytes of one value."""
    value = parse(data)
    if canonical(value) != data:
        raise NotStrict("its bytes are not canonical")
    return value


def _object(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    if any("\0" in key for key in made):
        raise ValueError("a key holds U+0000")
    return made


def _integer(token: str) -> int:
    if len(token) > 17:
        raise ValueError("an integer beyond 2^53-1")
    value = int(token)
    if abs(value) > BIGGEST_EXACT:
        raise ValueError("an integer beyond 2^53-1")
    return value


def _refuse(token: str) -> NoReturn:
    raise ValueError(f"{token} is no JSON number")


def _write(value: Any, parts: List[str], depth: int) -> None:
    if depth > MOST_DEPTH:
        raise NotStrict("it nests too deep")
    if value is None or isinstance(value, bool):
        parts.append("null" if value is None else "true" if value else "false")
    elif isinstance(value, str):
        parts.append(json.dumps(value, ensure_ascii=False))
    elif isinstance(value, int):
        parts.append(str(value))
    elif isinstance(value, float):
        parts.append(number(value))
    elif is_list(value):
        parts.append("[")
        for at, item in enumerate(value):
            if at:
                parts.append(",")
            _write(item, parts, depth + 1)
        parts.append("]")
    elif is_object(value):
        parts.append("{")
        keys = sorted(value) if all(key.isascii() for key in value) else sorted(value, key=lambda key: key.encode("utf-16-be"))
        for at, key in enumerate(keys):
            parts.append(("," if at else "") + json.dumps(key, ensure_ascii=False) + ":")
            _write(value[key], parts, depth + 1)
        parts.append("}")
    else:
        raise NotStrict(f"a {type(value).__name__} is no JSON")


def number(value: float) -> str:
    """ECMAScript's Number::toString for a finite double (ECMA-262, 6.1.6.1.20)."""
    if value != value or value in (float("inf"), float("-inf")):
        raise NotStrict("a number out of range")
    if value == 0:
        return "0"
    sign, rest = ("-", -value) if value < 0 else ("", value)
    mantissa, _, exponent = repr(rest).partition("e")
    whole, _, fraction = mantissa.partition(".")
    written = whole + fraction
    digits = written.lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(written) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if count > 1 else ""
    return f"{sign}{digits[0]}{tail}e{point - 1:+d}"
