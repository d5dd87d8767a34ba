"""One line: `aegis.auto()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from .agents import use

if TYPE_CHECKING:
    from .client import Client


def connect(
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
    **other: Any,
) -> Client:
    """
    A client, and nothing patched. Each setting has a variable, which counts where it is not passed:

    - `url`: `AEGIS_URL`, else http://127.0.0.1:7411.
    - `agent_id`, `key`: `AEGIS_AGENT`, `AEGIS_KEY`; the agent must be the one the key belongs to.
    - `session`: `AEGIS_SESSION`, else a new one: one run of the agent.
    - `socket`: `AEGIS_SOCKET`; the local socket that is asked before HTTP, or `off`. By itself it is found by the port of a loopback `url`.
    - `answer_key`: `AEGIS_ANSWER_KEY`, else what `aegis login` kept for `url`: over HTTP only answers signed with it count.
    - `ask_timeout`: `AEGIS_ASK_TIMEOUT_MS`, else 300 seconds: how long an action may wait for a person.
    - `timeout`: seconds for one request that waits for nobody.
    - `journal`: the file for what is decided while Aegis is away.

    Raises AegisSetupError without a key or an agent id, and for an option that is set on the server.
    """
    from .client import Client
    from .options import refuse_options

    refuse_options(other)
    return Client(
        url,
        agent_id=agent_id,
        key=key,
        session=session,
        socket=socket,
        answer_key=answer_key,
        ask_timeout=ask_timeout,
        timeout=timeout,
        journal=journal,
    )


def auto(url: Optional[str] = None, *, strict: bool = False, quiet: bool = False, pause: bool = False, **settings: Any) -> Client:
    """
    Guards this process: libraries that Aegis knows are patched when they are imported, or at once where they already were. Takes the
    settings of `aegis.connect`. One line on stderr says what is guarded and what is not (`quiet=True`: none). With `strict=True` a library
    that cannot be guarded surely, such as one in an untested version, raises AegisSetupError. Calling it again changes the client.

    With `pause=True` a call that nobody has decided within `ask_timeout` (often 0) pauses the run, where its framework can be resumed:
    LangGraph interrupts, Pydantic AI defers the call, OpenAI Agents asks for an approval. Resumed under the same `session`, also by another
    process, the same call is the same action. Elsewhere it is denied as before.
    """
    client = connect(url, **settings)
    use(client, {"url": client.url, **settings})
    from .carry import carry_scopes
    from .patch.hook import watch_imports
    from .pauses import pause_runs

    pause_runs(pause)
    carry_scopes()
    watch_imports(strict)
    if not quiet:
        from .covered import coverage

        from .telling import tell

        tell(f"agent {client.agent} asks {client.url} (advisory); {coverage().line()}.")
    return client


def unpatch() -> None:
    """Undoes what `auto` patched. What was decorated or wrapped stays guarded."""
    from .patch.hook import stop_watching
    from .patch.replace import undo_replacements

    stop_watching()
    undo_replacements()
