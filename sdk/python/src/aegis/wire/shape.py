"""What a value of JSON is, in a way that type checkers follow."""

from __future__ import annotations

from typing import Any, Dict, List, TypeGuard


def is_object(value: Any) -> TypeGuard[Dict[str, Any]]:
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[List[Any]]:
    return isinstance(value, list)
