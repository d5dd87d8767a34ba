"""What was found, in words: what whoever reads "ok" may rely on, and what not."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence

from .export import Verification
from .notes import read_checkpoint


def report(
    found: Verification, key: Optional[str], given: bool, saved: Optional[Sequence[str]], without: bool
) -> Dict[str, Any]:
    """The JSON of `aegis log verify --export … --json`. `key` is the one it was held against, `given` whether the reader named it."""
    return {
        "ok": found.ok,
        "tenant": found.tenant,
        "size": found.size,
        "root": found.root,
        "anchored": found.anchored,
        "payloads": {
            "intact": found.payloads.intact,
            "erased": found.payloads.erased,
            "missing": found.payloads.missing,
            "neverStored": found.payloads.never_stored,
        },
        **({} if found.first_bad is None else {"firstBad": found.first_bad}),
        "detail": found.detail,
        "against": _against(found, key, given, saved) if found.ok else [],
        "notVerified": _not_verified(found, key, given, saved, without),
    }


def _against(found: Verification, key: Optional[str], given: bool, saved: Optional[Sequence[str]]) -> List[str]:
    payloads = found.payloads
    erased = f", {payloads.erased} more erased, each by an erasure on record" if payloads.erased else ""
    said = [f"{_count(found.size, 'entry', 'entries')}: bytes, links, tree", f"{_count(payloads.intact, 'payload')}, each by its digest{erased}"]
    if key is not None:
        said.append(f"a checkpoint of all {found.size} entries, signed by {'the key given' if given else key}")
    if saved is not None:
        said.append(_count(sum(size <= found.size for size in _sizes(saved)), "saved checkpoint"))
    return said


def _not_verified(found: Verification, key: Optional[str], given: bool, saved: Optional[Sequence[str]], without: bool) -> List[str]:
    said: List[str] = []
    payloads = found.payloads
    if payloads.never_stored:
        said.append(f"the payloads of {_count(payloads.never_stored, 'event')}: the build that recorded them kept their digests only")
    if not found.ok:
        return said
    longer = sum(size > found.size for size in _sizes(saved or ()))
    if longer:
        said.append(f"{_count(longer, 'saved checkpoint')} of a longer log: the export ends before them, at entry {found.size - 1}")
    if key is None:
        said.append("who wrote it: without --key or --checkpoints anybody could have")
    if without and payloads.missing:
        said.append(f"payloads: the export was made without its {payloads.missing}")
    if key is not None and not given:
        said.append("whose key it is: it lies beside the saved checkpoints; compare it with one you hold (--key)")
    return said


def _sizes(saved: Sequence[str]) -> List[int]:
    return [note.size for note in map(read_checkpoint, saved) if note is not None]


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
