from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Dict, List, Optional

import pytest

import aegis
from aegis.client import Client
from gateway import Gateway


def proposal(name: str = "look", **args: Any) -> aegis.Proposal:
    return aegis.Proposal(name, args)


def client(gateway: Gateway, over: str, **more: Any) -> Client:
    return aegis.connect(**gateway.settings(over, **more))


def deny(name: str) -> Any:
    return lambda asked: {"effect": "deny"} if asked["name"] == name else None


def test_decides_and_settles(gateway: Gateway, over: str) -> None:
    """[SDK-20] A decision is asked for and obeyed, an outcome is reported, blocking and awaited alike."""
    made = client(gateway, over)
    assert made.decide(proposal()).effect == "allow"
    assert made.settle("x/1", "succeeded", {"found": 1}) == ()
    assert asyncio.run(made.adecide(proposal())).effect == "allow"
    assert asyncio.run(made.asettle("x/1", "failed", "no", "KeyError")) == ()
    first, second = gateway.proposals()
    assert first["harness"] == "sdk-python" and first["enforcement"] == "advisory" and first["session"] == "s" and first["agent"] == "a"
    assert first["id"] != second["id"]
    assert [one["status"] for one in gateway.outcomes()] == ["succeeded", "failed"]
    assert gateway.outcomes()[1] == {"id": "x/1", "status": "failed", "result": "no", "errorCode": "KeyError"}


def test_waits_for_a_person(gateway: Gateway, over: str, capfd: pytest.CaptureFixture[str]) -> None:
    """[SDK-21] Waiting for a person is said once on stderr, with the approval and what answers it; a grant lets it run."""
    gateway.rule = lambda _: {"effect": "ask"}
    made = client(gateway, over)
    answers: List[str] = []
    waiting = threading.Thread(target=lambda: answers.append(made.decide(proposal("pay")).effect))
    waiting.start()
    gateway.wait_for(lambda it: bool(it.waits()))
    gateway.finish(gateway.waits()[0])
    waiting.join()
    assert answers == ["allow"]
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 1 and f"ap-{gateway.waits()[0]}" in said[0] and "pay" in said[0] and "aegis approvals grant" in said[0]


def test_nobody_answers(gateway: Gateway, over: str) -> None:
    """[SDK-21] Without an answer in time it is AegisTimeoutError, which is an AegisBlockedError, and nothing runs."""
    gateway.rule = lambda _: {"effect": "ask"}
    aegis_client = client(gateway, over, ask_timeout=0)
    assert aegis_client.decide(proposal("pay")).effect == "ask"
    from aegis import agents

    agents.use(aegis_client, {})
    with pytest.raises(aegis.AegisTimeoutError) as told:
        aegis.guard("pay", {}, lambda _: pytest.fail("ran"))
    assert isinstance(told.value, aegis.AegisBlockedError) and told.value.decision.approval is not None


BROKEN = [(500, "boom"), (200, '"hello"'), (200, '{"effect":"allow"}'), (200, "{}"), (200, "NaN"), (503, '{"code":"GATE_CLOSED"}'), (404, "[1]")]


@pytest.mark.parametrize("broken", BROKEN)
def test_garbage_is_no_allow(gateway: Gateway, broken: Any) -> None:
    """[SDK-9] Errors, garbage and a closed gate are never an allow."""
    made = client(gateway, "http")
    made.decide(proposal())
    gateway.broken = broken
    with pytest.raises(aegis.AegisUnavailableError):
        made.decide(proposal())
    with pytest.raises(aegis.AegisUnavailableError):
        asyncio.run(made.adecide(proposal()))


def test_a_refusal_is_no_allow(gateway: Gateway, over: str) -> None:
    """[SDK-9] A coded refusal is AegisRefusedError with code, status and hint."""
    gateway.broken = (429, '{"code":"RATE_LIMITED","detail":"Slow down.","hint":"Wait."}')
    with pytest.raises(aegis.AegisRefusedError) as told:
        client(gateway, over).decide(proposal())
    assert (told.value.code, told.value.status, told.value.hint) == ("RATE_LIMITED", 429, "Wait.")


