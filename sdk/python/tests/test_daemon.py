from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

import aegis
from aegis import agents
from aegis.permit import propose
from aegis.reach.channel import POOL
from aegis.verify import lines_of, note_key, verify_consistency_proof, verify_export, verify_inclusion_receipt
from daemon import Daemon, daemon


@pytest.fixture(scope="module")
def real() -> Iterator[Daemon]:
    with daemon() as running:
        yield running
        POOL.close()


_count = iter(range(1000))


def connect(real: Daemon, over: str, **terms: Any) -> aegis.Client:
    name = f"bot-{next(_count)}"
    key = real.agent(name, **terms)
    settings = {**real.settings(key, over), "agent_id": name, "session": f"run-{name}", "journal": os.path.join(real.folder, f"{name}.jsonl")}
    made = aegis.connect(**settings)
    agents.use(made, settings)
    return made


@aegis.monitor
def run_command(command: str) -> str:
    return f"ran {command}"


@aegis.monitor(name="run_command")
async def arun_command(command: str) -> str:
    return f"ran {command}"


def test_decided(real: Daemon, over: str) -> None:
    """[SDK-20, SDK-21, DOOR-16] Against a real Aegis: allowed, denied, asked and granted, refused, settled; blocking and awaited."""
    made = connect(real, over)
    assert run_command("ls") == "ran ls"
    for run in (lambda text: run_command(text), lambda text: asyncio.run(arun_command(text))):
        with pytest.raises(aegis.AegisBlockedError, match="SHELL_RECURSIVE_DELETE") as told:
            run("rm -rf /")
        assert told.value.risk_level == "CRITICAL" and told.value.tool_name == "run_command"
        answers: List[str] = []
        waiting = threading.Thread(target=lambda: answers.append(run("git push --force origin main")))
        waiting.start()
        approval = real.approval()
        assert approval["agent"] == made.agent
        real.ask("POST", f"/v1/approvals/{approval['approval']}/grant", {"reason": "asked for"})
        waiting.join()
        assert answers == ["ran git push --force origin main"]
    settled = [one for one in real.entries("action-settled") if one["agent"] == made.agent]
    assert [one["body"]["status"] for one in settled] == ["succeeded"] * 3


def test_refused_and_withdrawn(real: Daemon) -> None:
    """[SDK-21, SDK-22] A refusal is a denial with its reason; what a cancelled task asked for leaves the queue."""
    connect(real, "socket")

    async def refused() -> None:
        asked = asyncio.create_task(arun_command("git push --force origin main"))
        approval = await asyncio.to_thread(real.approval)
        await asyncio.to_thread(real.ask, "POST", f"/v1/approvals/{approval['approval']}/refuse", {"reason": "not today"})
        with pytest.raises(aegis.AegisBlockedError, match="APPROVAL_REFUSED"):
            await asked
        taken_back = asyncio.create_task(arun_command("git push --force origin main"))
        await asyncio.to_thread(real.approval)
        taken_back.cancel()
        with pytest.raises(asyncio.CancelledError):
            await taken_back

    asyncio.run(refused())
    # The event loop's threads have ended, and with them the withdrawal.
    real.when(lambda: real.ask("GET", "/v1/approvals")["approvals"] == [])


def test_halted(real: Daemon, over: str) -> None:
    """[SDK-24] A halted agent hears it as such, and an agent whose key is of another is refused."""
    made = connect(real, over)
    real.ask("POST", f"/v1/agents/{made.agent}/halt", {"reason": "stop"})
    with pytest.raises(aegis.AegisHaltedError):
        run_command("ls")
    settings = real.settings(real.agent(f"bot-{next(_count)}"), over)
    with pytest.raises(aegis.AegisRefusedError) as told:
        aegis.connect(**{**settings, "agent_id": made.agent}).decide(aegis.Proposal("look", {}))
    assert told.value.status in (403, 404)


def test_values_of_every_kind(real: Daemon) -> None:
    """[SDK-25] Whatever Python can say as a number or a text is taken by the strict reader; what is too deep is asked about, what is too long refused."""
    made = connect(real, "http")
    numbers = [0, -1, 2**53 - 1, -(2**53), 2**70, 0.1, -0.0, 1e16, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 123456789.123456789, 1 / 3]
    texts = ["", "\0", "\x7f", "é", "\u2028", "😀", "\ufeff", '"\\', "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")]
    taken = aegis.guard("note", {"numbers": numbers, "texts": texts, "": None, "a/b~c": True}, lambda args: args)
    assert taken == {"numbers": numbers, "texts": texts, "": None, "a/b~c": True}
    for at in range(0, 40):
        assert made.decide(aegis.Proposal("note", {"n": (at - 20) * 1.1 ** (at * 7)})).effect == "allow"
    deep: Any = 1
    for _ in range(80):
        deep = {"in": deep}
    with pytest.raises(aegis.AegisRefusedError, match="BODY_TOO_LARGE"):
        aegis.guard("note", {"long": "a" * 10_000_000}, lambda _: pytest.fail("ran"))
    impatient = aegis.connect(**{**made._settings, "ask_timeout": 0, "session": made.session})
    asked = impatient.decide(propose("note", {"deep": deep})[0])
    assert asked.effect == "ask" and impatient.settle(asked.action, "cancelled") is not None
    assert aegis.guard("note", {}, lambda _: "still serves") == "still serves"


class Handle:
    """Something JSON cannot say."""


