from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest

from gateway import Gateway
from scripted import ROOT

PAGES = [ROOT / "docs/how-to/use-the-python-sdk.md", ROOT / "sdk/python/README.md"]


def blocks(page: Path, language: str) -> List[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


PROGRAMS = [(page.name, at, text) for page in PAGES for at, text in enumerate(blocks(page, "python"))]


@pytest.mark.parametrize(("page", "at", "text"), PROGRAMS, ids=[f"{page}-{at}" for page, at, _ in PROGRAMS])
def test_programs(page: str, at: int, text: str, gateway: Gateway, tmp_path: Path) -> None:
    """[SDK-31] The programs of the documents run as they stand."""
    (tmp_path / "program.py").write_text(text)
    done = subprocess.run([sys.executable, "-W", "error", "program.py"], cwd=tmp_path, env=environment(gateway), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_commands(gateway: Gateway, tmp_path: Path) -> None:
    """[SDK-31, SDK-36] The commands of the documents run as they stand."""
    (tmp_path / "agent.py").write_text("import sys; print(sys.argv[1:])\n")
    (tmp_path / "my_agent.py").write_text("print('here')\n")
    (tmp_path / "audit.jsonl").write_bytes((ROOT / "conformance/chain/good.jsonl").read_bytes())
    (tmp_path / "key.pub").write_text("test.example/log+88b09be8+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs\n")
    lines = [line for text in blocks(PAGES[0], "sh") for line in text.splitlines() if line.startswith("python -m aegis")]
    assert len(lines) == 3
    for line in lines:
        words = [sys.executable, *line.split()[1:]]
        done = subprocess.run(words, cwd=tmp_path, env=environment(gateway), capture_output=True, text=True)
        assert done.returncode == 0 and done.stdout, done.stderr


def environment(gateway: Gateway) -> "dict[str, str]":
    keys = {"AEGIS_KEY": "k", "AEGIS_AGENT": "a", "AEGIS_KEY_BILLING": "b"}
    return {**os.environ, **keys, "AEGIS_URL": "http://127.0.0.1:9", "AEGIS_SOCKET": gateway.socket, "HOME": gateway.folder}
