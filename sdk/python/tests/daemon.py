"""A real Aegis, started from this repository with a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional

ROOT = Path(__file__).resolve().parents[3]


def node() -> str:
    """The Node that the repository brings, else the host's."""
    own = ROOT / "node_modules/node/bin/node"
    found = str(own) if own.exists() else shutil.which("node")
    assert found is not None, "Node is needed to start Aegis: npm install in the folder of the repository"
    return found


class Daemon:
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.admin = ""
        self._process: Optional["subprocess.Popen[str]"] = None

    def start(self) -> None:
        command = [node(), "--disable-warning=ExperimentalWarning", str(ROOT / "src/cli/main.ts"), "up", "--port", "0", "--proxy-port", "0", "--json"]
        command += ["--data", os.path.join(self.folder, "data"), "--checkpoints", os.path.join(self.folder, "checkpoints")]
        env = {name: value for name, value in os.environ.items() if not name.startswith("AEGIS_")}
        self._process = subprocess.Popen(
            command, cwd=self.folder, env={**env, "XDG_RUNTIME_DIR": self.folder}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        ready = self._ready()
        self.url, self.socket = ready["url"], ready["socket"]
        self.admin = self.admin or next(one["key"] for one in ready.get("firstKeys", []) if one)

    def _ready(self) -> Dict[str, Any]:
        """The one JSON object of `aegis up --json`, which may span lines."""
        assert self._process is not None and self._process.stdout is not None
        text = ""
        for line in self._process.stdout:
            text += line
            with contextlib.suppress(ValueError):
                found = json.loads(text)
                assert isinstance(found, dict) and "url" in found, f"Aegis did not start: {text}"
                return found
        raise AssertionError(f"Aegis did not start: {text}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    def ask(self, method: str, path: str, body: Any = None, key: Optional[str] = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key or self.admin}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers if data else {"Authorization": headers["Authorization"]}, method=method)
        with contextlib.closing(urllib.request.urlopen(request, timeout=60)) as answer:
            text = answer.read().decode()
        return json.loads(text) if answer.headers.get("content-type", "").startswith("application/json;") else text

    def agent(self, name: str, **terms: Any) -> str:
        return str(self.ask("POST", "/v1/agents", {"agent": name, **terms})["key"])

    def approval(self) -> Dict[str, Any]:
        """The first one that waits; there will be one."""
        [first, *_] = self.when(lambda: self.ask("GET", "/v1/approvals")["approvals"])
        return dict(first)

    def when(self, found: Callable[[], Any]) -> Any:
        """What `found` gives once it is something; it is called again after each entry of the log."""
        request = urllib.request.Request(self.url + "/v1/stream", headers={"Authorization": f"Bearer {self.admin}"})
        with contextlib.closing(urllib.request.urlopen(request, timeout=600)) as stream:
            # The stream tells of every entry since it was opened, so none is missed between a look and the wait for the next.
            while not (made := found()):
                assert stream.readline() != b"", "Aegis ended"
        return made

    def entries(self, kind: str) -> List[Dict[str, Any]]:
        return list(self.ask("GET", f"/v1/log?limit=1000&type={kind}")["entries"])

    def settings(self, key: str, over: str = "socket", **more: Any) -> Dict[str, Any]:
        place = {"url": "http://127.0.0.1:9", "socket": self.socket} if over == "socket" else {"url": self.url, "socket": "off"}
        journal = os.path.join(self.folder, "journal.jsonl")
        return {**place, "agent_id": "bot", "key": key, "session": "run-1", "answer_key": "", "timeout": 60.0, "journal": journal, **more}


@contextlib.contextmanager
def daemon() -> Iterator[Daemon]:
    with tempfile.TemporaryDirectory(prefix="aegis-py-daemon-") as folder:
        running = Daemon(folder)
        running.start()
        try:
            yield running
        finally:
            running.stop()


__all__ = ["Daemon", "daemon", "node", "urllib"]
