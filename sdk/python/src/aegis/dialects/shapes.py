"""Reading JSON that nobody has checked."""

from __future__ import annotations

from typing import Any, cast


def entries(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; nothing where there is none."""
    if not isinstance(value, list):
        return []
    items: list[Any] = value
    return [one for one in items if isinstance(one, dict)]


def entry(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def text_of(content: Any) -> str:
    """The text of a message's content, whole or in parts."""
    if isinstance(content, str):
        return content
    return "\n".join(part for part in (text(one.get("text")) for one in entries(content)) if part != "")
