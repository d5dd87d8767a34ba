"""A daemon, or something in its place, that answers one action as a case of conformance/client/answers.json says."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import threading
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Tuple

from gateway import decision
from signing import ANSWER_KEY, SEED, proof_with

ROOT = Path(__file__).resolve().parents[3]
ORDINARY = '{"agent":"a","status":"active","onUnavailable":"deny","capabilities":[],"tools":[]}'


def cases() -> List[Tuple[Dict[str, Any], str]]:
    """Each case with each transport that can say it."""
    listed = json.loads((ROOT / "conformance/client/answers.json").read_text())["cases"]
    return [(one, over) for one in listed for over in ("http", "socket") if one.get("over", over) == over]


class Played(NamedTuple):
    url: str
    socket: str
    #: Requests that came over the transport that was not to be asked, or to the address a redirect names.
    strayed: List[str]


class Request(NamedTuple):
    method: str
    path: str
    headers: Dict[str, str]
    body: bytes

    def action(self) -> str:
        return str(json.loads(self.body or b"{}").get("id", ""))


@contextlib.contextmanager
def scripted(case: Dict[str, Any], over: str) -> Iterator[Played]:
    strayed: List[str] = []
    answer = case["answer"]
    with contextlib.ExitStack() as stack, tempfile.TemporaryDirectory(prefix="aegis-script-") as folder:

        def allowing(connection: socket.socket, request: Request) -> None:
            strayed.append(f"{request.method} {request.path}")
            said = json.dumps(decision(request.action(), "it", None)) if is_action(request.path) else ORDINARY
            respond(connection, request, 200, said)

        elsewhere = stack.enter_context(http_server(allowing))
        text = answer.get("text", json.dumps(answer["body"]) if "body" in answer else "").replace("$ELSEWHERE", elsewhere)

        def acted(connection: socket.socket, request: Request) -> None:
            if not is_action(request.path):
                said = json.dumps({"answerKey": ANSWER_KEY}) if request.path == "/v1/identity" else ORDINARY
                respond(connection, request, 200, said)
            elif "raw" in answer:
                speak(connection, fill(answer["raw"], request.action()), answer.get("then"))
            else:
                headers = {name: value.replace("$ELSEWHERE", elsewhere) for name, value in answer.get("headers", {}).items()}
                respond(connection, request, answer["status"], fill(text, request.action()), headers)

        def lined(connection: socket.socket, asked: Dict[str, Any]) -> None:
            number = asked["id"]
            if not is_action(asked["path"]):
                connection.sendall(f'{{"id":{number},"status":200,"body":{ORDINARY}}}\n'.encode())
                return
            line = answer.get("raw", f'{{"id":$ID,"status":{answer.get("status")},"body":{text}}}\n')
            speak(connection, fill(line, asked["body"]["id"]).replace("$ID", str(number)), answer.get("then"))

        if over == "http":
            yield Played(stack.enter_context(http_server(acted)), "off", strayed)
        else:
            place = os.path.join(folder, "a.sock")
            stack.enter_context(serving(socket.AF_UNIX, place, lambda connection: talk_lines(connection, lined)))
            yield Played(elsewhere, place, strayed)


def is_action(path: str) -> bool:
    return path.partition("?")[0] == "/v1/actions"


def fill(text: str, action: str) -> str:
    allow, deny = (json.dumps(decision(action, "it", made)) for made in (None, {"effect": "deny"}))
    return text.replace("$ALLOW", allow).replace("$DENY", deny).replace("$ACTION", action)


@contextlib.contextmanager
def http_server(answer: Callable[[socket.socket, Request], None]) -> Iterator[str]:
    with serving(socket.AF_INET, ("127.0.0.1", 0), lambda connection: talk_http(connection, answer)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextlib.contextmanager
def serving(family: int, place: Any, talk: Callable[[socket.socket], None]) -> Iterator[socket.socket]:
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.bind(place)
    listening.listen(64)
    connections: List[socket.socket] = []
    threads: List[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            talk(connection)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                connections.append(connection)
                threads.append(threading.Thread(target=one, args=(connection,), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield listening
    finally:
        for each in (listening, *connections):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()
        for thread in threads:
            thread.join()


def talk_http(connection: socket.socket, answer: Callable[[socket.socket, Request], None]) -> None:
    with connection.makefile("rb") as reader:
        while True:
            first = reader.readline().decode().split()
            if len(first) < 2:
                return
            headers: Dict[str, str] = {}
            for line in iter(lambda: reader.readline().decode().strip(), ""):
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            body = reader.read(int(headers.get("content-length", "0")))
            answer(connection, Request(first[0], first[1], headers, body))


def talk_lines(connection: socket.socket, answer: Callable[[socket.socket, Dict[str, Any]], None]) -> None:
    """Each request is handed on with the key of its connection's first line."""
    with connection.makefile("rb") as reader:
        key = json.loads(reader.readline() or b"{}").get("key", "")
        for line in reader:
            answer(connection, {**json.loads(line), "key": key})


def respond(connection: socket.socket, request: Request, status: int, text: str, headers: Dict[str, str] = {}) -> None:
    data = b"" if status == 204 else text.encode()
    said = {"content-type": "application/json", **headers}
    if status != 204:
        said["content-length"] = str(len(data))
    if "aegis-nonce" in request.headers:
        given = request.headers
        asked = (request.method, request.path, given["host"], given["aegis-nonce"], request.body)
        said["aegis-answer"] = proof_with(SEED, asked, status, data)
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    connection.sendall(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + data)


def speak(connection: socket.socket, text: str, then: Any) -> None:
    """Says it, and then closes, hangs, drips or floods until the other side leaves."""
    connection.sendall(text.encode())
    if then == "close":
        connection.shutdown(socket.SHUT_RDWR)
    elif then == "drip":
        connection.settimeout(0.02)
        while True:
            connection.sendall(b" ")
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):
                    return
    elif then == "flood":
        while True:
            connection.sendall(b" " * 65_536)
    elif then == "hang":
        while connection.recv(65_536):
            pass
