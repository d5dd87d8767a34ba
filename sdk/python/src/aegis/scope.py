"""Which agent and which session the running code belongs to, across tasks, threads and executors."""

from __future__ import annotations

import contextlib
import threading
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any, Iterator, Mapping, NamedTuple, Optional

from .wire.ids import new_id

if TYPE_CHECKING:
    from .client import Client


class Running:
    """A call under a decision. One patch further in may pass on it, once: the second such call is another action."""

    def __init__(self, name: str, args: Mapping[str, Any]) -> None:
        self.name = name
        self.args = dict(args)
        self._left = [True]

    def take(self, name: str, args: Mapping[str, Any]) -> bool:
        try:
            if self.name != name or not bool(self.args == args):
                return False
            self._left.pop()
        except Exception:  # passed on already, or values whose own comparison fails: not the same call
            return False
        return True


class Scope(NamedTuple):
    #: The agent's name; "" for the process's own.
    agent: str = ""
    client: Optional["Client"] = None
    #: Sessions by agent: another agent's actions are never booked under this one's.
    session: str = ""
    #: The call that is being carried out under a decision, so that a patch further in does not ask about it again.
    running: Optional["Running"] = None


NO_SCOPE = Scope()
_SCOPE: ContextVar[Optional[Scope]] = ContextVar("aegis_scope", default=None)
#: Where a scope is kept on a thread that started within it.
CARRIED = "_aegis_scope"


def current() -> Scope:
    """The scope of this code: of its task, else of the thread it runs in, as it was when that was started."""
    found = _SCOPE.get()
    if found is not None:
        return found
    carried = getattr(threading.current_thread(), CARRIED, None)
    return carried if isinstance(carried, Scope) else NO_SCOPE


def enter(scope: Scope) -> "Token[Optional[Scope]]":
    return _SCOPE.set(scope)


def leave(token: "Token[Optional[Scope]]") -> None:
    # A generator may be closed in another context than the one it was entered in.
    with contextlib.suppress(ValueError):
        _SCOPE.reset(token)


def current_session(agent: str) -> str:
    scope = current()
    return scope.session if scope.client is None or scope.client.agent == agent else ""


class session:  # noqa: N801 - used as `with aegis.session():`
    """
    One run of the agent: `with aegis.session("run-7"):` or `async with`. What is done inside belongs to that session; without a name it
    is a new one.
    """

    def __init__(self, name: Optional[str] = None) -> None:
        self.name = name or new_id()

    def __enter__(self) -> str:
        from .carry import carry_scopes

        carry_scopes()
        self._token = enter(current()._replace(session=self.name))
        return self.name

    def __exit__(self, *_: object) -> None:
        leave(self._token)

    async def __aenter__(self) -> str:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        self.__exit__()


@contextlib.contextmanager
def agent_context(name: str, *, key: Optional[str] = None, session: Optional[str] = None) -> Iterator["Client"]:
    """
    What is done inside is done by the agent `name`, which has a key of its own: `key`, else the variable `AEGIS_KEY_<NAME>`, else
    `AEGIS_KEY` where the process's own agent has that name. Raises AegisSetupError without one.
    """
    from .agents import client_of
    from .carry import carry_scopes

    carry_scopes()
    client = client_of(name, key)
    token = enter(Scope(name, client, session or ""))
    try:
        yield client
    finally:
        leave(token)
