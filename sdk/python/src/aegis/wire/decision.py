"""A decision as Aegis answers it, checked before anybody acts on it."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Optional, Tuple, cast

from .shape import is_list, is_object
from .words import EFFECTS, Effect, JsonObject, Risk


class Reason(NamedTuple):
    code: str
    message: str
    rule: str = ""
    hint: str = ""
    pointer: str = ""


class Decision(NamedTuple):
    """What Aegis decided about one action. Only `allow` and `modify` let it run."""

    action: str
    effect: Effect
    reasons: Tuple[Reason, ...]
    risk: Risk
    #: The whole answer, for what has no field here.
    raw: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Decision({self.effect} {self.action}: {', '.join(reason.code for reason in self.reasons)}; risk {self.risk})"

    @property
    def modified(self) -> Optional[JsonObject]:
        """The arguments to run with instead; None unless the effect is `modify`."""
        return cast(JsonObject, self.raw["modify"]["args"]) if self.effect == "modify" else None

    @property
    def approval(self) -> Optional[str]:
        """The id of the approval a person is asked for."""
        ask = self.raw.get("ask")
        return str(ask["approval"]) if is_object(ask) and "approval" in ask else None

    @property
    def fence(self) -> Optional[int]:
        """The fencing token of the lock that the action asked for."""
        fence = self.raw.get("fence")
        return fence if isinstance(fence, int) else None

    @property
    def local(self) -> bool:
        """Whether nobody but the agent's own setting said so, because Aegis was away: its log knows of no such action."""
        return self.raw.get("local") is True

    @property
    def retry_after(self) -> float:
        """Seconds after which a deferred action may be asked about again."""
        defer = self.raw.get("defer")
        after = defer.get("retryAfterMs") if is_object(defer) else None
        return max(0.001, after / 1000) if isinstance(after, (int, float)) and not isinstance(after, bool) else 1.0

    @property
    def text(self) -> Optional[str]:
        """What the agent may be shown when the action may not run."""
        text = self.raw.get("text")
        return text if isinstance(text, str) else None

    @property
    def injected_results(self) -> Optional[str]:
        """`mask` or `withhold`: what to do with instructions found in the result."""
        obligations = self.raw.get("obligations")
        word = obligations.get("injectedResults") if is_object(obligations) else None
        return word if isinstance(word, str) else None


class NoDecision(ValueError):
    """The answer is no decision about this action, and so no permission."""


def read_decision(answer: Any, action: str) -> Decision:
    """Raises NoDecision for anything but a whole decision about `action`."""
    if not is_object(answer):
        raise NoDecision("the answer is not a decision")
    effect, reasons, modify = answer.get("effect"), answer.get("reasons"), answer.get("modify")
    if not isinstance(effect, str) or effect not in EFFECTS or not is_list(reasons) or not reasons:
        raise NoDecision("the answer is not a decision")
    if effect == "modify" and not (is_object(modify) and is_object(modify.get("args"))):
        raise NoDecision("the answer changes arguments and does not say to what")
    if answer.get("action") != action:
        raise NoDecision("the answer is about another action")
    risk = answer.get("risk")
    return Decision(
        action=action,
        effect=cast(Effect, effect),
        reasons=tuple(_reason(one) for one in reasons),
        risk=cast(Risk, risk if isinstance(risk, str) else "HIGH"),
        raw=answer,
    )


def _reason(said: Any) -> Reason:
    if not is_object(said):
        raise NoDecision("the answer gives a reason that is none")
    return Reason(**{name: str(said.get(name) or "") for name in ("code", "message", "rule", "hint", "pointer")})
