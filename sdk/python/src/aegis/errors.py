"""Everything Aegis raises in an agent. One base, so that `except aegis.AegisError` is enough."""

from __future__ import annotations

from typing import Optional, Tuple

from .wire.decision import Decision, Reason
from .wire.words import Risk


class AegisError(Exception):
    """Base of all errors of Aegis."""

    code: str = "ERROR"


class AegisBlockedError(AegisError):
    """The action may not run: denied, refused by a person, or expired while it waited."""

    def __init__(self, tool_name: str, decision: Decision) -> None:
        self.tool_name = tool_name
        self.decision = decision
        first = decision.reasons[0]
        #: The first reason's code, such as `TOOL_BLOCKED`.
        self.code = first.code
        #: What to tell a person or a model: the decision's own text, else the first reason.
        self.reason = decision.text or first.message
        super().__init__(decision.text or f"Aegis did not allow {tool_name}: {first.message} ({first.code})")

    @property
    def reasons(self) -> Tuple[Reason, ...]:
        return self.decision.reasons

    @property
    def risk_level(self) -> Risk:
        return self.decision.risk

    def __reduce__(self) -> Tuple[object, ...]:
        return (type(self), (self.tool_name, self.decision))


class AegisHaltedError(AegisBlockedError):
    """The agent, its session or everything is halted: stop, do not retry."""


class AegisTimeoutError(AegisBlockedError):
    """
    Nobody decided in the time the agent waits. The action did not run; its approval still stands in the queue, so that the same call,
    asked again by its id, goes on from there.
    """

    @property
    def approval(self) -> Optional[str]:
        """The id of the approval, where a person was asked."""
        return self.decision.approval


class AegisWithheldError(AegisError):
    """The tool ran, and the policy keeps its result from the model."""

    code = "WITHHELD"

    def __init__(self, tool_name: str, findings: Tuple[str, ...]) -> None:
        self.tool_name = tool_name
        self.findings = findings
        codes = ", ".join(findings)
        super().__init__(
            f"Aegis withheld the result of {tool_name}: it holds instructions to the model ({codes}). Tell the user."
        )

    def __reduce__(self) -> Tuple[object, ...]:
        return (type(self), (self.tool_name, self.findings))


class AegisRefusedError(AegisError):
    """Aegis answered with a coded refusal: a wrong key, a malformed request, a full rate limit. Never an allow."""

    def __init__(self, code: str, status: int, detail: str, hint: str = "", retry_after_ms: Optional[int] = None) -> None:
        self.code = code
        #: When to ask again, where Aegis says so.
        self.retry_after_ms = retry_after_ms
        self.status = status
        self.detail = detail
        self.hint = hint
        super().__init__(f"{detail} ({code}) {hint}".strip())

    def __reduce__(self) -> Tuple[object, ...]:
        return (type(self), (self.code, self.status, self.detail, self.hint, self.retry_after_ms))


class AegisUnavailableError(AegisError):
    """Aegis gave no usable answer in time, and this agent's `on_unavailable` setting does not allow the action without it."""

    code = "UNAVAILABLE"

    def __init__(self, where: str, why: Optional[str] = None) -> None:
        self.where = where
        self.why = why
        told = f": {why}" if why else ""
        super().__init__(f"Aegis at {where} did not answer, so nothing was allowed{told}. Is it running? (npm start)")

    def __reduce__(self) -> Tuple[object, ...]:
        return (type(self), (self.where, self.why))


class AegisSetupError(AegisError):
    """The SDK was set up wrongly."""

    code = "SETUP"


def blocked(tool_name: str, decision: Decision) -> AegisBlockedError:
    """The error for a decision that lets nothing run."""
    if any(reason.code == "HALTED" for reason in decision.reasons):
        return AegisHaltedError(tool_name, decision)
    if decision.effect in ("ask", "defer"):
        return AegisTimeoutError(tool_name, decision)
    return AegisBlockedError(tool_name, decision)
