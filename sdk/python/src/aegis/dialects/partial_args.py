"""Arguments that Gemini streams in pieces: `{jsonPath, stringValue | numberValue | boolValue | nullValue, willContinue?}` (Gemini API, FunctionCall)."""

from __future__ import annotations

from typing import Any

from .shapes import entries, text

KINDS = ("stringValue", "numberValue", "boolValue", "nullValue")
MOST_DIGITS = 6

Step = str | int


class PartialArgs:
    def __init__(self) -> None:
        self._root: dict[Step, Any] = {}
        #: A path or a value nobody can place: the arguments are not known.
        self._broken = False

    def add(self, pieces: Any) -> None:
        for piece in entries(pieces):
            path, leaf = _path(text(piece.get("jsonPath"))), _leaf(piece)
            if not path or leaf is None or not _place(self._root, path, leaf):
                self._broken = True

    def args(self) -> dict[str, Any] | None:
        """None when a piece could not be placed, a text did not end, or an array has holes."""
        if self._broken:
            return None
        try:
            value = _value(self._root)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


class _Leaf:
    def __init__(self, value: Any, more: bool) -> None:
        self.value = value
        self.pieces: list[str] = [value] if isinstance(value, str) else []
        #: More of this text follows.
        self.more = more


def _leaf(piece: dict[str, Any]) -> _Leaf | None:
    given = [kind for kind in KINDS if kind in piece]
    if len(given) != 1 or isinstance(piece[given[0]], (dict, list)):
        return None
    return _Leaf(None if given[0] == "nullValue" else piece[given[0]], piece.get("willContinue") is True)


def _place(root: dict[Step, Any], path: list[Step], leaf: _Leaf) -> bool:
    node = root
    for step in path[:-1]:
        inner = node.setdefault(step, {})
        if not isinstance(inner, dict):
            return False
        node = inner
    before = node.get(path[-1])
    if before is None:
        node[path[-1]] = leaf
        return True
    if not isinstance(before, _Leaf) or not before.more or not isinstance(before.value, str) or not isinstance(leaf.value, str):
        return False
    before.pieces.append(leaf.value)
    before.more = leaf.more
    return True


def _value(node: Any) -> Any:
    if isinstance(node, _Leaf):
        if node.more:
            raise ValueError("a text did not end")
        return "".join(node.pieces) if isinstance(node.value, str) else node.value
    values = {step: _value(inner) for step, inner in node.items()}
    if all(isinstance(step, str) for step in values):
        return values
    if set(values) != set(range(len(values))):
        raise ValueError("an array has holes")
    return [values[at] for at in range(len(values))]


def _path(said: str) -> list[Step]:
    """`$.a.b[0]['c']` as steps; nothing when it is written in another way (RFC 9535 has more ways than a call needs)."""
    if not said.startswith("$"):
        return []
    steps: list[Step] = []
    at = 1
    while at < len(said):
        step, at = _named(said, at + 1) if said[at] == "." else _bracketed(said, at + 1) if said[at] == "[" else (None, at)
        if step is None:
            return []
        steps.append(step)
    return steps


def _named(said: str, start: int) -> tuple[Step | None, int]:
    end = start
    while end < len(said) and said[end] not in ".[":
        end += 1
    return (None if end == start else said[start:end]), end


def _bracketed(said: str, start: int) -> tuple[Step | None, int]:
    quote = said[start : start + 1]
    if quote in ("'", '"') and quote != "":
        close = said.find(quote, start + 1)
        name = said[start + 1 : close]
        return (None if close < 0 or "\\" in name or said[close + 1 : close + 2] != "]" else name), close + 2
    close = said.find("]", start)
    digits = said[start:close]
    if close < 0 or not digits.isascii() or not digits.isdigit() or len(digits) > MOST_DIGITS:
        return None, close
    return int(digits), close + 1
