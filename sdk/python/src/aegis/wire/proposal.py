"""An action as the agent proposes it, before it happens."""

from __future__ import annotations

from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

from .words import JsonObject, Kind

class Proposal(NamedTuple):
    """One action. `args` is plain JSON; `unread` holds pointers (RFC 6901) to arguments that could only be described."""

    name: str
    args: JsonObject
    kind: Kind = "tool"
    #: Idempotency key: the same id with the same arguments is the same decision. Made from `call_id`, else drawn, when absent.
    id: Optional[str] = None
    #: The model API's own id for the call, so that a retry or a replay is the same action and no second approval.
    call_id: Optional[str] = None
    description: Optional[str] = None
    schema: Optional[JsonObject] = None
    framework: Optional[str] = None
    parent: Optional[str] = None
    unread: Tuple[str, ...] = ()
    #: `{"resource": …, "slots": …, "ttlMs": …}`: what it must hold while it runs.
    resource: Optional[Mapping[str, Any]] = None
    #: intent, priority, confidence, usdMicros, tokens: what the agent says about itself.
    claims: Optional[Mapping[str, Any]] = None
    #: The folder it is carried out in, where that is not the one of this process.
    cwd: Optional[str] = None

    def body(self) -> Dict[str, Any]:
        """The JSON of `POST /v1/actions`, without who asks."""
        claims = {**(self.claims or {}), **({"framework": self.framework} if self.framework else {})}
        declaration: Dict[str, Any] = {"name": self.name}
        if self.description:
            declaration["description"] = self.description
        if self.schema is not None:
            declaration["schema"] = self.schema
        return {
            "kind": self.kind,
            "name": self.name,
            "args": self.args,
            **({"declaration": declaration} if len(declaration) > 1 else {}),
            **({"claims": claims} if claims else {}),
            **({"unreadable": list(self.unread)} if self.unread else {}),
            **({"parent": self.parent} if self.parent else {}),
            **({"resource": dict(self.resource)} if self.resource else {}),
        }
