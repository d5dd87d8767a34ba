"""One dialect among several, where only the answer shows which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .dialect import Body, Dialect, Incoming, ToolCall


class AnyOf:
    def __init__(self, name: str, dialects: Sequence[Dialect]) -> None:
        self.name = name
        self._dialects = dialects

    def incoming(self, params: Body) -> Incoming:
        found = [one.incoming(params) for one in self._dialects]
        results = next((one.results for one in found if one.results), ())
        users = next((one.users for one in found if any(one.users)), ())
        return Incoming(users, results)

    def calls(self, answer: Body) -> list[ToolCall]:
        return next((calls for calls in (one.calls(answer) for one in self._dialects) if calls), [])

    def replace(self, answer: Body, args: Sequence[dict[str, Any] | None]) -> None:
        next(one for one in self._dialects if one.calls(answer)).replace(answer, args)

    def holds(self, chunk: Body) -> bool:
        return any(one.holds(chunk) for one in self._dialects)

    def assemble(self, held: Sequence[Body]) -> list[ToolCall]:
        return self._spoken(held).assemble(held)

    def rewrite(self, held: Sequence[Body], args: Sequence[dict[str, Any] | None]) -> list[Body]:
        return self._spoken(held).rewrite(held, args)

    def _spoken(self, held: Sequence[Body]) -> Dialect:
        return next((one for one in self._dialects if any(one.holds(chunk) for chunk in held)), self._dialects[0])
