"""Plays a case of conformance/sdk: the gateway says what the script says, and notes what does not fit."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import threading
from typing import Any, Dict, Iterator, List, Optional, Tuple
from urllib.parse import parse_qs, unquote, urlsplit

from scripted import ROOT, Request, http_server, serving, talk_lines
from signing import proof_with

FOLDER = ROOT / "conformance/sdk"
BASE = json.loads((FOLDER / "base.json").read_text())
ABSENT = object()
#: After this a test that hangs fails; a machine under load is only slow.
HANG_SECONDS = 600


def cases() -> List[Tuple[Dict[str, Any], str]]:
    """Each case with each transport that can tell it."""
    files = [one for one in sorted(FOLDER.glob("*.json")) if one.name not in ("base.json", "implementations.json")]
    listed = [case for file in files for case in json.loads(file.read_text())["cases"]]
    return [(case, over) for case in listed for over in ("http", "socket") if case.get("over", over) == over]


class Texts:
    """What `$NAME` stands for in this case."""

    def __init__(self, given: Dict[str, str]) -> None:
        self.known = dict(given)

    def fits(self, wanted: Any, found: Any) -> bool:
        if isinstance(wanted, str) and wanted.startswith("$"):
            return self._named(wanted, found)
        if found is ABSENT:
            return False
        if isinstance(wanted, dict) and "$value" not in wanted:
            return isinstance(found, dict) and all(self.fits(value, found.get(name, ABSENT)) for name, value in wanted.items())
        if isinstance(wanted, list):
            return isinstance(found, list) and len(wanted) == len(found) and all(map(self.fits, wanted, found))
        return type(wanted) is type(found) and bool(wanted == found)

    def _named(self, wanted: str, found: Any) -> bool:
        if wanted == "$ABSENT":
            return found is ABSENT
        if wanted == "$ANY":
            return found is not ABSENT
        if wanted == "$SDK":
            return isinstance(found, str) and found.startswith("sdk-")
        if wanted.startswith("$CONTAINS:"):
            return isinstance(found, str) and wanted[10:] in found
        if not isinstance(found, str):
            return False
        if wanted not in self.known and found in self.known.values():
            return False
        return self.known.setdefault(wanted, found) == found

    def fill(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.known.get(value, value)
        if isinstance(value, dict):
            return {name: self.fill(one) for name, one in value.items()}
        return [self.fill(one) for one in value] if isinstance(value, list) else value


class Stage:
    """The gateway of one case."""

    def __init__(self, case: Dict[str, Any], over: str) -> None:
        self.case = case
        self.over = over
        self.exchanges: List[Dict[str, Any]] = case["gateway"]
        self.taken: List[bool] = [False] * len(self.exchanges)
        self.faults: List[str] = []
        self.away = False
        self._backs = 0
        self._signals: List[str] = []
        self._changed = threading.Condition()
        self._ended = False
        self.texts = Texts({"$ANSWER_KEY": BASE["answerKey"]["public"]})

    @contextlib.contextmanager
    def listening(self) -> Iterator["Stage"]:
        with contextlib.ExitStack() as stack:
            self.folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="aegis-case-"))
            open_folder = os.path.join(self.folder, "open")
            place = os.path.join(open_folder if self.case.get("client", {}).get("socket") else os.path.join(self.folder, "run"), "a.sock")
            os.mkdir(os.path.dirname(place))
            os.chmod(os.path.dirname(place), 0o755 if "open" in place else 0o700)
            self.url = stack.enter_context(http_server(self._http))
            stack.enter_context(serving(socket.AF_UNIX, place, lambda connection: talk_lines(connection, self._line)))
            self.socket = place
            self.texts.known.update({"$URL": self.url, "$SOCKET": place if self.over == "socket" else "off", "$OPEN_SOCKET": place})
            self.texts.known["$UNWRITABLE"] = os.path.join(__file__, "journal.jsonl")
            try:
                yield self
            finally:
                with self._changed:
                    self._ended = True
                    self._changed.notify_all()

    def signal(self, name: str) -> None:
        with self._changed:
            self._signals.append(name)
            self._changed.notify_all()

    def arrived(self, exchange: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.taken[exchange], HANG_SECONDS), f"exchange {exchange} did not come"

    def back(self) -> None:
        self.away = False
        self._backs += 1

    def missing(self) -> List[Any]:
        left = [one for one, taken in zip(self.exchanges, self.taken) if not taken and not one.get("optional")]
        return [*self.faults, *left]

    def _http(self, connection: socket.socket, request: Request) -> None:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        said = self._said(request.method, request.path, key, json.loads(request.body or b"{}"))
        if said is None:
            return self._leave(connection)
        if said.get("fails"):
            return self._fail(connection, said["fails"], b"HTTP/1.1 200 OK\r\n\r\n" if said["fails"] == "headers" else b"")
        data = self._text(said).encode()
        headers = {"content-type": "application/json", **said.get("headers", {}), "content-length": str(len(data))}
        proof = self._proof(request, said, data)
        if proof:
            headers["aegis-answer"] = proof
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(f"HTTP/1.1 {said.get('status', 200)} X\r\n{lines}\r\n".encode() + data)

    def _proof(self, request: Request, said: Dict[str, Any], data: bytes) -> Optional[str]:
        nonce = request.headers.get("aegis-nonce")
        signed = said.get("signed", True)
        if nonce is None or signed is False:
            return None
        seed = bytes.fromhex(BASE["answerKey"]["otherSeedHex" if signed == "other-key" else "seedHex"])
        path = "/v1/other" if signed == "other-question" else request.path
        asked = (request.method, path, request.headers["host"], nonce, request.body)
        return proof_with(seed, asked, said.get("status", 200), data)

    def _line(self, connection: socket.socket, asked: Dict[str, Any]) -> None:
        said = self._said(asked["method"], asked["path"], asked["key"], asked.get("body", {}))
        if said is None:
            return self._leave(connection)
        if said.get("fails"):
            return self._fail(connection, said["fails"], b"")
        connection.sendall(f'{{"id":{asked["id"]},"status":{said.get("status", 200)},"body":{self._text(said)}}}\n'.encode())

    def _leave(self, connection: socket.socket) -> None:
        connection.shutdown(socket.SHUT_RDWR)

    def _fail(self, connection: socket.socket, how: str, first: bytes) -> None:
        if how == "closes":
            return self._leave(connection)
        connection.sendall(first)
        while connection.recv(65_536):
            pass

    def _text(self, said: Dict[str, Any]) -> str:
        return said["text"] if "text" in said else json.dumps(said["body"])

    def _said(self, method: str, path: str, key: str, body: Any) -> Optional[Dict[str, Any]]:
        """What is answered; None for no word at all."""
        if self.away:
            return None
        place = urlsplit(path)
        bare = unquote(place.path)
        if bare == "/v1/identity":
            return {"body": {"answerKey": BASE["answerKey"]["public"]}}
        if method == "GET" and bare.startswith("/v1/agents/"):
            return self._self()
        query = {name: values[0] for name, values in parse_qs(place.query, keep_blank_values=True).items()}
        request = {"method": method, "path": bare, "query": query, "key": key, "body": body}
        with self._changed:
            at = self._which(request)
            if at is None:
                self.faults.append(f"not in the script here: {json.dumps(request)[:500]}")
                return {"status": 500, "body": {"code": "NOT_IN_THE_SCRIPT"}}
            self.taken[at] = True
            self._changed.notify_all()
            answers = self.exchanges[at]["answers"]
            if "after" in answers:
                self._changed.wait_for(lambda: answers["after"] in self._signals or self._ended, HANG_SECONDS)
            return self._answer(answers, request)

    def _self(self) -> Dict[str, Any]:
        laid = self.case.get("self", {})
        if laid is None:
            return {"status": 401, "body": {**BASE["problem"], "code": "UNAUTHENTICATED", "status": 401}}
        one = laid[min(self._backs, len(laid) - 1)] if isinstance(laid, list) else laid
        shown = {name: value for name, value in one.items() if name != "$signed"}
        return {"body": {**BASE["self"], **shown}, "signed": one.get("$signed", True)}

    def _which(self, request: Dict[str, Any]) -> Optional[int]:
        for at, exchange in enumerate(self.exchanges):
            if self.taken[at]:
                continue
            before = dict(self.texts.known)
            # Names within a path: `/v1/actions/$A/outcome`.
            sees = dict(exchange["sees"])
            wanted, found = sees.pop("path", request["path"]).split("/"), request["path"].split("/")
            if self.texts.fits(wanted, found) and self.texts.fits(sees, request):
                return at
            self.texts.known = before
            if not self.case.get("unordered") and not exchange.get("optional"):
                return None
        return None

    def _answer(self, answers: Dict[str, Any], request: Dict[str, Any]) -> Dict[str, Any]:
        said = {name: value for name, value in answers.items() if name not in ("decision", "problem", "after")}
        said = self.texts.fill(said)
        if "decision" in answers:
            asked = request["body"].get("id") if request["method"] == "POST" else request["path"].split("/")[3]
            decision = {**BASE["decision"], "action": asked, **self.texts.fill(answers["decision"])}
            said["body"] = decision if request["method"] == "POST" else {"action": {}, "decision": decision, "settled": False}
        elif "problem" in answers:
            more = {name: said[name] for name in ("detail", "hint") if name in said}
            said["body"] = {**BASE["problem"], **more, "code": answers["problem"], "status": said.get("status")}
        elif "body" not in said and "text" not in said:
            said["body"] = {"index": 1, "leaf": "0", "findings": []}
        return said

