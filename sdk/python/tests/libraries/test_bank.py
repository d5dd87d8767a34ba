"""The bank of examples/bank as a user runs it: its own process, a real Aegis, a scripted model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

from daemon import ROOT, Daemon, daemon, node

BANK = ROOT / "examples" / "bank"
STAFF: List[Dict[str, Any]] = json.loads((BANK / "staff.json").read_text())
CHECKLIST = "Work through your whole checklist for the customer."
NEVER = {"delete_records", "connect_external"}


@pytest.fixture(scope="module")
def bank() -> Iterator[Daemon]:
    with daemon() as running:
        running.ask("POST", "/v1/policies/activate", {"document": (BANK / "policy.yaml").read_text()})
        yield running


@pytest.fixture(scope="module")
def model_of_the_bank() -> Iterator[str]:
    command = [node(), "--disable-warning=ExperimentalWarning", str(BANK / "model.ts")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None and server.stdin is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()
            server.wait()


def works(bank: Daemon, model: str, staff: Dict[str, Any], key: str) -> "subprocess.CompletedProcess[str]":
    around = {name: value for name, value in os.environ.items() if not name.startswith("AEGIS_")}
    own = {
        "AEGIS_URL": bank.url,
        "AEGIS_KEY": key,
        "AEGIS_AGENT": staff["id"],
        "AEGIS_SESSION": f"{staff['id']}-checklist",
        "AEGIS_ASK_TIMEOUT_MS": "0",
        "AEGIS_JOURNAL": str(Path(bank.folder) / f"{staff['id']}.jsonl"),
        "OPENAI_BASE_URL": f"{model}/v1",
        "OPENAI_API_KEY": "scripted",
    }
    command = [sys.executable, str(BANK / "agent.py"), CHECKLIST]
    return subprocess.run(command, env={**around, **own}, cwd=bank.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)


def expected(staff: Dict[str, Any], tool: str) -> str:
    return "deny" if tool in NEVER else "allow" if tool in staff["allow"] else "ask"


def test_four_agents_seventeen_tools(bank: Daemon, model_of_the_bank: str) -> None:
    """[SDK-70] Each of the bank's 68 calls is decided as its policy says, the run goes on behind a denial, and the log alone says so."""
    keys = {staff["id"]: bank.agent(staff["id"], framework="langgraph") for staff in STAFF}
    with ThreadPoolExecutor(2) as desks:
        ended = list(desks.map(lambda staff: works(bank, model_of_the_bank, staff, keys[staff["id"]]), STAFF))
    for staff, run in zip(STAFF, ended):
        assert run.returncode == 0, run.stderr
        assert f"{staff['title']}: finished after 17 steps." in run.stdout
        actions = bank.ask("GET", f"/v1/actions?session={staff['id']}-checklist&limit=200")["actions"]
        assert len(actions) == 17, "one action for each call, whoever sees it"
        assert {one["name"]: one["effect"] for one in actions} == {one["name"]: expected(staff, one["name"]) for one in actions}
