"""The clients of this process: its own agent's, and those of the agents it plays."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Dict, Optional, Tuple

from .errors import AegisSetupError
from .scope import current
from .wire.ids import new_id

if TYPE_CHECKING:
    from .client import Client


class _Clients:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.own: Optional[Client] = None
        self.terms: Dict[str, Any] = {}
        self.others: Dict[Tuple[str, str], Client] = {}


_CLIENTS = _Clients()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: setattr(_CLIENTS, "lock", threading.Lock()))


def use(client: Client, terms: Dict[str, Any]) -> None:
    """`client` is what everything patched and decorated asks from now on."""
    with _CLIENTS.lock:
        _CLIENTS.own, _CLIENTS.terms = client, terms
        _CLIENTS.others.clear()


def client() -> Client:
    """The client of the code that runs: of its `agent_context`, else the process's own, connected by the environment when first asked for."""
    scoped = current().client
    if scoped is not None:
        return scoped
    with _CLIENTS.lock:
        if _CLIENTS.own is None:
            from .client import Client

            _CLIENTS.own = Client()
        return _CLIENTS.own


def client_of(agent: str, key: Optional[str]) -> Client:
    """The client of one agent by name. Raises AegisSetupError where no key is known for it."""
    secret = key or _key_of(agent)
    with _CLIENTS.lock:
        known = _CLIENTS.others.get((agent, secret))
        if known is None:
            from .client import Client

            terms: Dict[str, Any] = {name: value for name, value in _CLIENTS.terms.items() if name not in ("journal", "session")}
            # Another agent's actions do not belong to the session of this process's own.
            known = _CLIENTS.others[agent, secret] = Client(**{**terms, "agent_id": agent, "key": secret, "session": new_id()})
        return known


def _key_of(agent: str) -> str:
    variable = "AEGIS_KEY_" + "".join(one if one.isalnum() else "_" for one in agent.upper())
    secret = os.environ.get(variable, "")
    if secret:
        return secret
    own = _CLIENTS.own
    own_agent = own.agent if own is not None else os.environ.get("AEGIS_AGENT", "")
    if own_agent == agent:
        return str(_CLIENTS.terms.get("key") or os.environ.get("AEGIS_KEY", ""))
    raise AegisSetupError(
        f"No key for the agent {agent}: set {variable} or pass key=… `npx aegis agents add {agent}` makes one. "
        "An agent is who its key says, so the key of another agent does not serve."
    )
