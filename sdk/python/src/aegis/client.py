"""A connection to Aegis for one agent. It asks, obeys and reports; it never decides."""

from __future__ import annotations

import os
from typing import Any, Dict, Mapping, Optional, Tuple
from urllib.parse import quote

from .asking import LEAVING_SECONDS, Question
from .away import Asked, Away
from .errors import AegisRefusedError, AegisSetupError, AegisUnavailableError
from .flow import Flow, adrive, drive
from .journal import Journal, journal_path
from .naming import NAMES
from .reach.kept import kept_answer_key
from .reach.transport import Transport
from .scope import current_session
from .sending import post
from .wire.decision import Decision
from .wire.ids import new_id
from .wire.proposal import Proposal
from .wire.shape import is_list, is_object
from .wire.words import Json, OnUnavailable, Source, Status

#: What was found in a result, riskiest first; None where nobody could be told of it.
Findings = Optional[Tuple[Mapping[str, Any], ...]]


class Client:
    """
    Methods come in two forms: `decide` blocks the thread, `adecide` is awaited. Both raise AegisError; neither ever takes an error, a
    time-out or an unreadable answer for an allow. One client serves any number of threads, tasks and forked processes.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        *,
        agent_id: Optional[str] = None,
        key: Optional[str] = None,
        session: Optional[str] = None,
        socket: Optional[str] = None,
        answer_key: Optional[str] = None,
        ask_timeout: Optional[float] = None,
        timeout: float = 10.0,
        journal: Optional[str] = None,
    ) -> None:
        """See `aegis.connect`."""
        env = os.environ
        self.url = url or env.get("AEGIS_URL") or "http://127.0.0.1:7411"
        self.agent = _given(agent_id, "AEGIS_AGENT", "No agent id: set AEGIS_AGENT or pass agent_id=…")
        secret = _given(key, "AEGIS_KEY", "No agent key: set AEGIS_KEY or pass key=… `npx aegis agents add <name>` makes one.")
        self._session = session or env.get("AEGIS_SESSION") or new_id()
        self._settings: Dict[str, Any] = {
            "url": self.url,
            "agent_id": self.agent,
            "key": secret,
            "socket": env.get("AEGIS_SOCKET", "") if socket is None else socket,
            "answer_key": answer_key if answer_key is not None else env.get("AEGIS_ANSWER_KEY") or kept_answer_key(self.url),
            "ask_timeout": _ask_timeout(ask_timeout),
            "timeout": timeout,
            "journal": journal or journal_path(self.agent),
        }
        settings = self._settings
        self._timeout = timeout
        self._transport = Transport(self.url, secret, settings["socket"], settings["answer_key"])
        self._away = Away(self.agent, self._transport, Journal(settings["journal"]), timeout)

    @property
    def session(self) -> str:
        """The session actions belong to now: that of the innermost `aegis.session(…)`, else the client's own."""
        return current_session(self.agent) or self._session

    @property
    def on_unavailable(self) -> OnUnavailable:
        """The agent's setting on the server, as last read."""
        return self._away.mode

    def decide(self, proposal: Proposal) -> Decision:
        """The decision on one action; waits, if a person is asked, until it is final or `ask_timeout` has passed."""
        return drive(self.deciding(proposal))

    async def adecide(self, proposal: Proposal) -> Decision:
        """`decide` on an event loop: whoever waits costs nothing, and a cancelled task waits no longer."""
        return await adrive(self.deciding(proposal))

    def settle(self, action: str, status: Status, result: Json = None, error_code: Optional[str] = None) -> Findings:
        """Reports what happened. Failing to report is not failing to act: None, and the action stays `unknown` in the log."""
        return drive(self.settling(action, status, result, error_code))

    async def asettle(self, action: str, status: Status, result: Json = None, error_code: Optional[str] = None) -> Findings:
        return await adrive(self.settling(action, status, result, error_code))

    def label(self, source: Source, value: Json, trusted: bool = False) -> None:
        """Tells Aegis what entered the session: the user's own words, a document, a memory."""
        drive(self.labelling(source, value, trusted))

    async def alabel(self, source: Source, value: Json, trusted: bool = False) -> None:
        await adrive(self.labelling(source, value, trusted))

    def renew(self, resource: str, fence: int, seconds: float) -> bool:
        """Holds the lock of an allowed action for that long from now. False: it is lost, or nobody could say that it is held."""
        return drive(self.renewing(resource, fence, seconds))

    async def arenew(self, resource: str, fence: int, seconds: float) -> bool:
        return await adrive(self.renewing(resource, fence, seconds))

    def child(self, session: Optional[str] = None) -> "Client":
        """A client for a new session that goes on with what this one knows of its values: for a part of the work done elsewhere."""
        return drive(self.opening(session))

    async def achild(self, session: Optional[str] = None) -> "Client":
        return await adrive(self.opening(session))

    def deciding(self, proposal: Proposal) -> Flow[Decision]:
        """`decide` as a flow, for what works in both forms."""
        return (yield from self.question(proposal).deciding())

    def question(self, proposal: Proposal) -> Question:
        """For those who ask several at once: `first()`, then `final()`."""
        session = self.session
        asked = Asked(session, NAMES.of(session, proposal), False)
        return Question(self._transport, self._away, proposal, asked, self._settings)

    def settling(self, action: str, status: Status, result: Json = None, error_code: Optional[str] = None) -> Flow[Findings]:
        # Who was cancelled is leaving: an Aegis that is slow does not hold them up.
        seconds = LEAVING_SECONDS if status == "cancelled" else self._timeout
        body: Dict[str, Any] = {"status": status}
        if result is not None:
            body["result"] = result
        if error_code:
            body["errorCode"] = error_code[:128]
        try:
            path = f"/v1/actions/{quote(action, safe='')}/outcome"
            answer = yield from self._transport.send(post(path, body, seconds))
        except (AegisRefusedError, AegisUnavailableError, AegisSetupError, ValueError):
            return None
        findings = answer.get("findings") if is_object(answer) else None
        return tuple(one for one in findings if is_object(one)) if is_list(findings) else ()

    def labelling(self, source: Source, value: Json, trusted: bool) -> Flow[None]:
        body: Dict[str, Any] = {"source": source, "value": value, "trusted": trusted}
        try:
            yield from self._transport.send(post(f"/v1/sessions/{quote(self.session, safe='')}/content", body, self._timeout))
        except (AegisRefusedError, AegisUnavailableError, AegisSetupError, ValueError):
            # A label that does not arrive only makes values look more foreign than they are: safe to go on.
            return

    def renewing(self, resource: str, fence: int, seconds: float) -> Flow[bool]:
        body: Dict[str, Any] = {"resource": resource, "fence": fence, "ttlMs": int(seconds * 1000)}
        try:
            yield from self._transport.send(post("/v1/locks/renew", body, self._timeout))
        except (AegisRefusedError, AegisUnavailableError, AegisSetupError):
            return False
        return True

    def opening(self, session: Optional[str]) -> Flow["Client"]:
        parent, child = self.session, session or new_id()
        opened: Dict[str, Any] = {"session": child, "parent": parent}
        try:
            yield from self._transport.send(post("/v1/sessions", opened, self._timeout))
        except AegisRefusedError as error:
            if error.status != 404:
                raise
            # A parent that nothing was done in yet is opened first: a child of a session nobody knows would know nothing.
            yield from self._transport.send(post("/v1/sessions", {"session": parent}, self._timeout))
            yield from self._transport.send(post("/v1/sessions", opened, self._timeout))
        return Client(**self._settings, session=child)


def _given(value: Optional[str], variable: str, otherwise: str) -> str:
    found = value or os.environ.get(variable, "")
    if not found:
        raise AegisSetupError(otherwise)
    return found


def _ask_timeout(seconds: Optional[float]) -> float:
    if seconds is not None:
        return seconds
    text = os.environ.get("AEGIS_ASK_TIMEOUT_MS", "")
    try:
        milliseconds = float(text or "300000")
    except ValueError:
        milliseconds = -1.0
    if not 0 <= milliseconds < float("inf"):
        raise AegisSetupError(f"AEGIS_ASK_TIMEOUT_MS is not a number of milliseconds: {text}")
    return milliseconds / 1000
