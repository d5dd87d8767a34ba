"""A scripted Aegis: it speaks HTTP and the local socket, and decides what the test wants."""

from __future__ import annotations

import json
import os
import socketserver
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, List, Optional, Tuple
from urllib.parse import unquote

Made = Optional[Dict[str, Any]]
#: What is made of one proposal: None allows; `{"effect": …}` with `args`, `code`, `obligations`, `status` and `body` for a refusal.
Rule = Callable[[Dict[str, Any]], Made]


def decision(action: str, name: str, made: Made) -> Dict[str, Any]:
    made = made or {}
    effect = made.get("effect", "allow")
    answer: Dict[str, Any] = {
        "action": action,
        "effect": effect,
        "reasons": [{"code": made.get("code", "OK" if effect == "allow" else "TOOL_BLOCKED"), "rule": "test", "message": f"{name} was judged by the test."}],
        "risk": made.get("risk", "LOW"),
        "policy": "p" * 64,
        "obligations": made.get("obligations", {"timeoutMs": 1, "maxOutputBytes": 1}),
    }
    if effect == "modify":
        answer["modify"] = {"args": made["args"]}
    if effect == "ask":
        answer["ask"] = {"approval": f"ap-{action}", "expiresAt": 0}
    if effect == "deny":
        answer["text"] = f"Aegis denied {name}"
    return answer


class Gateway:
    """`with Gateway(rule) as aegis:` listens on a free port and at a socket of its own. `seen` holds every request."""

    def __init__(self, rule: Rule = lambda _: None) -> None:
        self.rule = rule
        self.seen: List[Dict[str, Any]] = []
        self.agent: Dict[str, Any] = {"onUnavailable": "deny", "capabilities": []}
        #: When set, every request is answered with this instead.
        self.broken: Optional[Tuple[int, str]] = None
        #: What was found in every result.
        self.findings: List[Dict[str, Any]] = []
        self._final: Dict[str, Made] = {}
        self._changed = threading.Condition()
        self._folder = tempfile.TemporaryDirectory(prefix="aegis-py-")
        self.folder = self._folder.name
        self.socket = os.path.join(self.folder, "run", "a.sock")

    def __enter__(self) -> "Gateway":
        os.mkdir(os.path.dirname(self.socket), 0o700)
        gateway = self

        class Http(_HttpHandler):
            aegis = gateway

        class Lines(_LineHandler):
            aegis = gateway

        self._http = _HttpServer(("127.0.0.1", 0), Http)
        self._lines = _LineServer(self.socket, Lines)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._threads = [threading.Thread(target=one.serve_forever, args=(0.01,), daemon=True) for one in (self._http, self._lines)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        from aegis.reach.channel import POOL

        POOL.close()
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for server in (self._http, self._lines):
            server.shutdown()
            server.server_close()
        self._folder.cleanup()

    _closing = False

    def settings(self, over: str = "socket", **more: Any) -> Dict[str, Any]:
        """For `aegis.connect` or `aegis.auto`."""
        place = {"url": "http://127.0.0.1:9", "socket": self.socket} if over == "socket" else {"url": self.url, "socket": "off"}
        terms: Dict[str, Any] = {"agent_id": "a", "key": "k", "session": "s", "answer_key": "", "timeout": 60.0, "journal": os.path.join(self.folder, "journal.jsonl")}
        return {**terms, **place, **more}

    def proposals(self) -> List[Dict[str, Any]]:
        return [one["body"] for one in self.seen if (one["method"], one["path"]) == ("POST", "/v1/actions")]

    def outcomes(self) -> List[Dict[str, Any]]:
        return [{"id": unquote(one["path"].split("/")[3]), **one["body"]} for one in self.seen if one["path"].endswith("/outcome")]

    def waits(self) -> List[str]:
        """Actions somebody waits for a decision on."""
        return [unquote(one["path"].split("/")[3]) for one in self.seen if one["method"] == "GET" and one["path"].startswith("/v1/actions/")]

    def wait_for(self, condition: Callable[["Gateway"], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), 600), "it did not happen"

    def finish(self, action: str, made: Made = None) -> None:
        """The final decision on an action that waits: granted unless said otherwise."""
        with self._changed:
            self._final[action] = made
            self._changed.notify_all()

    def answer(self, method: str, path: str, body: Any) -> Tuple[int, str]:
        with self._changed:
            self.seen.append({"method": method, "path": path.partition("?")[0], "query": path.partition("?")[2], "body": body})
            self._changed.notify_all()
        if self.broken is not None:
            return self.broken
        status, said = self._answer(method, path.partition("?")[0], body)
        return status, json.dumps(said)

    def _answer(self, method: str, path: str, body: Any) -> Tuple[int, Any]:
        if path.startswith("/v1/agents/"):
            return 200, self.agent
        if path == "/v1/actions":
            made = self.rule(body) or {}
            return (made["status"], made["body"]) if "status" in made else (200, decision(body["id"], body["name"], made))
        if path.startswith("/v1/actions/") and method == "GET":
            action = unquote(path.split("/")[3])
            with self._changed:
                self._changed.wait_for(lambda: action in self._final or self._closing, 60)
            return 200, {"decision": decision(action, "it", self._final.get(action, {"effect": "deny"}))}
        return 200, {"index": 1, "leaf": "0", "findings": self.findings}


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is no fault of the test's."""


class _HttpHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    aegis: Gateway

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said while tests run."""

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        status, text = self.aegis.answer(self.command, self.path, body)
        data = text.encode()
        head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
        self.wfile.write(head.encode() + data)

    do_GET = do_POST = _serve  # noqa: N815 - the names are http.server's


class _LineServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is no fault of the test's."""


class _LineHandler(socketserver.StreamRequestHandler):
    aegis: Gateway

    def handle(self) -> None:
        hello = json.loads(self.rfile.readline() or b"{}")
        assert set(hello) == {"aegis", "key"}
        for line in self.rfile:
            asked = json.loads(line)
            status, text = self.aegis.answer(asked["method"], asked["path"], asked.get("body", {}))
            self.wfile.write(f'{{"id":{asked["id"]},"status":{status},"body":{text}}}\n'.encode())
