"""One question to Aegis, from the first answer to the final one."""

from __future__ import annotations

import os
import time
from typing import Any, Callable, Dict, Optional
from urllib.parse import quote, urlsplit

from .away import Asked, Away
from .errors import AegisError, AegisUnavailableError
from .flow import Afterwards, Flow, Sleep, drive
from .naming import NAMES
from .reach.answer import Sending
from .reach.channel import Line
from .reach.place import LOOPBACK
from .reach.transport import Transport
from .sending import post
from .telling import tell
from .wire.decision import Decision, NoDecision, read_decision
from .wire.proposal import Proposal
from .wire.shape import is_object

#: One held request is at most this long, so that proxies in between do not cut it.
HOLD_SECONDS = 25.0
#: A report by somebody who is leaving holds them up for no longer.
LEAVING_SECONDS = 1.0


class Question:
    """One action under its id. The first answer comes at once, so that whoever waits can be told what for."""

    def __init__(self, transport: Transport, away: Away, proposal: Proposal, asked: Asked, terms: Dict[str, Any]) -> None:
        self._transport = transport
        self._away = away
        self.proposal = proposal
        self.asked = asked
        self._seconds: float = terms["timeout"]
        self._until = time.monotonic() + float(terms["ask_timeout"])
        self._body: Dict[str, Any] = {
            "enforcement": "advisory",
            "harness": "sdk-python",
            **folder_for(terms["url"], terms["socket"], proposal.cwd),
            **proposal.body(),
            "id": asked.action,
            "agent": terms["agent_id"],
            "session": asked.session,
        }
        self._told = ""
        self._line = Line()
        #: Whether it was asked at all: then there is something to withdraw.
        self._sent = False

    def first(self) -> Flow[Decision]:
        """What Aegis says at once; an `ask` or `defer` is not final."""
        return (yield from self._obeying(self._prepared()))

    def final(self, decision: Decision) -> Flow[Decision]:
        """Waits while somebody else must decide; the same decision when the time is up."""
        return (yield from self._obeying(self._waited(decision)))

    def withdraw(self) -> None:
        """Nobody waits for it any longer: it leaves the queue of those who approve."""
        NAMES.ended(self.asked.session, self.proposal)
        if self._sent:
            path = f"/v1/actions/{quote(self.asked.action, safe='')}/outcome"
            try:
                drive(self._transport.send(post(path, {"status": "cancelled"}, LEAVING_SECONDS)))
            except AegisError:
                # What could not be withdrawn expires by itself.
                return

    def leave(self) -> None:
        """Ends the waiting of another thread, and withdraws the question."""
        self._line.end()
        self.withdraw()

    def deciding(self, answered: Callable[[], None] = lambda: None) -> Flow[Decision]:
        """Its final decision. `answered` is called once Aegis has said anything to it, or will not."""
        try:
            decision = yield from self.first()
        finally:
            answered()
        return (yield from self.final(decision))

    def _obeying(self, asking: Flow[Decision]) -> Flow[Decision]:
        try:
            return (yield from asking)
        except AegisUnavailableError as error:
            if self._line.cut:
                raise
            return (yield from self._away.decide(self.proposal, self.asked, error, self._until))
        except AegisError:
            raise
        except BaseException:
            # Ctrl-C, or a task that was cancelled.
            yield Afterwards(self.withdraw)
            raise

    def _prepared(self) -> Flow[Decision]:
        yield from self._away.prepare()
        return (yield from self._ask())

    def _ask(self) -> Flow[Decision]:
        self._sent = True
        answer = yield from self._transport.send(post("/v1/actions?wait=0", self._body, self._seconds), self._line)
        return self._read(answer)

    def _waited(self, decision: Decision) -> Flow[Decision]:
        while decision.effect in ("ask", "defer"):
            left = self._until - time.monotonic()
            if left <= 0:
                break
            if decision.effect == "ask":
                self._say(decision, left)
                path = f"/v1/actions/{quote(decision.action, safe='')}?wait={int(min(HOLD_SECONDS, left) * 1000)}"
                answer = yield from self._transport.send(Sending("GET", path, None, HOLD_SECONDS + self._seconds), self._line)
                decision = self._read(answer.get("decision") if is_object(answer) else None)
            else:
                yield Sleep(min(left, decision.retry_after))
                if self._until - time.monotonic() > 0:
                    decision = yield from self._ask()
        return decision

    def _read(self, answer: Any) -> Decision:
        try:
            decision = read_decision(answer, self.asked.action)
        except NoDecision as error:
            raise AegisUnavailableError(self._transport.url, str(error)) from error
        self.asked = self.asked._replace(waits=decision.effect in ("ask", "defer"))
        return decision

    def _say(self, decision: Decision, seconds: float) -> None:
        """Once for each approval."""
        approval = decision.approval or "?"
        if self._told == approval:
            return
        self._told = approval
        # People type the number of the entry that asked; the id is what programs know.
        index = decision.raw.get("worldIndex")
        number = str(index) if isinstance(index, int) else approval
        message = decision.reasons[0].message.rstrip(".")
        tell(
            f"{self.proposal.name} waits for a person (approval {approval}, up to {round(seconds)} s): {message}. "
            f'Answer with `aegis approvals grant {number} --reason "…"` or `aegis approvals refuse {number} --reason "…"`.'
        )


def folder_for(url: str, socket: Optional[str], named: Optional[str] = None) -> Dict[str, str]:
    """Where Aegis is on this machine, files that an action names can be looked for: in the folder named, or that this process works in."""
    host = urlsplit(url).hostname or ""
    if host not in LOOPBACK and not host.startswith("127.") and socket in (None, "", "off"):
        return {}
    try:
        return {"cwd": named or os.getcwd()}
    except OSError:
        # The folder was removed under this process.
        return {}
