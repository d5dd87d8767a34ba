"""Tool calls of one answer, decided together: the arguments that may run come back by position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..calls import ToolCall as Asked
from ..calls import adecide_calls, areport_result, areport_user, decide_calls, report_result, report_user
from ..dialects.dialect import Incoming, ToolCall
from ..dialects.json_args import same
from ..flow import Flow
from ..scope import Scope, enter, leave
from ..values import as_arguments
from .json_object import unreadable

Args = dict[str, Any]


class Deciding:
    """An operation: `run` blocks the thread, `arun` is awaited. It is done in the scope the request was made in."""

    def __init__(self, calls: Sequence[Asked], framework: str, scope: Scope) -> None:
        self._calls, self._framework, self._scope = calls, framework, scope

    def run(self) -> dict[str, Args]:
        token = enter(self._scope)
        try:
            return decide_calls(self._calls, self._framework)
        finally:
            leave(token)

    async def arun(self) -> dict[str, Args]:
        token = enter(self._scope)
        try:
            return await adecide_calls(self._calls, self._framework)
        finally:
            leave(token)


class Telling:
    """What a request brings in: the user's own words, and results of calls the agent ran."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming

    def run(self) -> None:
        for text in self._incoming.users:
            report_user(text)
        for one in self._incoming.results:
            report_result(one.call_id, one.value, one.failed)

    async def arun(self) -> None:
        for text in self._incoming.users:
            await areport_user(text)
        for one in self._incoming.results:
            await areport_result(one.call_id, one.value, one.failed)


def decide(calls: Sequence[ToolCall], framework: str, scope: Scope) -> Flow[list[Args | None]]:
    """None in a call's place: it runs as the model wrote it. Raises AegisBlockedError for the first that may not run."""
    asked = [_readable(call) for call in identified(calls)]
    decided = yield Deciding(asked, framework, scope)
    # A number that JSON cannot carry exactly is asked about as text, and runs as the model wrote it.
    return [None if same(decided[call.id], as_arguments(call.args)) else decided[call.id] for call in asked]


def tell(incoming: Incoming) -> Flow[None]:
    yield Telling(incoming)


def identified(calls: Sequence[ToolCall]) -> list[ToolCall]:
    """A call without an id, or with that of another, is told from the others by its place."""
    ids = Counter(call.id for call in calls)
    return [
        ToolCall(f"#{at}", call.name, call.args) if call.id == "" or ids[call.id] > 1 else call
        for at, call in enumerate(calls)
    ]


def _readable(call: ToolCall) -> Asked:
    if call.args is not None:
        return Asked(call.id, call.name, call.args)
    raise unreadable(call.name, f"The arguments of {call.name} are not one strict JSON object. Call the tool again with valid arguments.")
