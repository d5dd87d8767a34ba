"""The result as the model may read it, where the policy keeps instructions in it from the model."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Tuple, cast

from .errors import AegisWithheldError
from .wire.decision import Decision
from .wire.shape import is_list, is_object
from .wire.words import Json

Findings = Tuple[Mapping[str, Any], ...]
_PLAIN = (str, int, float, bool, type(None), list, dict)


def without_instructions(tool_name: str, result: Any, decision: Decision, findings: Optional[Findings]) -> Any:
    """
    The texts that hold instructions are replaced, or all of it is withheld, as the policy says. What is no plain JSON cannot be
    masked, so it is withheld. Raises AegisWithheldError.
    """
    word = decision.injected_results
    bad = [one for one in findings or () if _instructs(one)]
    if word is None or not bad:
        return result
    codes = tuple(dict.fromkeys(str(one.get("code")) for one in bad))
    masked: Any = _copied(result) if word == "mask" and _plain(result) else None
    for one in bad:
        steps = str(one.get("pointer", "")).split("/")[1:]
        masked = None if masked is None else _mask(masked, steps, str(one.get("code")))
    if masked is None:
        raise AegisWithheldError(tool_name, codes)
    return masked


def _instructs(found: Mapping[str, Any]) -> bool:
    """Text that steers a model, or that is spelled in characters nobody sees."""
    detector, risk = found.get("detector"), found.get("risk")
    return risk in ("HIGH", "CRITICAL") if detector == "injection" else detector == "unicode" and risk == "CRITICAL"


def _plain(value: Any) -> bool:
    if type(value) not in _PLAIN:
        return False
    if is_list(value):
        return all(_plain(one) for one in value)
    if is_object(value):
        return all(isinstance(cast(Any, key), str) and _plain(one) for key, one in value.items())
    return True


def _copied(value: Any) -> Any:
    if is_list(value):
        return [_copied(one) for one in value]
    if is_object(value):
        return {key: _copied(one) for key, one in value.items()}
    return value


def _mask(value: Json, steps: List[str], code: str) -> Json:
    """None: nothing stands there."""
    if not steps:
        return f"[withheld by Aegis: {code}]" if isinstance(value, str) else None
    key = steps[0].replace("~1", "/").replace("~0", "~")
    inner: Json = None
    if isinstance(value, list) and key.isdigit() and int(key) < len(value):
        inner = value[int(key)]
    elif isinstance(value, dict):
        inner = value.get(key)
    masked = None if inner is None else _mask(inner, steps[1:], code)
    if masked is None:
        return None
    if isinstance(value, list):
        value[int(key)] = masked
    elif isinstance(value, dict):
        value[key] = masked
    return value
