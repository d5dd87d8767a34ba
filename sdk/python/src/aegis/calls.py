"""Tool calls that were decided where a model's answer was read, until they are carried out: seen by two patches, asked about once."""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Set, Tuple

from .agents import client as current_client
from .errors import AegisSetupError
from .flow import Flow, adrive, drive
from .naming import NAMES
from .together import decided, in_tasks, in_threads
from .values import as_arguments, to_json
from .wire.decision import Decision
from .wire.proposal import Proposal
from .wire.words import JsonObject

if TYPE_CHECKING:
    from .asking import Question

#: Oldest out first; a call that fell out is decided again when it runs.
KEPT = 1000


class ToolCall(NamedTuple):
    """One tool call as a model wrote it. `id` is the model API's own."""

    id: str
    name: str
    args: JsonObject


class Decided(NamedTuple):
    decision: Decision
    proposal: Proposal
    #: The arguments that may run.
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

    def take(self, session: str, proposal: Proposal) -> Optional[Decided]:
        """What was decided for this call with exactly these arguments, once."""
        if proposal.call_id is None:
            return None
        with self._lock:
            known = self._open.get((session, proposal.call_id))
            if known is None or known.proposal.name != proposal.name or known.args != _spelled(proposal.args):
                return None
            del self._open[session, proposal.call_id]
            return known

    def keep(self, session: str, decided: Decided) -> None:
        with self._lock:
            self._open[session, str(decided.proposal.call_id)] = decided
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
    Decides the tool calls of one model answer, all at once. Returns the arguments that may run, by call id; raises on the first that may
    not, so that nothing of the answer is handed out. A framework that runs one of them through `guard` with its `call_id` asks no second time.
    """
    questions = _questions(list(calls), framework)
    return _kept(questions, in_threads(questions) if len(questions) > 1 else [decided(one) for one in questions])


async def adecide_calls(calls: Iterable[ToolCall], framework: Optional[str] = None) -> Dict[str, JsonObject]:
    questions = _questions(list(calls), framework)
    return _kept(questions, await in_tasks(questions))


def _questions(calls: List[ToolCall], framework: Optional[str]) -> "List[Question]":
    # Decided arguments go back by id: were two calls to share one, a tool could run with what was decided for another.
    if len({call.id for call in calls}) != len(calls):
        raise AegisSetupError("Two tool calls of one answer carry the same id, so none of them can be decided.")
    client = current_client()
    return [client.question(Proposal(one.name, as_arguments(one.args), call_id=one.id, framework=framework)) for one in calls]


def _kept(questions: "List[Question]", decisions: List[Decision]) -> Dict[str, JsonObject]:
    found: Dict[str, JsonObject] = {}
    for question, decision in zip(questions, decisions):
        args = decision.modified if decision.modified is not None else question.proposal.args
        found[str(question.proposal.call_id)] = args
        CALLS.keep(question.asked.session, Decided(decision, question.proposal, _spelled(args)))
    return found


def report_result(call_id: str, value: Any, failed: bool = False) -> None:
    """The result of a call the agent ran by itself, as its next request to the model tells it. Unknown ids are not ours."""
    drive(_report(call_id, value, failed))


async def areport_result(call_id: str, value: Any, failed: bool = False) -> None:
    await adrive(_report(call_id, value, failed))


def _report(call_id: str, value: Any, failed: bool) -> Flow[None]:
    client = current_client()
    known = CALLS.close(client.session, call_id)
    if known is not None and not known.decision.local:
        if not failed:
            NAMES.ended(client.session, known.proposal)
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
