"""Asking for one action: what is proposed, and the permit that comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, cast

from .agents import client as current_client
from .calls import CALLS
from .errors import blocked
from .flow import Flow, adrive, drive
from .naming import NAMES
from .scope import Running, Scope, current
from .values import Rendered, as_arguments, render, to_json
from .wire.decision import Decision
from .wire.proposal import Proposal
from .wire.words import JsonObject, Status

if TYPE_CHECKING:
    from .client import Client

def propose(
    name: str,
    args: Mapping[str, Any],
    *,
    call_id: Optional[str] = None,
    framework: Optional[str] = None,
    description: Optional[str] = None,
    schema: Optional[Mapping[str, Any]] = None,
    **terms: Any,
) -> "tuple[Proposal, Rendered]":
    """A proposal for a call with these arguments, and the arguments as they run when nothing is changed."""
    rendered = render(dict(args))
    said = cast(JsonObject, rendered.json)
    declared = None if schema is None else as_arguments(dict(schema))
    proposal = Proposal(
        name,
        said,
        call_id=call_id,
        framework=framework,
        description=description,
        schema=declared,
        unread=rendered.unread,
        **terms,
    )
    return proposal, rendered


class Permit:
    """
    An action that may run, with `args` as they were decided. Used as `with aegis.ask(…) as permit:` it reports by itself how the block
    ended; set `permit.result` in it. Without `with`, call `done(result)` or `failed(error)`.
    """

    def __init__(self, client: Client, proposal: Proposal, decision: Decision, kept: Dict[str, Any]) -> None:
        self.client = client
        self._proposal = proposal
        self._session = client.session
        self.name = proposal.name
        self.decision = decision
        #: Whether a person or the policy replaced the arguments.
        self.changed = decision.effect == "modify"
        self.args: Dict[str, Any] = kept
        if decision.modified is not None:
            # What was not changed stays the value it is; JSON knows only its text.
            changed = decision.modified
            same = {one for one in changed if one in kept and one in proposal.args and proposal.args[one] == changed[one]}
            self.args = {one: kept[one] if one in same else value for one, value in changed.items()}
        self.result: Any = None

    def done(self, result: Any = None) -> Any:
        """Reports success. Returns the result as the model may read it; raises AegisWithheldError where it may not."""
        return drive(self._done(result))

    async def adone(self, result: Any = None) -> Any:
        return await adrive(self._done(result))

    def failed(self, error: BaseException) -> None:
        """Reports what went wrong; it is still yours to raise."""
        drive(self._failed(error))

    async def afailed(self, error: BaseException) -> None:
        await adrive(self._failed(error))

    def left(self, result: Any) -> None:
        """Reports that the rest of a result nobody waited for was not made."""
        if not self.decision.local:
            self.client.settle(self.decision.action, "cancelled", to_json(result))

    def _done(self, result: Any) -> Flow[Any]:
        if self.decision.local:
            return result
        from .withhold import without_instructions

        NAMES.ended(self._session, self._proposal)
        findings = yield from self.client.settling(self.decision.action, "succeeded", to_json(result))
        return without_instructions(self.name, result, self.decision, findings)

    def _failed(self, error: BaseException) -> Flow[None]:
        if self.decision.local:
            return
        status: Status = "failed" if isinstance(error, Exception) else "cancelled"
        yield from self.client.settling(self.decision.action, status, to_json(str(error)), type(error).__name__)

    def __enter__(self) -> "Permit":
        return self

    def __exit__(self, kind: object, error: Optional[BaseException], trace: object) -> None:
        if error is None:
            self.result = self.done(self.result)
        else:
            self.failed(error)

    async def __aenter__(self) -> "Permit":
        return self

    async def __aexit__(self, kind: object, error: Optional[BaseException], trace: object) -> None:
        if error is None:
            self.result = await self.adone(self.result)
        else:
            await self.afailed(error)


def permit(name: str, args: Mapping[str, Any], **terms: Any) -> Permit:
    """Asks for one action. Raises AegisBlockedError (or a kind of it) when it may not run. Terms: see `propose`."""
    return drive(permitting(name, args, **terms))


async def apermit(name: str, args: Mapping[str, Any], **terms: Any) -> Permit:
    return await adrive(permitting(name, args, **terms))


async def awaits_somebody(name: str, args: Mapping[str, Any], **terms: Any) -> bool:
    """Asks, and does not wait: whether somebody has yet to decide. What is said then holds for the call when it is asked about again."""
    proposal, _ = propose(name, args, **terms)
    return (await adrive(current_client().question(proposal).first())).effect in ("ask", "defer")


def permitting(name: str, args: Mapping[str, Any], **terms: Any) -> Flow[Permit]:
    """`permit` as a flow."""
    client = current_client()
    proposal, rendered = propose(name, args, **terms)
    # What was decided where the model's answer was read is not asked a second time where the tool runs.
    known = CALLS.take(client.session, proposal)
    if known is not None:
        return Permit(client, known.proposal, known.decision, cast(Dict[str, Any], rendered.value))
    decision = yield from client.deciding(proposal)
    if decision.effect not in ("allow", "modify"):
        raise blocked(name, decision)
    return Permit(client, proposal, decision, cast(Dict[str, Any], rendered.value))


def is_running(name: str, args: Mapping[str, Any]) -> bool:
    """Whether this very call is being carried out under a decision right now, by an outer patch. Said once for each such call."""
    running = current().running
    return running is not None and running.take(name, args)


def within(name: str, args: Mapping[str, Any]) -> Scope:
    """The scope of a call that is being carried out: the next patch further in that sees the same call does not ask again."""
    return current()._replace(running=Running(name, args))
