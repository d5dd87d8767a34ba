"""Python values as JSON: what is decided on, with a copy that nobody else can change until it runs."""

from __future__ import annotations

import enum
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple, cast

from .wire.shape import is_object
from .wire.words import Json, JsonObject

#: Deeper or more than Aegis reads is only described.
MOST_DEPTH = 48
MOST_VALUES = 9_000
MOST_TEXT = 2_000
MOST_UNREAD = 64
LONGEST_POINTER = 1_024
BIGGEST_EXACT = 2**53 - 1

#: Modules whose values never change and whose text says all of them.
_SPELLED = frozenset({"datetime", "decimal", "uuid", "pathlib", "pathlib._local", "ipaddress", "fractions", "zoneinfo"})


class Rendered(NamedTuple):
    #: The value as JSON.
    json: Json
    #: The same value for the tool to run with; containers are copied, so that nobody changes them between decision and call.
    value: Any
    #: Pointers (RFC 6901) to what could only be described.
    unread: Tuple[str, ...]


def render(value: Any) -> Rendered:
    """Never raises: what JSON cannot say is described, and its place is told."""
    work = _Rendering()
    said, kept = work.render(value, "", 0)
    # More places, or a longer way to one, than Aegis takes: all of it is named.
    named = tuple(dict.fromkeys(work.unread))
    fits = len(named) <= MOST_UNREAD and all(len(one) <= LONGEST_POINTER for one in named)
    return Rendered(said, kept, named if fits else ("",))


def to_json(value: Any) -> Json:
    """A result for the log."""
    return render(value).json


def as_arguments(value: Any) -> JsonObject:
    """Arguments are always an object on the wire; a bare value is put under `input`."""
    said = to_json(value)
    return said if isinstance(said, dict) else {"input": said}


def parse_arguments(text: str) -> JsonObject:
    """Arguments as a model wrote them. Text that is not a JSON object is kept whole under `input`, so that it is inspected all the same."""
    import json

    if not text.strip():
        return {}
    try:
        return as_arguments(json.loads(text))
    except (ValueError, RecursionError):
        return {"input": text}


class _Rendering:
    def __init__(self) -> None:
        self.unread: List[str] = []
        self._above: Set[int] = set()
        self._cyclic: Set[int] = set()
        self._count = 0

    def render(self, value: Any, at: str, depth: int) -> Tuple[Json, Any]:
        self._count += 1
        if value is None or value is True or value is False:
            return value, value
        if isinstance(value, str) and not isinstance(value, enum.Enum):
            return self._text(str.__str__(value), at), value
        if isinstance(value, int) and not isinstance(value, enum.Enum):
            number = int(value)
            return (number if -BIGGEST_EXACT <= number <= BIGGEST_EXACT else str(number)), value
        if isinstance(value, float):
            real = float(value)
            if real != real or abs(real) == float("inf"):
                return self._described(real, at), value
            # A whole number beyond 2^53 may have been another one before it was a float: Aegis takes it as text.
            return (real if abs(real) <= BIGGEST_EXACT else repr(real)), value
        if id(value) in self._above:
            self._cyclic.add(id(value))
            return self._described(value, at), value
        if depth >= MOST_DEPTH or self._count > MOST_VALUES:
            return self._described(value, at), value
        named = len(self.unread)
        self._above.add(id(value))
        try:
            said, kept = self._inner(value, at, depth + 1)
        except Exception:  # a value whose own methods fail is described like any other stranger
            # Described as one, so that what was named within it does not stand anywhere.
            del self.unread[named:]
            return self._described(value, at), value
        finally:
            self._above.discard(id(value))
        # A copy of what holds itself would hold the original.
        return said, value if id(value) in self._cyclic else kept

    def _inner(self, value: Any, at: str, depth: int) -> Tuple[Json, Any]:
        kind: Any = type(value)
        if is_object(value):
            return self._mapping(value, at, depth)
        if isinstance(value, (list, tuple, set, frozenset)):
            return self._sequence(cast("List[Any]", value), at, depth)
        if isinstance(value, (bytes, bytearray)):
            return self._bytes(bytes(value), at), kind(value)
        if isinstance(value, enum.Enum):
            return self.render(value.value, at, depth)[0], value
        if kind.__module__ in _SPELLED:
            return self._text(str(value), at), value
        fields = _fields(value)
        if fields is None:
            return self._described(value, at), value
        import copy

        kept = copy.deepcopy(value)
        return self._mapping(cast(Dict[Any, Any], _fields(kept)), at, depth)[0], kept

    def _mapping(self, value: Dict[Any, Any], at: str, depth: int) -> Tuple[Json, Any]:
        said: Dict[str, Json] = {}
        kept: Dict[Any, Any] = {}
        for key, item in list(value.items()):
            name = self._text(str(key), at) if isinstance(key, (str, int, float)) or key is None else self._described(key, at)
            if name in said:
                self.unread.append(at)
            said[name], kept[key] = self.render(item, f"{at}/{name.replace('~', '~0').replace('/', '~1')}", depth)
        if type(value) is dict:
            return said, kept
        # Ordered and default dictionaries keep what they are.
        import copy

        changed = copy.copy(value)
        changed.update(kept)
        return said, changed

    def _sequence(self, value: List[Any], at: str, depth: int) -> Tuple[Json, Any]:
        said: List[Json] = []
        kept: List[Any] = []
        for index, item in enumerate(list(value)):
            one, mine = self.render(item, f"{at}/{index}", depth)
            said.append(one)
            kept.append(mine)
        kind: Any = type(value)
        if kind in (list, tuple, set, frozenset):
            return said, kind(kept)
        return said, kind(*kept) if hasattr(kind, "_fields") else kind(kept)

    def _text(self, text: str, at: str) -> str:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            self.unread.append(at)
            return text.encode("utf-8", "backslashreplace").decode("utf-8")
        return text

    def _bytes(self, data: bytes, at: str) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            import base64

            self.unread.append(at)

            return base64.b64encode(data).decode("ascii")

    def _described(self, value: Any, at: str) -> str:
        self.unread.append(at)
        try:
            text = repr(value) if not isinstance(value, (dict, list, tuple, set)) else f"<{type(cast(Any, value)).__name__}>"
        except Exception:  # its __repr__ is the agent's own code
            text = f"<{type(value).__name__}>"
        return text[:MOST_TEXT].encode("utf-8", "backslashreplace").decode("utf-8")


def _fields(value: Any) -> Optional[Dict[str, Any]]:
    """The fields of a dataclass, an attrs class or a pydantic model."""
    kind: Any = type(value)
    dumped = getattr(kind, "model_dump", None)
    if callable(dumped) and hasattr(kind, "model_fields"):
        return cast(Dict[str, Any], dumped(value))
    if hasattr(kind, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in kind.__dataclass_fields__ if hasattr(value, name)}
    if hasattr(kind, "__attrs_attrs__"):
        return {one.name: getattr(value, one.name) for one in kind.__attrs_attrs__}
    if kind.__module__.partition(".")[0] == "numpy" and hasattr(value, "tolist"):
        return {"values": value.tolist()}
    return None
