"""What holds while Aegis is away: the server's word for this agent, and nothing of the agent's own."""

from __future__ import annotations

import time
from typing import Any, Dict, FrozenSet, List, NamedTuple, cast
from urllib.parse import quote

from .errors import AegisRefusedError, AegisUnavailableError
from .flow import Flow, OnDisk
from .journal import Journal
from .reach.answer import Sending
from .reach.transport import Transport
from .sending import post
from .terminal import AtTerminal
from .wire.decision import Decision, Reason
from .wire.proposal import Proposal
from .wire.shape import is_list, is_object
from .wire.words import OnUnavailable

#: As many as one request takes.
MOST_ENTRIES = 1_000
#: Refusals of the entries themselves, and not of who sends them or when.
NEVER_TAKEN = frozenset({400, 413, 415, 422})


class Asked(NamedTuple):
    """What was asked before Aegis went away. `waits`: it had answered that somebody else must decide."""

    session: str
    action: str
    waits: bool


class Away:
    """Until the server's setting was learned once it is `deny`."""

    def __init__(self, agent: str, transport: Transport, journal: Journal, seconds: float) -> None:
        self._agent = agent
        self._transport = transport
        self._journal = journal
        self._seconds = seconds
        self._fresh = False
        self._read_only: FrozenSet[str] = frozenset()
        self.mode: OnUnavailable = "deny"

    def prepare(self) -> Flow[None]:
        """Learns the setting and reports what was decided without Aegis; once, and again after each absence."""
        if self._fresh:
            return
        asked = Sending("GET", f"/v1/agents/{quote(self._agent, safe='')}", None, self._seconds)
        self._learn((yield from self._transport.send(asked)))
        entries = yield OnDisk(self._journal.take)
        if entries is not None:
            try:
                yield from self._report(entries)
            finally:
                self._journal.rest()
        self._fresh = True

    def _report(self, entries: List[Any]) -> Flow[None]:
        """Sends what was journalled; it goes only when Aegis took it, or never will."""
        try:
            for at in range(0, len(entries), MOST_ENTRIES):
                yield from self._transport.send(post("/v1/journal", {"entries": entries[at : at + MOST_ENTRIES]}, self._seconds))
        except AegisRefusedError as error:
            if error.status not in NEVER_TAKEN:
                raise
            yield OnDisk(lambda: self._journal.put_aside(error.code))
        else:
            yield OnDisk(self._journal.sent)

    def _learn(self, said: Any) -> None:
        agent: Dict[str, Any] = said if is_object(said) else {}
        mode = agent.get("onUnavailable")
        self.mode = cast(OnUnavailable, mode) if mode in ("deny", "allow_readonly", "local_approval", "allow") else "deny"
        listed = agent.get("readOnlyTools")
        self._read_only = frozenset(str(one) for one in listed) if is_list(listed) else frozenset()

    def decide(self, proposal: Proposal, asked: Asked, cause: AegisUnavailableError, until: float) -> Flow[Decision]:
        """Raises `cause` unless the setting allows the action. Recorded before it is acted upon, here too: no journal, no allow. A person at the terminal is waited for `until` then."""
        self._fresh = False
        reads = self.mode == "allow_readonly" and proposal.name in self._read_only and not proposal.unread
        # What a person is asked about does not run without them.
        allowed = not asked.waits and (self.mode == "allow" or reads)
        if self.mode == "local_approval" and not asked.waits:
            allowed = yield AtTerminal(proposal, until)
        session, action = asked.session, asked.action
        entry = {
            "action": {"id": action, "agent": self._agent, "session": session, "name": proposal.name, "args": proposal.args},
            "effect": "allow" if allowed else "deny",
            "mode": self.mode,
            "decidedAt": int(time.time() * 1000),
        }
        try:
            yield OnDisk(lambda: self._journal.append(entry))
        except (OSError, ValueError) as error:
            raise AegisUnavailableError("the journal", str(error)) from cause
        if not allowed:
            raise cause
        message = f"Aegis is away; this agent is set to {self.mode}. The action was journalled."
        return Decision(action, "allow", (Reason("UNAVAILABLE", message, "on_unavailable"),), "MEDIUM", {"local": True})