def test_away(gateway: Gateway, over: str) -> None:
    """[SDK-10] Away, the server's word holds: journalled before it is acted on, sent before the next decision."""
    gateway.agent = {"onUnavailable": "allow_readonly", "readOnlyTools": ["look"]}
    made = client(gateway, over)
    assert made.decide(proposal()).effect == "allow" and made.on_unavailable == "allow_readonly"
    gateway.broken = (502, "{}")
    assert made.decide(proposal()).reasons[0].code == "UNAVAILABLE"
    with pytest.raises(aegis.AegisUnavailableError):
        made.decide(proposal("wipe"))
    journal = os.path.join(gateway.folder, "journal.jsonl")
    with open(journal, encoding="utf-8") as file:
        kept = [json.loads(line) for line in file]
    assert [(one["effect"], one["mode"], one["action"]["name"]) for one in kept] == [("allow", "allow_readonly", "look"), ("deny", "allow_readonly", "wipe")]
    assert set(kept[0]) == {"action", "effect", "mode", "decidedAt"} and set(kept[0]["action"]) == {"id", "agent", "session", "name", "args"}
    gateway.broken = None
    assert made.decide(proposal()).reasons[0].code == "OK"
    sent = [one["body"]["entries"] for one in gateway.seen if one["path"] == "/v1/journal"]
    assert sent[-1] == kept and not os.path.exists(journal)


def test_away_without_word(gateway: Gateway, over: str) -> None:
    """[SDK-10] Before the setting was learned once nothing is allowed, and without a journal nothing is either."""
    gateway.broken = (502, "{}")
    gateway.agent = {"onUnavailable": "allow", "capabilities": []}
    with pytest.raises(aegis.AegisUnavailableError):
        client(gateway, over).decide(proposal())
    gateway.broken = None
    made = client(gateway, over, journal=os.path.join(__file__, "journal.jsonl"))
    made.decide(proposal())
    gateway.broken = (502, "{}")
    with pytest.raises(aegis.AegisUnavailableError):
        made.decide(proposal())


def test_nobody_listens(tmp_path: Any) -> None:
    """[SDK-9] Where nobody listens nothing is allowed: neither at the socket nor over HTTP."""
    for place in ("off", str(tmp_path / "none.sock")):
        made = aegis.connect("http://127.0.0.1:9", socket=place, key="k", agent_id="a", journal=str(tmp_path / "j"))
        with pytest.raises(aegis.AegisUnavailableError):
            made.decide(proposal())
        with pytest.raises(aegis.AegisUnavailableError):
            asyncio.run(made.adecide(proposal()))


def test_unsafe_socket(gateway: Gateway) -> None:
    """[DOOR-14, SDK-9] A socket others could have put there is not spoken to, and nothing is asked over HTTP in its place."""
    os.chmod(os.path.dirname(gateway.socket), 0o770)
    made = aegis.connect(**{**gateway.settings(), "url": gateway.url})
    with pytest.raises(aegis.AegisSetupError, match="mode 0700"):
        made.decide(proposal())
    assert gateway.seen == []


def test_threads(gateway: Gateway, over: str) -> None:
    """[SDK-22] 64 threads ask at once, each gets its own decision."""
    made = client(gateway, over)
    got: Dict[int, Optional[str]] = {}

    def ask(at: int) -> None:
        for round_ in range(4):
            got[at * 4 + round_] = made.decide(aegis.Proposal("look", {"at": at}, id=f"a-{at}-{round_}")).action

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {at * 4 + round_: f"a-{at}-{round_}" for at in range(64) for round_ in range(4)}


def test_tasks_wait_without_cost(gateway: Gateway, over: str) -> None:
    """[SDK-22] Fifty tasks wait for a person on one event loop, which goes on; cancelled ones wait no longer."""
    gateway.rule = lambda asked: {"effect": "ask"} if asked["name"] == "pay" else None
    made = client(gateway, over)

    async def all_of_them() -> None:
        waiting = [asyncio.create_task(made.adecide(aegis.Proposal("pay", {}, id=f"p-{at}"))) for at in range(50)]
        while len(gateway.waits()) < 50:
            await asyncio.sleep(0)
        before = time.process_time()
        assert (await made.adecide(proposal())).effect == "allow"
        assert time.process_time() - before < 5
        for at, task in enumerate(waiting):
            if at % 2:
                task.cancel()
            else:
                gateway.finish(f"p-{at}")
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert [isinstance(one, asyncio.CancelledError) for one in ended] == [bool(at % 2) for at in range(50)]
        assert (await made.adecide(proposal())).effect == "allow"

    asyncio.run(all_of_them())


