"""The closed vocabularies of Aegis, as far as an agent reads or says them."""

from __future__ import annotations

from typing import Dict, Final, List, Literal, Union

Json = Union[None, bool, int, float, str, List["Json"], Dict[str, "Json"]]
JsonObject = Dict[str, Json]

Effect = Literal["allow", "deny", "modify", "ask", "defer"]
Risk = Literal["LOW", "MEDIUM", "HIGH", "CRITICAL"]
Source = Literal["user_input", "tool_output", "memory_read", "retrieved_doc", "model_output"]
Kind = Literal["tool", "model", "egress", "process", "resource", "memory", "handoff"]
Status = Literal["succeeded", "failed", "blocked", "cancelled", "unknown"]
OnUnavailable = Literal["deny", "allow_readonly", "local_approval", "allow"]

EFFECTS: Final[frozenset[str]] = frozenset({"allow", "deny", "modify", "ask", "defer"})
