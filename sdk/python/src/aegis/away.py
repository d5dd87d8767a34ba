"""What holds while Aegis is away: the server's word for this agent, and nothing of the agent's own."""

from __future__ import annotations

import time
from typing import Any, Dict, FrozenSet, List, cast
from urllib.parse import quote

from .errors import AegisUnavailableError
from .flow import Flow, OnDisk
from .journal import Journal
from .reach.answer import Sending
from .reach.transport import Transport
from .sending import post
from .wire.decision import Decision, Reason
from .wire.proposal import Proposal
from .wire.shape import is_list, is_object
from .wire.words import OnUnavailable

#: A capability of this form names a tool that only reads; said when the agent is registered.
READ_ONLY = "readonly:"


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
        if entries:
            yield from self._transport.send(post("/v1/journal", {"entries": entries}, self._seconds))
            yield OnDisk(self._journal.sent)
        self._fresh = True

    def _learn(self, said: Any) -> None:
        agent: Dict[str, Any] = said if is_object(said) else {}
        mode = agent.get("onUnavailable")
        self.mode = cast(OnUnavailable, mode) if mode in ("deny", "allow_readonly", "allow") else "deny"
        capabilities = agent.get("capabilities")
        listed: List[Any] = capabilities if is_list(capabilities) else []
        self._read_only = frozenset(str(one)[len(READ_ONLY) :] for one in listed if str(one).startswith(READ_ONLY))

    def decide(self, proposal: Proposal, action: str, cause: AegisUnavailableError) -> Flow[Decision]:
        """Raises `cause` unless the setting allows the action. Recorded before it is acted upon, here too: no journal, no allow."""
        self._fresh = False
        allowed = self.mode == "allow" or (self.mode == "allow_readonly" and proposal.name in self._read_only and not proposal.unread)
        entry = {
            "action": {"id": action, "agent": self._agent, "name": proposal.name, "args": proposal.args},
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
