"""The research assistant of examples/research as a user runs it: its page, a real Aegis, a scripted model."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest

from daemon import ROOT, Daemon, daemon

RESEARCH = ROOT / "examples" / "research"
Event = Dict[str, Any]
PROMPTS: Dict[str, Dict[str, str]] = {one["title"]: one for one in json.loads((RESEARCH / "prompts.json").read_text())}


@pytest.fixture(scope="module")
def real() -> Iterator[Daemon]:
    with daemon() as running:
        running.ask("POST", "/v1/policies/activate", {"document": (RESEARCH / "policy.yaml").read_text()})
        yield running


@pytest.fixture(scope="module")
def page(real: Daemon) -> Iterator[str]:
    """The address of the page, which ends with Ctrl-C as in a terminal."""
    around = {name: value for name, value in os.environ.items() if not name.startswith(("AEGIS_", "OPENAI_"))}
    own = {
        "AEGIS_URL": real.url,
        "AEGIS_KEY": real.agent("research-assistant"),
        "AEGIS_AGENT": "research-assistant",
        "AEGIS_JOURNAL": str(Path(real.folder) / "research.jsonl"),
        "XDG_RUNTIME_DIR": real.folder,
    }
    command = [sys.executable, str(RESEARCH / "assistant.py"), "--port", "0"]
    with subprocess.Popen(command, env={**around, **own}, cwd=real.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        said = running.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert found is not None, said
        try:
            yield found.group()
        finally:
            running.send_signal(signal.SIGINT)
            assert running.wait(600) == 0


def clicked(page: str, title: str, waits: Callable[[Event], None] = lambda event: pytest.fail(str(event))) -> List[Event]:
    """What the page shows after a click on one of its prompts; `waits` is told while a person is asked."""
    listed = json.loads(urllib.request.urlopen(f"{page}prompts").read())["prompts"]
    [chosen] = [one for one in listed if one["title"] == title]
    body = json.dumps({"prompt": chosen["prompt"]}).encode()
    request = urllib.request.Request(f"{page}ask", body, {"content-type": "application/json"})
    shown: List[Event] = []
    with contextlib.closing(urllib.request.urlopen(request, timeout=600)) as answer:
        for line in answer:
            shown.append(json.loads(line))
            if shown[-1]["type"] == "waiting":
                waits(shown[-1])
    return shown


def of(shown: List[Event], kind: str) -> List[Event]:
    return [event for event in shown if event["type"] == kind]


@pytest.mark.parametrize("title", [title for title, one in PROMPTS.items() if one["expect"] == "allow"])
def test_reading_runs(page: str, title: str) -> None:
    """[SDK-80] A click on a prompt that only reads shows the call, what it found, and the answer; nobody is asked."""
    shown = clicked(page, title)
    assert [event["type"] for event in shown] == ["call", "result", "text"], shown
    assert shown[1]["text"].startswith("[{"), shown


def test_injection_is_blocked(page: str, real: Daemon) -> None:
    """[SDK-80] The injected statement is shown as blocked, with what it would have done; the table is still there."""
    shown = clicked(page, "Injection")
    [blocked] = of(shown, "blocked")
    assert blocked["tool"] == "query_sales" and "drops a table" in blocked["text"], shown
    assert not of(shown, "call") and not of(shown, "result")
    assert "Castillo Energy" in of(clicked(page, "Top customers"), "result")[0]["text"]


@pytest.mark.parametrize(("title", "tool"), [("Personal data", "write_note"), ("Report", "send_report")])
@pytest.mark.parametrize("answer", ["grant", "refuse"])
def test_a_person_is_asked(page: str, real: Daemon, title: str, tool: str, answer: str) -> None:
    """[SDK-80] What a person must answer is shown as waiting, with its approval; it runs when granted and is blocked when refused."""

    def answered(event: Event) -> None:
        approval = real.approval()
        assert event["tool"] == tool and approval["approval"] in event["text"], event
        real.ask("POST", f"/v1/approvals/{approval['approval']}/{answer}", {"reason": "as the test says"})

    shown = clicked(page, title, answered)
    assert len(of(shown, "waiting")) == 1
    if answer == "grant":
        assert [event["type"] for event in shown] == ["waiting", "call", "result", "text"], shown
    else:
        assert [event["type"] for event in shown] == ["waiting", "blocked"] and "APPROVAL_REFUSED" in shown[1]["text"], shown
