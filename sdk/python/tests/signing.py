"""Ed25519 signatures (RFC 8032) for daemons that tests play themselves. Not for anything else: it is slow, and its time tells of the key."""

from __future__ import annotations

import base64
import functools
import hashlib
from typing import Tuple

from aegis import ed25519

SEED = b"\x07" * 32


def _expanded(seed: bytes) -> Tuple[int, bytes]:
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    return scalar, digest[32:]


@functools.lru_cache
def public_key(seed: bytes = SEED) -> bytes:
    return ed25519._compress(ed25519._double_scalar(_expanded(seed)[0], 0, ed25519._base()))


def sign(message: bytes, seed: bytes = SEED) -> bytes:
    scalar, prefix = _expanded(seed)
    key = public_key(seed)
    nonce = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % ed25519.L
    point = ed25519._compress(ed25519._double_scalar(nonce, 0, ed25519._base()))
    challenge = int.from_bytes(hashlib.sha512(point + key + message).digest(), "little") % ed25519.L
    return point + ((nonce + challenge * scalar) % ed25519.L).to_bytes(32, "little")


def url_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


ANSWER_KEY = url_text(public_key())


def proof_with(seed: bytes, asked: Tuple[str, str, str, str, bytes], status: int, answer: bytes) -> str:
    """The header `Aegis-Answer` of docs/formats/answers.md; `asked` is method, path, host, nonce and body."""
    method, path, host, nonce, body = asked
    question = hashlib.sha256(f"{method} {path}\n{host.lower()}\n{hashlib.sha256(body).hexdigest()}".encode()).hexdigest()
    said = f"aegis-answer/1\n{nonce}\n{question}\n{status}\n{hashlib.sha256(answer).hexdigest()}\n"
    return f"v1.read.{url_text(sign(said.encode(), seed))}"
