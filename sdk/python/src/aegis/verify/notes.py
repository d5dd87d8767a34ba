"""Signed checkpoints (C2SP signed-note, tlog-checkpoint), the keys that sign them, and how one key hands over to the next."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .. import ed25519

MOST_NOTE = 65_536


class NoteKey(NamedTuple):
    """A key that checks notes: `<name>+<id, hex>+<base64(01 ‖ public key)>`."""

    name: str
    id: str
    public: bytes
    vkey: str

    def verify(self, message: bytes, signature: bytes) -> bool:
        return ed25519.verify(self.public, message, signature)


class Signature(NamedTuple):
    name: str
    id: str
    raw: bytes


class Checkpoint(NamedTuple):
    """What a note says, nothing believed yet: this log had this many entries and this root."""

    origin: str
    size: int
    root: bytes
    text: str
    signatures: Tuple[Signature, ...]


class Rotation(NamedTuple):
    entry: int
    body: Mapping[str, Any]


def note_key(vkey: str) -> Optional[NoteKey]:
    """None when it is malformed, or its id does not fit its bytes."""
    parts = vkey.split("+", 2)
    data = exact_base64(parts[2]) if len(parts) == 3 else None
    if data is None or len(data) != 33 or data[0] != 1 or not parts[0] or any(one.isspace() for one in parts[0]):
        return None
    name = parts[0]
    identity = hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8]
    return NoteKey(name, identity, data[1:], vkey) if identity == parts[1] else None


def read_checkpoint(note: str) -> Optional[Checkpoint]:
    """None for what is no signed checkpoint."""
    text, gap, signed = note.partition("\n\n")
    if not gap or len(note) > MOST_NOTE or not note.endswith("\n"):
        return None
    lines = text.split("\n")
    if len(lines) < 3 or not lines[0] or "" in lines[3:] or not _is_size(lines[1]):
        return None
    root = exact_base64(lines[2])
    signatures = [_signature(line) for line in signed[:-1].split("\n")]
    if root is None or len(root) != 32 or any(one is None for one in signatures):
        return None
    return Checkpoint(lines[0], int(lines[1]), root, text + "\n", tuple(one for one in signatures if one is not None))


def why_not_believed(checkpoint: Checkpoint, keys: Sequence[NoteKey]) -> Optional[str]:
    """None when one of these keys signed it. Signatures of unknown keys are passed over; a wrong one of a known key is fatal."""
    signed = False
    for key in keys:
        for signature in checkpoint.signatures:
            if (signature.name, signature.id) != (key.name, key.id):
                continue
            if not key.verify(checkpoint.text.encode(), signature.raw):
                return f"the signature of {key.name} is wrong"
            signed = True
    return None if signed else "no key that is valid for this size signed it"


def keys_for(size: int, log: str, trusted: NoteKey, rotations: Sequence[Rotation]) -> Optional[List[NoteKey]]:
    """
    The keys that may sign a tree of this size, from a trusted one and the rotations after it: a key signs trees up to and including the
    entry that retires it, the next one those that include it. None when a rotation is not signed by both.
    """
    own = [one for one in rotations if str(one.body.get("previous", "")).startswith(f"{trusted.name}+")]
    entered = max((at for at, one in enumerate(own) if one.body.get("next") == trusted.vkey), default=-1)
    spans: List[Tuple[NoteKey, int, float]] = []
    current, start = trusted, -1 if entered < 0 else own[entered].entry
    for index, body in own[entered + 1 :]:
        following = _handed_to(log, current, body)
        if following is None:
            return None
        spans.append((current, start, index + 1))
        current, start = following, index
    spans.append((current, start, float("inf")))
    return [key for key, above, most in spans if above < size <= most]


def _handed_to(log: str, previous: NoteKey, body: Mapping[str, Any]) -> Optional[NoteKey]:
    following = note_key(str(body.get("next", "")))
    by_previous, by_next = (_base64(body.get(name)) for name in ("signatureByPrevious", "signatureByNext"))
    if following is None or body.get("previous") != previous.vkey or by_previous is None or by_next is None:
        return None
    message = f"aegis key rotation v1\n{log}\n{previous.vkey}\n{following.vkey}\n".encode()
    return following if previous.verify(message, by_previous) and following.verify(message, by_next) else None


def _signature(line: str) -> Optional[Signature]:
    parts = line.split(" ")
    raw = exact_base64(parts[2]) if len(parts) == 3 else None
    if raw is None or parts[0] != "\u2014" or not parts[1] or len(raw) < 5:
        return None
    return Signature(parts[1], raw[:4].hex(), raw[4:])


def exact_base64(text: str) -> Optional[bytes]:
    """The bytes, when they are written as just this text."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def _base64(text: Any) -> Optional[bytes]:
    return exact_base64(text) if isinstance(text, str) else None


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 16 and (text == "0" or text[0] != "0")
