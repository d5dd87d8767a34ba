"""Signed answers (docs/formats/answers.md): over HTTP only an answer signed for this very question counts, where the answer key is known."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from typing import NamedTuple, Optional

from ..ed25519 import verify
from ..errors import AegisSetupError

IDENTITY = "/v1/identity"


class Asked(NamedTuple):
    """A question with a nonce of its own."""

    nonce: str
    method: str
    path: str
    body: bytes


class Prover:
    """Raises AegisSetupError for what is no answer key."""

    def __init__(self, answer_key: str, host: str) -> None:
        raw = unpadded(answer_key)
        if raw is None or len(raw) != 32:
            raise AegisSetupError(f"AEGIS_ANSWER_KEY is not an answer key: {answer_key}. `npx aegis identity` prints it.")
        self._key = raw
        self._host = host.lower()

    def ask(self, method: str, path: str, body: bytes) -> Asked:
        return Asked(base64.urlsafe_b64encode(os.urandom(24)).decode(), method, path, body)

    def fault(self, asked: Asked, status: int, body: bytes, proof: Optional[str]) -> Optional[str]:
        """Why the answer is not the daemon's own to this question; None when it is."""
        version, _, rest = (proof or "").partition(".")
        read, _, signed = rest.partition(".")
        signature = unpadded(signed)
        if version != "v1" or read not in ("read", "unread") or signature is None or len(signature) != 64:
            return "its answer is not signed"
        # What was refused without being read permits nothing, whatever its words are.
        if read == "unread" and status < 400:
            return "it answered without reading what was asked"
        of = hashlib.sha256(asked.body).hexdigest() if read == "read" else "unread"
        question = hashlib.sha256(f"{asked.method} {asked.path}\n{self._host}\n{of}".encode()).hexdigest()
        said = f"aegis-answer/1\n{asked.nonce}\n{question}\n{status}\n{hashlib.sha256(body).hexdigest()}\n"
        genuine = verify(self._key, said.encode(), signature)
        return None if genuine else "its answer to this question is not signed with the known key"


def unpadded(text: str) -> Optional[bytes]:
    """Base64url without padding; None for anything else."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    return raw if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text else None
