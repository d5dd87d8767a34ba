"""TLS without a socket of its own, so that it serves blocking programs and event loops alike."""

from __future__ import annotations

import ssl
from typing import Generator, Optional, TypeVar

R = TypeVar("R")
Bytes = Generator[Optional[bytes], bytes, R]


class Tls:
    """One secured connection: certificates are checked against the system's, the name against `host`."""

    def __init__(self, host: str) -> None:
        self._into = ssl.MemoryBIO()
        self._out = ssl.MemoryBIO()
        context = ssl.create_default_context()
        self._object = context.wrap_bio(self._into, self._out, server_hostname=host)

    def handshake(self) -> Bytes[None]:
        while True:
            try:
                self._object.do_handshake()
            except ssl.SSLWantReadError:
                yield from self._flush()
                yield from self._fill()
            else:
                return (yield from self._flush())

    def over(self, exchange: Bytes[R]) -> Bytes[R]:
        """The same exchange, enciphered."""
        try:
            wanted = next(exchange)
            while True:
                if wanted is None:
                    data = yield from self._read()
                else:
                    self._object.write(wanted)
                    yield from self._flush()
                    data = b""
                wanted = exchange.send(data)
        except StopIteration as end:
            result: R = end.value
            return result

    def _read(self) -> Bytes[bytes]:
        while True:
            try:
                return self._object.read(65_536)
            except ssl.SSLWantReadError:
                yield from self._flush()
                yield from self._fill()
            except ssl.SSLZeroReturnError:
                return b""

    def _flush(self) -> Bytes[None]:
        if self._out.pending:
            yield self._out.read()

    def _fill(self) -> Bytes[None]:
        data = yield None
        if data:
            self._into.write(data)
        else:
            self._into.write_eof()
