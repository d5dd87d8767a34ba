"""Over the local socket where one listens, over HTTP where none does. What was asked over one is never asked over the other."""

from __future__ import annotations

import time
from typing import Any, Dict, Generator, Optional, cast
from urllib.parse import urlsplit

from ..errors import AegisError, AegisRefusedError, AegisSetupError, AegisUnavailableError
from ..flow import Flow
from ..wire.shape import is_object
from .answer import NoAnswer, RawAnswer, Sending, read_json
from .channel import POOL, Address, Channel, Dial, Line, Talk
from .http import HttpAnswer, exchange_http
from .lines import exchange_lines, hello
from .place import is_safe_socket, sockets_for
from .proof import IDENTITY, Prover

Bytes = Generator[Optional[bytes], bytes, HttpAnswer]


class Transport:
    """Raises AegisSetupError for an address or a key that cannot be one."""

    def __init__(self, url: str, key: str, socket: str, answer_key: str) -> None:
        self.url = url.rstrip("/")
        if not key.isascii() or not key.isprintable() or " " in key:
            raise AegisSetupError("The agent key holds characters that no key has. `npx aegis agents add <name>` makes one.")
        self._key = key
        self._places = sockets_for(self.url, socket)
        self._address, self._host, self._folder = _http_place(self.url, key, answer_key)
        self._prover = Prover(answer_key, self._host) if answer_key else None

    def send(self, sending: Sending, line: Optional[Line] = None) -> Flow[Any]:
        """The parsed answer of a 2xx. Raises AegisRefusedError for a coded refusal and AegisUnavailableError for anything else."""
        try:
            answer = yield from self._whole(sending, line or Line())
        except AegisError:
            raise
        except Exception as error:
            why = str(error) or "it did not answer in time"
            raise AegisUnavailableError(self.url, why) from error
        return self._accepted(answer)

    def _whole(self, sending: Sending, line: Line) -> Flow[RawAnswer]:
        deadline = time.monotonic() + sending.seconds
        for place in self._places:
            if not is_safe_socket(place):
                continue
            channel: Optional[Channel] = yield Dial(Address(place, "", 0, False, self._key), deadline)
            if channel is not None:
                line.take(channel)
                try:
                    return (yield from self._over_socket(channel, sending, deadline))
                finally:
                    line.channel = None
        channel = yield Dial(self._address, deadline)
        if channel is None:
            raise NoAnswer("nobody listens there")
        line.take(channel)
        try:
            return (yield from self._over_http(channel, sending, deadline))
        finally:
            line.channel = None

    def _over_socket(self, channel: Channel, sending: Sending, deadline: float) -> Flow[RawAnswer]:
        try:
            first = hello(self._key) if channel.fresh else b""
            channel.fresh = False
            channel.asked += 1
            answer: RawAnswer = yield Talk(channel, exchange_lines(sending, channel.asked, first), deadline)
        except BaseException:
            channel.close()
            raise
        POOL.give(channel)
        return answer

    def _over_http(self, channel: Channel, sending: Sending, deadline: float) -> Flow[RawAnswer]:
        try:
            if channel.fresh:
                yield from self._greet(channel, deadline)
            path = self._folder + sending.path
            headers = {"host": self._host, "authorization": f"Bearer {self._key}"}
            asked = self._prover.ask(sending.method, sending.path, sending.body or b"") if self._prover else None
            if asked is not None:
                headers["aegis-nonce"] = asked.nonce
            exchange = exchange_http(Sending(sending.method, path, sending.body), headers)
            answer: HttpAnswer = yield Talk(channel, _over(channel, exchange), deadline)
            if asked is not None and self._prover is not None:
                fault = self._prover.fault(asked, answer.status, answer.body, answer.headers.get("aegis-answer"))
                if fault is not None:
                    raise _stranger(self.url, fault)
            if 300 <= answer.status < 400:
                raise NoAnswer("it points elsewhere, and there is nowhere to go")
            raw = RawAnswer(answer.status, read_json(answer.body), answer.headers.get("retry-after", ""))
        except BaseException:
            channel.close()
            raise
        if answer.kept:
            POOL.give(channel)
        else:
            channel.close()
        return raw

    def _greet(self, channel: Channel, deadline: float) -> Flow[None]:
        """What comes first on a new connection: TLS, and the proof of whose it is, before the agent's key is told."""
        channel.fresh = False
        if channel.address.secure:
            from .tls import Tls

            channel.tls = Tls(channel.address.host)
            yield Talk(channel, channel.tls.handshake(), deadline)
        if self._prover is None:
            return
        asked = self._prover.ask("GET", IDENTITY, b"")
        exchange = exchange_http(Sending("GET", IDENTITY), {"host": self._host, "aegis-nonce": asked.nonce})
        answer: HttpAnswer = yield Talk(channel, _over(channel, exchange), deadline)
        fault = self._prover.fault(asked, answer.status, answer.body, answer.headers.get("aegis-answer"))
        if fault is None and answer.status != 200:
            fault = f"it says who it is with status {answer.status}"
        if fault is not None or not answer.kept:
            raise _stranger(self.url, fault or "it ends the connection once it has said who it is")

    def _accepted(self, answer: RawAnswer) -> Any:
        """Anything but a 2xx is not an answer to act on."""
        if 200 <= answer.status < 300:
            return answer.body
        problem: Dict[str, Any] = answer.body if is_object(answer.body) else {}
        code = problem.get("code")
        # A closed gate is Aegis saying it cannot decide: the same as not being there.
        if not isinstance(code, str) or answer.status == 503:
            raise AegisUnavailableError(self.url, f"it answered with status {answer.status}")
        detail = problem.get("detail", problem.get("title", "refused"))
        after = answer.retry_after
        milliseconds = int(after) * 1000 if after.isascii() and after.isdigit() and len(after) < 10 else None
        raise AegisRefusedError(code, answer.status, str(detail), str(problem.get("hint", "")), milliseconds)


def _over(channel: Channel, exchange: Bytes) -> Bytes:
    return exchange if channel.tls is None else cast(Bytes, channel.tls.over(exchange))


def _stranger(url: str, why: str) -> NoAnswer:
    return NoAnswer(
        f"what answers there is not the Aegis this agent knows: {why} (NOT_AEGIS). See who listens on that port, then `npx aegis identity`"
    )


def _http_place(url: str, key: str, answer_key: str) -> "tuple[Address, str, str]":
    """Where to connect to, the Host as it is said there, and the path before every route."""
    try:
        place = urlsplit(url)
        port = place.port
    except ValueError:
        place, port = urlsplit(""), None
    if place.scheme not in ("http", "https") or not place.hostname or place.query or place.fragment or place.username is not None:
        raise AegisSetupError(f"AEGIS_URL is not an address of Aegis: {url}. Expected something like http://127.0.0.1:7411.")
    secure = place.scheme == "https"
    usual = 443 if secure else 80
    name = f"[{place.hostname}]" if ":" in place.hostname else place.hostname
    host = name if port in (None, usual) else f"{name}:{port}"
    address = Address("", place.hostname, port or usual, secure, key, answer_key)
    return address, host, place.path.rstrip("/")
