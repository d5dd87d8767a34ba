"""Connections: dialled, kept for the next request, and talked over, in a thread or on an event loop."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import sys
import threading
import time
from typing import Any, Awaitable, Callable, Dict, Generator, Generic, List, NamedTuple, Optional, Tuple, TypeVar

from .answer import NoAnswer

R = TypeVar("R")
Bytes = Generator[Optional[bytes], bytes, R]

#: Failures to connect that mean that nobody listens there, or nobody this user may speak to.
NOBODY = (FileNotFoundError, NotADirectoryError, ConnectionRefusedError, PermissionError)
#: The daemon gives up a silent HTTP connection after 30 s.
IDLE_SECONDS = 25.0
MOST_IDLE = 64
#: How long to wait for a place in a full queue of the local socket.
QUEUE_SECONDS = 0.002


class Address(NamedTuple):
    """A path of a local socket, or a host and a port. `key` and `proof` keep connections of different clients apart."""

    path: str
    host: str
    port: int
    secure: bool
    key: str
    proof: str = ""

    def __repr__(self) -> str:
        return f"Address({self.path or f'{self.host}:{self.port}'})"  # no key in a traceback


class Channel:
    """One connection. `started` and `asked` belong to whoever talks over it."""

    def __init__(self, sock: socket.socket, address: Address) -> None:
        self.sock = sock
        self.address = address
        self.tls: Any = None
        self.fresh = True
        self.asked = 0
        self.idle_since = 0.0

    def close(self) -> None:
        self.sock.close()

    def quiet(self) -> bool:
        """Whether nothing arrived since the last answer: an end, or words nobody asked for."""
        try:
            if sys.platform == "win32":
                return not select.select([self.sock], [], [], 0)[0]
            poll = select.poll()
            poll.register(self.sock, select.POLLIN)
            return not poll.poll(0)
        except (OSError, ValueError):
            return False


class Line:
    """What one request is spoken over while it is, so that another thread can end the waiting."""

    def __init__(self) -> None:
        self.channel: Optional[Channel] = None
        self.cut = False

    def take(self, channel: Channel) -> None:
        self.channel = channel
        if self.cut:
            raise NoAnswer("nobody waits for it any longer")

    def end(self) -> None:
        self.cut = True
        channel = self.channel
        if channel is not None:
            with contextlib.suppress(OSError):
                channel.sock.shutdown(socket.SHUT_RDWR)


class Pool:
    """Connections that nobody uses now. A forked process starts with none: two may not speak over one."""

    def __init__(self) -> None:
        self._reset()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        old, self._idle = getattr(self, "_idle", {}), {}
        for channels in old.values():
            for channel in channels:
                channel.close()

    _idle: Dict[Address, List[Channel]]

    def take(self, address: Address) -> Optional[Channel]:
        oldest = time.monotonic() - IDLE_SECONDS
        while True:
            with self._lock:
                channels = self._idle.get(address)
                if not channels:
                    return None
                channel = channels.pop()
            if channel.idle_since > oldest and channel.quiet():
                return channel
            channel.close()

    def give(self, channel: Channel) -> None:
        channel.idle_since = time.monotonic()
        with self._lock:
            channels = self._idle.setdefault(channel.address, [])
            if len(channels) < MOST_IDLE:
                channels.append(channel)
                return
        channel.close()

    def close(self) -> None:
        with self._lock:
            channels = [one for each in self._idle.values() for one in each]
            self._idle.clear()
        for channel in channels:
            channel.close()


POOL = Pool()


class Dial:
    """Takes a kept connection, or makes one. None: nobody listens there."""

    def __init__(self, address: Address, deadline: float) -> None:
        self._address = address
        self._deadline = deadline

    def run(self) -> Optional[Channel]:
        kept = POOL.take(self._address)
        if kept is not None:
            return kept
        return self._first(_resolve(self._address), self._connect)

    def _first(self, places: List[Tuple[int, Any]], connect: Callable[[int, Any], Optional[socket.socket]]) -> Optional[Channel]:
        for family, place in places:
            sock = connect(family, place)
            if sock is not None:
                return self._channel(sock)
        return None

    def _connect(self, family: int, place: Any) -> Optional[socket.socket]:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            while True:
                sock.settimeout(left(self._deadline))
                try:
                    sock.connect(place)
                except BlockingIOError as error:
                    if error.errno != errno.EAGAIN:
                        raise
                    time.sleep(QUEUE_SECONDS)
                else:
                    return sock
        except NOBODY:
            sock.close()
            return None
        except BaseException:
            sock.close()
            raise

    async def arun(self) -> Optional[Channel]:
        import asyncio

        # A socket of Windows belongs to the event loop it was first used on.
        kept = None if sys.platform == "win32" else POOL.take(self._address)
        if kept is not None:
            return kept
        loop = asyncio.get_running_loop()
        if self._address.path or _numeric(self._address.host):
            places = _resolve(self._address)
        else:
            places = await loop.run_in_executor(None, _resolve, self._address)
        for family, place in places:
            sock = await self._aconnect(family, place)
            if sock is not None:
                return self._channel(sock)
        return None

    async def _aconnect(self, family: int, place: Any) -> Optional[socket.socket]:
        import asyncio

        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            if not self._address.path:
                loop = asyncio.get_running_loop()
                await asyncio.wait_for(loop.sock_connect(sock, place), left(self._deadline))
                return sock
            while True:
                # A local socket is connected at once, or its queue is full; an event loop would take the second for the first.
                try:
                    sock.connect(place)
                except BlockingIOError:
                    left(self._deadline)
                    await asyncio.sleep(QUEUE_SECONDS)
                else:
                    return sock
        except NOBODY:
            sock.close()
            return None
        except BaseException:
            sock.close()
            raise

    def _channel(self, sock: socket.socket) -> Channel:
        if not self._address.path:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Channel(sock, self._address)


class Talk(Generic[R]):
    """Carries out one exchange of bytes over a connection until the deadline."""

    def __init__(self, channel: Channel, exchange: Bytes[R], deadline: float) -> None:
        self._channel = channel
        self._exchange = exchange
        self._deadline = deadline

    def run(self) -> R:
        sock = self._channel.sock
        try:
            wanted = next(self._exchange)
            while True:
                sock.settimeout(left(self._deadline))
                if wanted is None:
                    data = sock.recv(65_536)
                else:
                    data = b""
                    # What refuses a long question may have answered before it was told all of it.
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                        sock.sendall(wanted)
                wanted = self._exchange.send(data)
        except StopIteration as end:
            result: R = end.value
            return result

    async def arun(self) -> R:
        import asyncio

        talked: Awaitable[R] = self._talk()
        return await asyncio.wait_for(talked, left(self._deadline))

    async def _talk(self) -> R:
        import asyncio

        loop = asyncio.get_running_loop()
        sock = self._channel.sock
        sock.setblocking(False)
        try:
            wanted = next(self._exchange)
            while True:
                if wanted is None:
                    data = await loop.sock_recv(sock, 65_536)
                else:
                    data = b""
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                        await loop.sock_sendall(sock, wanted)
                wanted = self._exchange.send(data)
        except StopIteration as end:
            result: R = end.value
            return result


def left(deadline: float) -> float:
    """Seconds until then. Raises NoAnswer when it has passed."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise NoAnswer("the time ran out")
    return seconds


def _numeric(host: str) -> bool:
    return host.replace(".", "").isdigit() or ":" in host


def _resolve(address: Address) -> List[Tuple[int, Any]]:
    if address.path:
        return [(socket.AF_UNIX, address.path)]
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    return [(int(family), place) for family, _, _, _, place in found]
