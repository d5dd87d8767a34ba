"""Ids of actions: the same call of a model is the same action, until it has succeeded or was taken back."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import OrderedDict

from .wire.ids import new_id
from .wire.proposal import Proposal

#: Calls that succeeded are remembered, the newest of them.
KEPT = 10_000


class Names:
    """
    A retry, a replay and a restarted program ask about the same call under the same id, so that nobody is asked for a second approval
    and none is used twice. Once it succeeded or was taken back, the same call is another action.
    """

    def __init__(self) -> None:
        self._renew()
        self._done: "OrderedDict[str, int]" = OrderedDict()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = threading.Lock()

    def of(self, session: str, proposal: Proposal) -> str:
        """The id under which this call is asked about now."""
        if proposal.id is not None:
            return proposal.id
        if proposal.call_id is None:
            return new_id()
        call = _call(session, proposal)
        with self._lock:
            return _named(call, self._done.get(call, 0))

    def ended(self, session: str, proposal: Proposal) -> None:
        """It succeeded, or was taken back: the same call again is another action."""
        if proposal.id is not None or proposal.call_id is None:
            return
        call = _call(session, proposal)
        with self._lock:
            self._done[call] = self._done.pop(call, 0) + 1
            if len(self._done) > KEPT:
                self._done.popitem(last=False)


def _call(session: str, proposal: Proposal) -> str:
    said = json.dumps([session, proposal.call_id, proposal.name, proposal.args], sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _named(call: str, times: int) -> str:
    return f"call-{call[:40]}" if times == 0 else f"call-{call[:40]}-{times}"


NAMES = Names()
