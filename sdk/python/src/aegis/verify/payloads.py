"""The payloads that lie beside the entries: which are named, which are there, and which an erasure on record accounts for."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Set, Tuple

from ..wire.shape import is_list, is_object
from .notes import exact_base64

UNEXPLAINED = "its payload is gone, and no erasure on record explains it"
STRANGE = "a line after the entries is not a payload they name"


class Count(NamedTuple):
    #: Present and hashing to their digests.
    intact: int = 0
    #: Gone, and an erasure on record says so.
    erased: int = 0
    #: Gone without one.
    missing: int = 0
    #: Of events recorded by a build that kept their digests only.
    never_stored: int = 0


class _Naming(NamedTuple):
    digest: str
    entry: int
    agent: Optional[str]
    session: Optional[str]


def is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and all(one in "0123456789abcdef" for one in value)


class Payloads:
    def __init__(self) -> None:
        self._kept: Dict[str, List[_Naming]] = {}
        self._told: Set[str] = set()
        self._subjects: Dict[str, int] = {}
        self._listed: Dict[str, List[Tuple[int, str]]] = {}
        self._intact: Set[str] = set()
        self._erased: Set[str] = set()
        self.count = Count()

    def entry(self, entry: Mapping[str, Any]) -> None:
        body = entry["body"]
        if entry["type"] == "payload-erased":
            self._erasure(entry["index"], body)
        if entry["type"] == "event-ingested" and "payload" not in entry:
            self.count = self.count._replace(never_stored=self.count.never_stored + 1)
        kept = _kept_with(entry)
        self._told.update(one for one in _digests_in(entry) if one not in kept)
        for digest in kept:
            naming = _Naming(digest, entry["index"], entry.get("agent"), entry.get("session"))
            self._kept.setdefault(digest, []).append(naming)

    def line(self, line: Mapping[str, Any]) -> Optional[str]:
        """What is wrong with a line after the entries; None for nothing."""
        digest = line.get("payload")
        if not isinstance(digest, str) or (digest not in self._kept and digest not in self._told):
            return STRANGE
        if digest in self._intact or digest in self._erased:
            return STRANGE
        if "base64" not in line:
            if set(line) != {"payload", "erased"} or line["erased"] is not True:
                return STRANGE
            self._erased.add(digest)
            return None
        text = line["base64"]
        raw = exact_base64(text) if isinstance(text, str) and len(line) == 2 else None
        if raw is None or hashlib.sha256(raw).hexdigest() != digest:
            return "a payload does not hash to its digest"
        self._intact.add(digest)
        return None

    def finish(self, without: bool) -> Optional[Tuple[int, str]]:
        """The first entry whose payload is missing, and why; None where all is accounted for."""
        none = not self._intact and not self._erased
        gone = [namings for digest, namings in self._kept.items() if digest not in self._intact]
        self.count = self.count._replace(intact=len(self._intact))
        if none and without:
            self.count = self.count._replace(missing=len(gone))
            return None
        unexplained = [one for namings in gone for one in namings if not self._explained(one)]
        missing = len({one.digest for one in unexplained})
        self.count = self.count._replace(missing=missing, erased=len(gone) - missing)
        if not unexplained:
            return None
        detail = f"{UNEXPLAINED}: the export holds no payload at all" if none else UNEXPLAINED
        return min(one.entry for one in unexplained), detail

    def _erasure(self, index: int, body: Mapping[str, Any]) -> None:
        subject, digests = str(body.get("subject")), body.get("digests")
        self._subjects[subject] = index
        for digest in digests if is_list(digests) else []:
            self._listed.setdefault(str(digest), []).append((index, subject))

    def _explained(self, naming: _Naming) -> bool:
        """Whether an erasure behind the entry says that this payload was destroyed."""
        own = _subjects_of(naming)
        # One key seals all of a session, so its erasure takes everything that was kept of it until then.
        if own is not None and any(self._subjects.get(one, -1) > naming.entry for one in own):
            return True
        # An erasure of another session does not account for what this one kept.
        return any(
            index > naming.entry and (not subject.startswith("session/") or own is None or subject in own)
            for index, subject in self._listed.get(naming.digest, [])
        )


def _subjects_of(naming: _Naming) -> Optional[List[str]]:
    if naming.session is None:
        return None
    bare = f"session/{naming.session}"
    return [bare] if naming.agent is None else [bare, f"session/{naming.agent}~{naming.session}"]


def _kept_with(entry: Mapping[str, Any]) -> List[str]:
    """Digests of the bytes that were appended together with an entry."""
    found = [entry["payload"]] if "payload" in entry else []
    replaced = _replacement(entry)
    if replaced is not None and replaced not in found:
        found.append(replaced)
    return found


def _replacement(entry: Mapping[str, Any]) -> Optional[str]:
    """The arguments that took the place of what was asked are recorded by their digest."""
    at: Any = entry["body"] if entry["type"] == "action-decided" else None
    decision = at.get("decision") if is_object(at) else None
    if not is_object(decision) or decision.get("effect") != "modify":
        return None
    for step in ("modify", "args", "$payload"):
        decision = decision.get(step) if is_object(decision) else None
    return decision if isinstance(decision, str) and is_digest(decision) else None


def _digests_in(entry: Mapping[str, Any]) -> List[str]:
    """Digests an entry tells of besides: bytes of theirs may lie beside the log, none must."""
    body = entry["body"]
    kind = entry["type"]
    if kind == "action-decided":
        action = body.get("action")
        found = action.get("argsDigest") if is_object(action) else None
    else:
        names = {"action-settled": "resultDigest", "content-labelled": "contentDigest", "event-ingested": "payloadDigest"}
        found = body.get(names[kind]) if kind in names else None
    return [found] if isinstance(found, str) else []
