"""A person at the terminal the agent was started from, while Aegis is away."""

from __future__ import annotations

import os
import sys
from typing import Any, List

import pytest

from gateway import Gateway

PROGRAM = """
import asyncio, sys
import aegis
from aegis import agents
settings = {settings!r}
agents.use(aegis.connect(**settings), settings)
run = lambda args: print("ran", args, flush=True)
async def arun(args): run(args)
aegis.guard("look", {{}}, lambda _: None)
input("ready? ")
try:
    if {form!r} == "awaited": asyncio.run(aegis.aguard("wipe", {{"path": "/tmp/x\\x1b[2Jy"}}, arun))
    else: aegis.guard("wipe", {{"path": "/tmp/x\\x1b[2Jy"}}, run)
except aegis.AegisUnavailableError:
    print("blocked", flush=True)
"""


def until(terminal: int, words: str) -> str:
    """What stands on the terminal up to these words."""
    text = ""
    while words not in text:
        text += os.read(terminal, 65_536).decode()
    return text


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("form", ["blocking", "awaited"])
@pytest.mark.parametrize(("typed", "ended"), [("yes", "ran"), ("no", "blocked"), ("", "blocked"), ("yes please", "blocked")])
def test_a_person_at_the_terminal(gateway: Gateway, over: str, form: str, typed: str, ended: str) -> None:
    """[SDK-81] The question stands on the terminal with the arguments, none of which the terminal obeys; only `yes` runs it, and it is journalled so."""
    import pty

    gateway.agent = {"onUnavailable": "local_approval"}
    program = PROGRAM.format(settings=gateway.settings(over), form=form)
    # The program has this terminal, and no other.
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", program])
    try:
        until(terminal, "ready? ")
        gateway.broken = (502, "{}")
        os.write(terminal, b"\n")
        said = until(terminal, "block it: ")
        assert "wipe" in said and "/tmp/x" in said and "\x1b" not in said
        os.write(terminal, f"{typed}\n".encode())
        assert ended in until(terminal, ended)
    finally:
        os.waitpid(child, 0)
        os.close(terminal)
    [entry] = journalled(gateway)
    assert '"mode":"local_approval"' in entry and f'"effect":"{"allow" if ended == "ran" else "deny"}"' in entry


def journalled(gateway: Gateway) -> List[Any]:
    with open(os.path.join(gateway.folder, "journal.jsonl"), encoding="utf-8") as file:
        return [line.replace(": ", ":") for line in file]