def test_fork(gateway: Gateway, over: str) -> None:
    """[SDK-22] A forked process asks over connections of its own."""
    made = client(gateway, over)
    made.decide(proposal())
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, made.decide(aegis.Proposal("look", {}, id="child")).action.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        assert told.read() == b"child"
    os.waitpid(child, 0)
    assert made.decide(aegis.Proposal("look", {}, id="parent")).action == "parent"


INTERRUPTED = """
import aegis, sys
made = aegis.connect(**{settings!r})
try:
    made.decide(aegis.Proposal("pay", {{}}))
except KeyboardInterrupt:
    print("interrupted")
"""


def test_interrupt(gateway: Gateway, over: str) -> None:
    """[SDK-22] Ctrl-C while waiting for a person works at once."""
    gateway.rule = lambda _: {"effect": "ask"}
    program = INTERRUPTED.format(settings=gateway.settings(over))
    running = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    gateway.wait_for(lambda it: bool(it.waits()))
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=60)
    assert out == b"interrupted\n"
    gateway.wait_for(lambda it: bool(it.outcomes()))
    assert [one["status"] for one in gateway.outcomes()] == ["cancelled"], "nobody is asked about it any longer"


def test_nested_loop(gateway: Gateway, over: str) -> None:
    """[SDK-22] A blocking call within a running event loop, and a second loop within a thread of the first, are served."""
    made = client(gateway, over)

    async def outer() -> None:
        assert made.decide(proposal()).effect == "allow"
        inner = asyncio.get_running_loop().run_in_executor(None, lambda: asyncio.run(made.adecide(proposal())))
        assert (await inner).effect == "allow"

    asyncio.run(outer())


def test_other_event_loops(gateway: Gateway) -> None:
    """[SDK-22, SDK-23] Awaited on an event loop that is not asyncio's, it says so, and nothing is allowed."""
    waiting = client(gateway, "socket").adecide(proposal())
    with pytest.raises(aegis.AegisSetupError, match="asyncio"):
        waiting.send(None)


def test_setup(gateway: Gateway) -> None:
    """[SDK-23] A wrong set-up says what to do, and an option that would loosen says where it is set."""
    with pytest.raises(aegis.AegisSetupError, match="AEGIS_KEY"):
        aegis.connect(agent_id="a")
    with pytest.raises(aegis.AegisSetupError, match="AEGIS_AGENT"):
        aegis.connect(key="k")
    with pytest.raises(aegis.AegisSetupError, match="AEGIS_URL is not an address"):
        aegis.connect("ftp://x", key="k", agent_id="a")
    for option in ("on_unavailable", "allow_tools", "allow_categories", "audit_only", "block_threshold", "category_of", "local_approval"):
        with pytest.raises(aegis.AegisSetupError, match=f"{option} is not for the agent to set: it is set"):
            aegis.auto(**gateway.settings(), **{option: True})
    with pytest.raises(aegis.AegisSetupError, match="Unknown option colour"):
        aegis.auto(**gateway.settings(), colour="red")
    assert gateway.seen == []


def test_one_journal_for_many(gateway: Gateway, over: str) -> None:
    """[SDK-10, SDK-22] However many threads come back at once, what was journalled is sent once."""
    gateway.agent = {"onUnavailable": "allow", "readOnlyTools": []}
    made = client(gateway, over)
    made.decide(proposal())
    gateway.broken = (502, "{}")
    for _ in range(5):
        made.decide(proposal())
    gateway.broken = None
    threads = [threading.Thread(target=made.decide, args=(proposal(),)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(one["body"]["entries"]) for one in gateway.seen if one["path"] == "/v1/journal" and one["body"].get("entries")] == [5]


def test_leaving_is_not_held_up(gateway: Gateway, over: str) -> None:
    """[SDK-22] A call that is cancelled while it runs is reported, and an Aegis that says nothing holds nobody up."""

    async def endless(_: Any) -> None:
        await asyncio.Event().wait()

    async def cancelled() -> None:
        from aegis import agents

        agents.use(client(gateway, over), {})
        running = asyncio.create_task(aegis.aguard("work", {}, endless))
        while not gateway.proposals():
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        while not running.done():
            running.cancel()
            await asyncio.sleep(0)
        assert running.cancelled()

    asyncio.run(cancelled())
    assert {one["status"] for one in gateway.outcomes()} <= {"cancelled"}