def test_unreadable(real: Daemon) -> None:
    """[SDK-25] What JSON cannot say is recorded as uninspectable and a person is asked; granted, the function gets the value itself."""
    connect(real, "socket")
    handle = Handle()
    got: List[Any] = []
    run = aegis.wrap(lambda at: got.append(at), name="use")
    waiting = threading.Thread(target=run, args=(handle,))
    waiting.start()
    approval = real.approval()
    real.ask("POST", f"/v1/approvals/{approval['approval']}/grant", {"reason": "it is ours"})
    waiting.join()
    assert got == [handle]
    [asked, *_] = [one for one in real.entries("action-decided") if one["body"]["action"]["id"] == approval["action"]]
    assert "UNINSPECTABLE" in json.dumps(asked) and "/at" in json.dumps(asked)
    [many] = [propose("use", {"all": [Handle() for _ in range(100)]})[0].unread]
    assert many == ("",)


def test_away_and_back() -> None:
    """[SDK-10] Aegis stops: its word holds; it starts again: the journal is in its log before the next decision."""
    with daemon() as real:
        made = connect(real, "http", onUnavailable="allow_readonly", capabilities=["readonly:look"])
        look = aegis.wrap(lambda: "seen", name="look")
        assert look() == "seen" and made.on_unavailable == "allow_readonly"
        real.stop()
        assert look() == "seen"
        with pytest.raises(aegis.AegisUnavailableError):
            aegis.wrap(lambda: pytest.fail("ran"), name="change")()
        real.start()
        # A new port: the journal goes out through a new client, as after a restart of the agent.
        settings = {**made._settings, "url": real.url}
        agents.use(aegis.connect(**settings), settings)
        assert look() == "seen"
        assert [one["body"]["effect"] for one in real.entries("action-journalled")] == ["allow", "deny"]
        POOL.close()


def test_answer_key(real: Daemon) -> None:
    """[DOOR-29] The real answer key is believed, and another one is not."""
    made = connect(real, "http")
    key = real.ask("GET", "/v1/identity")["answerKey"]
    settings = made._settings
    proven = aegis.connect(**{**settings, "answer_key": key})
    assert [proven.decide(aegis.Proposal("look", {})).effect for _ in range(3)] == ["allow"] * 3
    with pytest.raises(aegis.AegisUnavailableError, match="NOT_AEGIS"):
        aegis.connect(**{**settings, "answer_key": "A" * 43}).decide(aegis.Proposal("look", {}))


def test_child_sessions_and_labels(real: Daemon, over: str) -> None:
    """[SDK-20] A child session goes on from its parent, also one nobody knows yet; labels arrive."""
    made = connect(real, over)
    child = made.child("part-" + made.agent)
    assert child.session == "part-" + made.agent and child.decide(aegis.Proposal("look", {})).effect == "allow"
    made.label("user_input", "Pay Ann.", True)
    assert [one for one in real.entries("content-labelled") if one["agent"] == made.agent]


def test_evidence(real: Daemon, tmp_path: Path) -> None:
    """[SDK-33, SDK-35] What a real Aegis exports and proves verifies in Python, and does not once a byte was changed."""
    connect(real, "http")
    run_command("ls")
    place = tmp_path / "audit.jsonl"
    place.write_text(real.ask("GET", "/v1/log/export?payloads=true"))
    [key_file] = list(Path(real.folder, "checkpoints").glob("*/key.pub"))
    key = note_key(key_file.read_text().strip())
    assert key is not None
    with place.open("rb") as file:
        found = verify_export(lines_of(file), key)
    assert found.ok and found.anchored == found.size > 0 and found.payloads.intact > 0, found.detail
    done = subprocess.run([sys.executable, "-m", "aegis", "verify", str(place), "--key", str(key_file), "--json"], capture_output=True, text=True)
    assert done.returncode == 0 and json.loads(done.stdout)["size"] == found.size
    lines = place.read_bytes().split(b"\n")
    lines[2] = lines[2].replace(b'"at":1', b'"at":2')
    assert not verify_export(iter(lines[:-1]), key).ok
    receipts(real, found.size)


def receipts(real: Daemon, size: int) -> None:
    inclusion: Dict[str, Any] = real.ask("GET", f"/v1/log/proof/inclusion?index={size - 2}&size={size}")
    assert verify_inclusion_receipt(inclusion) and not verify_inclusion_receipt({**inclusion, "entry": inclusion["entry"] + " "})
    consistency: Dict[str, Any] = real.ask("GET", f"/v1/log/proof/consistency?older={size - 3}&newer={size}")
    assert verify_consistency_proof(consistency) and not verify_consistency_proof({**consistency, "proof": consistency["proof"][1:]})


PROGRAM = """
import aegis
aegis.auto(quiet=True)
@aegis.monitor
def look(): return "seen"
print(look())
"""


def test_program_ends_by_itself(real: Daemon, tmp_path: Path) -> None:
    """[SDK-22] A program that asked ends by itself, without a warning, also where warnings are errors."""
    key = real.agent("ender")
    env = {**os.environ, "AEGIS_URL": real.url, "AEGIS_SOCKET": real.socket, "AEGIS_KEY": key, "AEGIS_AGENT": "ender", "HOME": str(tmp_path)}
    for socket in (real.socket, "off"):
        words = [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM]
        done = subprocess.run(words, env={**env, "AEGIS_SOCKET": socket}, capture_output=True, text=True, timeout=120)
        assert (done.returncode, done.stdout, done.stderr) == (0, "seen\n", "")
