"""Tool calls that were decided where a model's answer was read, until they are carried out: seen by two patches, asked about once."""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Set, Tuple, cast

from .agents import client as current_client
from .errors import AegisSetupError, blocked
from .flow import Flow, adrive, drive
from .values import as_arguments, to_json
from .wire.decision import Decision
from .wire.proposal import Proposal
from .wire.words import JsonObject

#: Oldest out first; a call that fell out is decided again when it runs.
KEPT = 1000


class ToolCall(NamedTuple):
    """One tool call as a model wrote it. `id` is the model API's own."""

    id: str
    name: str
    args: JsonObject


class Decided(NamedTuple):
    decision: Decision
    name: str
    args: str


def _spelled(args: Mapping[str, Any]) -> str:
    return json.dumps(args, sort_keys=True)


class Calls:
    def __init__(self) -> None:
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = threading.Lock()
        self._open: "OrderedDict[Tuple[str, str], Decided]" = OrderedDict()
        self._said: Set[Tuple[str, str]] = set()

    def take(self, session: str, proposal: Proposal) -> Optional[Decision]:
        """The decision made for this call with exactly these arguments, once."""
        if proposal.call_id is None:
            return None
        with self._lock:
            known = self._open.get((session, proposal.call_id))
            if known is None or known.name != proposal.name or known.args != _spelled(proposal.args):
                return None
            del self._open[session, proposal.call_id]
            return known.decision

    def keep(self, session: str, call: ToolCall, args: JsonObject, decision: Decision) -> None:
        with self._lock:
            self._open[session, call.id] = Decided(decision, call.name, _spelled(args))
            if len(self._open) > KEPT:
                self._open.popitem(last=False)

    def close(self, session: str, call_id: str) -> Optional[Decided]:
        with self._lock:
            return self._open.pop((session, call_id), None)

    def heard(self, session: str, text: str) -> bool:
        """Whether this text is new in this session."""
        with self._lock:
            if (session, text) in self._said:
                return False
            if len(self._said) >= KEPT:
                self._said.clear()
            self._said.add((session, text))
            return True


CALLS = Calls()


def decide_calls(calls: Iterable[ToolCall], framework: Optional[str] = None) -> Dict[str, JsonObject]:
    """
    Decides the tool calls of one model answer. Returns the arguments that may run, by call id; raises on the first that may not, so
    that nothing of the answer is handed out. A framework that runs one of them through `guard` with its `call_id` asks no second time.
    """
    return drive(_decide(list(calls), framework))


async def adecide_calls(calls: Iterable[ToolCall], framework: Optional[str] = None) -> Dict[str, JsonObject]:
    return await adrive(_decide(list(calls), framework))


def _decide(calls: List[ToolCall], framework: Optional[str]) -> Flow[Dict[str, JsonObject]]:
    # Decided arguments go back by id: were two calls to share one, a tool could run with what was decided for another.
    if len({call.id for call in calls}) != len(calls):
        raise AegisSetupError("Two tool calls of one answer carry the same id, so none of them can be decided.")
    client = current_client()
    session = client.session
    decided: Dict[str, JsonObject] = {}
    for call in calls:
        proposal = Proposal(call.name, as_arguments(call.args), call_id=call.id, framework=framework)
        decision = yield from client.deciding(proposal)
        if decision.effect not in ("allow", "modify"):
            raise blocked(call.name, decision)
        args = decision.modified if decision.effect == "modify" else proposal.args
        decided[call.id] = cast(JsonObject, args)
        CALLS.keep(session, call, cast(JsonObject, args), decision)
    return decided


def report_result(call_id: str, value: Any, failed: bool = False) -> None:
    """The result of a call the agent ran by itself, as its next request to the model tells it. Unknown ids are not ours."""
    drive(_report(call_id, value, failed))


async def areport_result(call_id: str, value: Any, failed: bool = False) -> None:
    await adrive(_report(call_id, value, failed))


def _report(call_id: str, value: Any, failed: bool) -> Flow[None]:
    client = current_client()
    known = CALLS.close(client.session, call_id)
    if known is not None:
        yield from client.settling(known.decision.action, "failed" if failed else "succeeded", to_json(value))


def report_user(text: str) -> None:
    """Labels the user's own words, once per session."""
    drive(_hear(text))


async def areport_user(text: str) -> None:
    await adrive(_hear(text))


def _hear(text: str) -> Flow[None]:
    client = current_client()
    if text and CALLS.heard(client.session, text):
        yield from client.labelling("user_input", text, True)
