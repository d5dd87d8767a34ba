"""Options that would loosen what holds for an agent: they are set on the server, by people, and refused here."""

from __future__ import annotations

from typing import Any, Mapping

from .errors import AegisSetupError

_POLICY = "in the server's policy (`precision:` in docs/reference/policy.md), then `aegis policy activate`"

#: Option -> where it is set.
SET_ELSEWHERE = {
    "on_unavailable": "when the agent is registered: `aegis agents add <agent> --on-unavailable deny|allow_readonly|local_approval|allow`",
    "local_approval": "when the agent is registered, by an operator: `aegis agents add <agent> --on-unavailable local_approval`",
    "fail_open": "when the agent is registered: `aegis agents add <agent> --on-unavailable deny|allow_readonly|local_approval|allow`",
    "block_threshold": "in the server's policy (`detectors:` in docs/reference/policy.md), then `aegis policy activate`",
    "allow_tools": _POLICY,
    "allow_categories": _POLICY,
    "category_of": _POLICY,
    "categories": _POLICY,
    "audit_only": _POLICY,
    "shadow": _POLICY,
    "mode": _POLICY,
    "policy": "on the server: `aegis policy activate <file>`",
}


def refuse_options(options: Mapping[str, Any]) -> None:
    """Raises AegisSetupError for whatever `auto` and `connect` do not take."""
    for name in options:
        place = SET_ELSEWHERE.get(name)
        if place is not None:
            raise AegisSetupError(f"{name} is not for the agent to set: it is set {place}.")
        raise AegisSetupError(f"Unknown option {name}. See help(aegis.auto).")
