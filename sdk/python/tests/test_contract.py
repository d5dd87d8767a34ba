from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, Iterator, List, Optional, Tuple

import pytest

import aegis
from aegis import agents
from aegis.client import Client
from aegis.patch import ToolCall, adecide_calls, decide_calls
from aegis.reach.channel import POOL
from contract import ABSENT, BASE, HANG_SECONDS, Stage, cases

#: A blocked thread is taken back by Ctrl-C alone, which test_client.py drives in a process of its own.
CASES = [
    (case, over, form)
    for case, over in cases()
    for form in ("blocking", "awaited")
    if form == "awaited" or not any(step["do"] == "cancel" for step in case["program"])
]

CLASSES = {
    "blocked": aegis.AegisBlockedError,
    "halted": aegis.AegisHaltedError,
    "timeout": aegis.AegisTimeoutError,
    "unavailable": aegis.AegisUnavailableError,
    "refused": aegis.AegisRefusedError,
    "withheld": aegis.AegisWithheldError,
    "setup": aegis.AegisSetupError,
    "own": ZeroDivisionError,
    "cancelled": asyncio.CancelledError,
}


class Opaque:
    """Something with no JSON form."""


class Runner:
    def __init__(self, stage: Stage, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stage = stage
        self.form = form
        self.journal = os.path.join(stage.folder, "journal", "bot.jsonl")
        self.stderr = io.StringIO()
        monkeypatch.setattr(sys, "stderr", self.stderr)
        self.values: Dict[str, Any] = {}
        self.given: Dict[str, Dict[str, Any]] = {}
        self.started: Dict[str, "asyncio.Task[Any]"] = {}
        self._place = monkeypatch
        self._options: Dict[str, Any] = {}

    def connect(self, laid: Dict[str, Any]) -> Client:
        case = self.stage.case
        if "env" in case:
            for name, value in case["env"].items():
                self._place.setenv(name, self.stage.texts.fill(value))
            made = aegis.connect(journal=self.journal)
        else:
            self._options = {**BASE["client"], **self._options, **case.get("client", {}), **laid}
            named = {name: self.stage.texts.fill(value) for name, value in self._options.items() if value is not None}
            terms: Dict[str, Any] = {"journal": self.journal, "answer_key": "", "socket": self.stage.texts.known["$SOCKET"]}
            for name, value in named.items():
                if name.endswith("_ms"):
                    terms[name[:-3]] = value / 1000
                else:
                    terms["agent_id" if name == "agent" else name] = value
            made = aegis.connect(self.stage.url, **terms)
        agents.use(made, {})
        self.client = made
        return made

    async def step(self, step: Dict[str, Any]) -> None:
        if "as" in step:
            self.started[step["as"]] = asyncio.create_task(self.done(step))
            return
        found = await (self.started[step["of"]] if step["do"] == "await" else self.done(step))
        expected = step.get("expect")
        if step["do"] == "stderr":
            self.said(found, expected["lines"])
        elif expected is not None:
            assert self.fits(expected, found), f"expected {expected}, found {found}"

    def said(self, lines: List[str], expected: List[List[str]]) -> None:
        assert len(lines) == len(expected), lines
        for line, words in zip(lines, expected):
            assert all(word in line for word in words), line

    async def done(self, step: Dict[str, Any]) -> Any:
        """What came of it, with errors under their neutral names."""
        kind = step["do"]
        held: Dict[str, Any] = {}
        try:
            if kind in ("guard", "guard_all", "decide", "settle", "label", "renew", "child"):
                found = await getattr(self, f"_{kind}")(step, held)
            else:
                found = await self._other(step)
        except (aegis.AegisError, ZeroDivisionError, asyncio.CancelledError) as error:
            found = {"error": error}
        return {"ran": held.get("ran", False), **found} if kind == "guard" else found

    async def both(self, blocking: Callable[[], Any], awaited: Callable[[], Awaitable[Any]]) -> Any:
        if self.form == "awaited":
            return await awaited()
        return await asyncio.get_running_loop().run_in_executor(None, blocking)

    async def _guard(self, step: Dict[str, Any], held: Dict[str, Any]) -> Any:
        args = self.build(step["args"])
        self.given[step.get("as", "")] = args
        declared = step.get("declaration", {})
        terms = {"call_id": step.get("call_id"), "resource": step.get("resource"), "description": declared.get("description")}

        def run(decided: Dict[str, Any]) -> Any:
            held["ran"] = decided
            if "throws" in step:
                raise ZeroDivisionError(step["throws"]["message"])
            return self.build(step.get("returns"))

        async def arun(decided: Dict[str, Any]) -> Any:
            return run(decided)

        name = step["name"]
        return {"result": await self.both(lambda: aegis.guard(name, args, run, **terms), lambda: aegis.aguard(name, args, arun, **terms))}

    async def _guard_all(self, step: Dict[str, Any], held: Dict[str, Any]) -> Any:
        calls = [ToolCall(one["call_id"], one["name"], self.build(one["args"])) for one in step["calls"]]
        await self.both(lambda: decide_calls(calls), lambda: adecide_calls(calls))
        return [{"result": (await self.done({"do": "guard", **one}))} for one in step["calls"]]

    async def _decide(self, step: Dict[str, Any], held: Dict[str, Any]) -> Any:
        asked = aegis.Proposal(
            step["name"], self.build(step["args"]), id=step.get("id"), call_id=step.get("call_id"), resource=step.get("resource")
        )
        decision = await self.both(lambda: self.client.decide(asked), lambda: self.client.adecide(asked))
        return {"decision": decision.raw}

    async def _settle(self, step: Dict[str, Any], held: Dict[str, Any]) -> Any:
        outcome = (step["action"], step["status"], step.get("result"), step.get("error_code"))
        findings = await self.both(lambda: self.client.settle(*outcome), lambda: self.client.asettle(*outcome))
        return {"findings": False if findings is None else list(findings)}

    async def _label(self, step: Dict[str, Any], held: Dict[str, Any]) -> Any:
        said = (step["source"], step["value"], step.get("trusted", False))
        await self.both(lambda: self.client.label(*said), lambda: self.client.alabel(*said))

    async def _renew(self, step: Dict[str, Any], held: Dict[str, Any]) -> Any:
        lock = (step["resource"], step["fence"], step["ttl_ms"] / 1000)
        return {"held": await self.both(lambda: self.client.renew(*lock), lambda: self.client.arenew(*lock))}

    async def _child(self, step: Dict[str, Any], held: Dict[str, Any]) -> Any:
        session = step.get("session")
        self.client = await self.both(lambda: self.client.child(session), lambda: self.client.achild(session))
        agents.use(self.client, {})
        return {}

    async def _other(self, step: Dict[str, Any]) -> Any:
        kind = step["do"]
        if kind == "client":
            self.connect(step["options"])
        elif kind == "arrived":
            await asyncio.get_running_loop().run_in_executor(None, self.stage.arrived, step["exchange"])
        elif kind == "signal":
            self.stage.signal(step["name"])
        elif kind == "change":
            given = self.given[step["of"]]
            given.clear()
            given.update(step["args"])
        elif kind == "cancel":
            self.started[step["of"]].cancel()
        elif kind == "away":
            self.stage.away = True
        elif kind == "back":
            self.stage.back()
        elif kind == "journal":
            return {"entries": self.kept()}
        elif kind == "journal_write":
            os.makedirs(os.path.dirname(self.journal), 0o700)
            Path(self.journal).write_text("\n".join(step["lines"]))
        elif kind == "stderr":
            lines = self.stderr.getvalue().splitlines()
            self.stderr.truncate(0)
            self.stderr.seek(0)
            return lines
        else:
            raise AssertionError(f"a step nobody knows: {kind}")
        return {}

    def kept(self) -> List[Any]:
        files = [one for one in (f"{self.journal}.sending", self.journal) if os.path.exists(one)]
        return [json.loads(line) for file in files for line in Path(file).read_text().splitlines()]

    def build(self, value: Any) -> Any:
        if isinstance(value, dict):
            if set(value) != {"$value"}:
                return {name: self.build(one) for name, one in value.items()}
            cycle: List[Any] = []
            cycle.append(cycle)
            kinds = {
                "object": Opaque(),
                "cycle": cycle,
                "nan": float("nan"),
                "infinity": float("inf"),
                "huge": 2**64,
                "surrogate": "\ud800",
                "long": "a" * 10_000_000,
            }
            return self.values.setdefault(value["$value"], kinds[value["$value"]])
        return [self.build(one) for one in value] if isinstance(value, list) else value

    def fits(self, wanted: Any, found: Any) -> bool:
        if isinstance(wanted, dict) and set(wanted) == {"$value"}:
            return found is self.values[wanted["$value"]]
        if isinstance(wanted, dict) and "class" in wanted:
            return self._error_fits(wanted, found)
        if isinstance(wanted, dict):
            return isinstance(found, dict) and all(self.fits(one, found.get(name, ABSENT)) for name, one in wanted.items())
        if isinstance(wanted, list) and isinstance(found, list):
            return len(wanted) == len(found) and all(map(self.fits, wanted, found))
        return self.stage.texts.fits(wanted, found)

    def _error_fits(self, wanted: Dict[str, Any], error: Any) -> bool:
        expected = CLASSES[wanted["class"]]
        if type(error) is not expected:
            return False
        fields: Dict[str, Any] = {"message": str(error)}
        for name in ("tool_name", "reason", "code", "risk_level", "status", "hint", "retry_after_ms", "approval", "findings"):
            value = getattr(error, name, None)
            if value is not None:
                fields[name] = list(value) if isinstance(value, tuple) else value
        if isinstance(error, aegis.AegisBlockedError):
            fields["decision"] = error.decision.raw
        return self.fits({name: value for name, value in wanted.items() if name != "class"}, fields)


@pytest.mark.parametrize(("case", "over", "form"), CASES, ids=[f"{case['id']}-{over}-{form}" for case, over, form in CASES])
def test_contract(case: Dict[str, Any], over: str, form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """[SDK-20, SDK-8, SDK-9, SDK-10, SDK-27] Every case of conformance/sdk, over the socket and HTTP, blocking and awaited."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    answers = list(case.get("terminal", []))

    @contextlib.contextmanager
    def terminal(_: str) -> Iterator[Optional[int]]:
        if not answers:
            yield None
            return
        read, write = os.pipe()
        os.write(write, f"{answers.pop(0)}\n".encode())
        os.close(write)
        yield read
        os.close(read)

    monkeypatch.setattr("aegis.terminal._asked", terminal)
    with Stage(case, over).listening() as stage:
        runner = Runner(stage, form, monkeypatch)

        async def program() -> None:
            steps = case["program"]
            if not (steps[0]["do"] in ("client", "journal_write") and "env" in case):
                while steps[0]["do"] == "journal_write":
                    await runner.step(steps[0])
                    steps = steps[1:]
                runner.connect({})
            for step in steps:
                await asyncio.wait_for(runner.step(step), HANG_SECONDS)

        with contextlib.closing(POOL):
            asyncio.run(program())
        assert stage.missing() == []


def test_every_case_is_run() -> None:
    """[SDK-20] implementations.json names this runner, and says what it leaves out."""
    listed = json.loads((Path(__file__).parents[3] / "conformance/sdk/implementations.json").read_text())
    assert listed["python"] == {"test": "sdk/python/tests/test_contract.py", "omits": []}
    assert {case["id"] for case, _, _ in CASES} == {case["id"] for case, _ in cases()}
    assert threading.active_count() < 50
