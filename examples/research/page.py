"""The page of the assistant, served on this machine only."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def serve(answer: Callable[[str, Callable[[dict[str, Any]], None]], None], about: str, port: int) -> None:
    """Serves the page until Ctrl-C; `answer(prompt, emit)` is called for each prompt, and each emitted event is one line of the reply."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/":
                self._send(200, "text/html; charset=utf-8", (HERE / "page.html").read_bytes())
            elif self.path == "/prompts":
                prompts = json.loads((HERE / "prompts.json").read_text(encoding="utf-8"))
                self._send(200, "application/json", json.dumps({"about": about, "prompts": prompts}).encode())
            else:
                self._send(404, "text/plain", b"There is no such page.")

        def do_POST(self) -> None:
            # Only this page's own script may ask: other pages of the browser cannot send JSON here.
            if self.path != "/ask" or self.headers.get("content-type") != "application/json":
                self._send(404, "text/plain", b"There is no such page.")
                return
            prompt = json.loads(self.rfile.read(int(self.headers.get("content-length", "0"))))["prompt"]
            self.send_response(200)
            self.send_header("content-type", "application/x-ndjson")
            self.send_header("connection", "close")
            self.end_headers()

            def emit(event: dict[str, Any]) -> None:
                self.wfile.write(json.dumps(event).encode() + b"\n")
                self.wfile.flush()

            try:
                answer(prompt, emit)
            except BrokenPipeError:
                return
            except Exception as error:
                emit({"type": "error", "text": f"{type(error).__name__}: {error}"})

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """The terminal is for what the assistant says."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"The research assistant is at http://127.0.0.1:{server.server_address[1]}/ (Ctrl-C ends it).", flush=True)
    server.serve_forever()
