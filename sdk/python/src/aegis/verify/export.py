"""Verifies an export with nothing but itself and what is held from elsewhere: a key of the log, and checkpoints that were saved."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from ..wire.shape import is_object
from .notes import Checkpoint, NoteKey, Rotation, keys_for, read_checkpoint, why_not_believed
from .payloads import Count, Payloads, is_digest
from .strict import MOST_LINE_BYTES, NotStrict, parse, parse_canonical
from .tree import Tree, leaf_hash

GENESIS = "0" * 64
REQUIRED = ("v", "tenant", "index", "prev", "at", "type", "actor", "body")
FIELDS = frozenset({*REQUIRED, "agent", "session", "seq", "payload"})
HEADER = frozenset({"export", "v", "tenant", "size", "root", "checkpoint"})


class Verification(NamedTuple):
    """What a verification found; the same words and figures as `aegis log verify`."""

    ok: bool
    tenant: str
    #: Entries that verified, and the root of exactly these.
    size: int
    root: str
    detail: str
    #: Entries a believed checkpoint vouches for; the rest stand on the chain alone.
    anchored: int
    payloads: Count
    #: The first entry that does not hold.
    first_bad: Optional[int] = None


class _Bad(Exception):
    def __init__(self, index: int, detail: str) -> None:
        super().__init__(detail)
        self.index = index
        self.detail = detail


def verify_export(
    lines: Iterable[bytes],
    key: Optional[NoteKey] = None,
    saved: Sequence[str] = (),
    without_payloads: bool = False,
) -> Verification:
    """
    `lines` are those of an export, without their line ends. With a key, a checkpoint it signed (the export's own or a saved one) must
    vouch for every entry, across every rotation of the key; without one nothing is anchored. Never raises for what the lines hold.
    """
    reading = _Reading(without_payloads)
    try:
        reading.all(iter(lines), key, saved)
    except _Bad as bad:
        return reading.result(bad)
    return reading.result(None)


class _Reading:
    def __init__(self, without_payloads: bool) -> None:
        self._without = without_payloads
        self.tenant = ""
        self._tree = Tree()
        self._prev = GENESIS
        self._waiting: List[Checkpoint] = []
        self._anchored = 0
        self._below = 0
        self._payloads = Payloads()
        self._rotations: List[Rotation] = []

    def all(self, lines: Iterable[bytes], key: Optional[NoteKey], saved: Sequence[str]) -> None:
        each = iter(lines)
        header = _header(next(each, b""))
        if header is None:
            raise _Bad(0, "it does not begin with the header of an export")
        self.tenant = header["tenant"]
        size: int = header["size"]
        notes = _notes(header, saved)
        # What the notes claim is compared as the entries come; whether they may be believed is known once the rotations are.
        self._waiting = sorted(notes, key=lambda note: note.size)
        self._meet()
        for line in each:
            if self._tree.size < size:
                self._entry(line)
            else:
                self._payload(line, size)
        self._believe(notes, key)
        if self._tree.size == size and self._tree.root().hex() != header["root"]:
            raise _Bad(0, "its entries do not make the root it announces")
        self._end(size, key is not None)

    def _believe(self, notes: Sequence[Checkpoint], key: Optional[NoteKey]) -> None:
        for note in notes if key is not None else ():
            assert key is not None
            why = _disbelieved(note, key, self._rotations)
            if why is not None:
                self._forget()
                raise _Bad(0, why)

    def _end(self, size: int, believing: bool) -> None:
        if self._tree.size != size:
            raise _Bad(self._tree.size, f"{size} entries were announced, {self._tree.size} are here")
        if self._waiting:
            raise _Bad(size, f"a checkpoint was signed for {self._waiting[0].size} entries, {size} are here")
        missing = self._payloads.finish(self._without)
        if missing is not None:
            raise _Bad(*missing)
        if not believing:
            self._anchored = 0
        elif self._anchored < size:
            raise _Bad(self._anchored, _unsigned(self._anchored, size))

    def _entry(self, line: bytes) -> None:
        index = self._tree.size
        try:
            entry: Any = parse_canonical(line)
        except NotStrict as error:
            canonical = str(error) == "its bytes are not canonical"
            raise _Bad(index, str(error) if canonical else "its bytes are not strict JSON") from error
        fault = _envelope_fault(entry, index, self._prev, self.tenant)
        if fault is not None:
            raise _Bad(index, fault)
        leaf = leaf_hash(line)
        self._tree.push(leaf)
        self._prev = leaf.hex()
        self._meet()
        self._payloads.entry(entry)
        if entry["type"] == "key-rotated":
            self._rotations.append(Rotation(index, entry["body"]))

    def _payload(self, line: bytes, size: int) -> None:
        said = _read(line)
        fault = "a line after the entries is not JSON" if said is None else self._payloads.line(said)
        if fault is not None:
            raise _Bad(size, fault)

    def _meet(self) -> None:
        """Compares the tree with each checkpoint as its size is reached."""
        while self._waiting and self._waiting[0].size == self._tree.size:
            note = self._waiting.pop(0)
            if note.size > self._anchored:
                self._below = self._anchored
            if note.root != self._tree.root():
                detail = f"the first {note.size} entries are not the ones a checkpoint was signed for"
                raise _Bad(self._below, f"{detail}; the first change lies at or after entry {self._below}")
            self._anchored = note.size

    def _forget(self) -> None:
        self._tree = Tree()
        self._anchored = 0

    def result(self, bad: Optional[_Bad]) -> Verification:
        tree = self._tree
        good = f"{tree.size} entries verified, {self._anchored} of them anchored by a checkpoint"
        return Verification(
            ok=bad is None,
            tenant=self.tenant,
            size=tree.size,
            root=tree.root().hex(),
            detail=good if bad is None else bad.detail,
            anchored=self._anchored,
            payloads=self._payloads.count,
            first_bad=None if bad is None else bad.index,
        )


def _read(line: bytes) -> Optional[Dict[str, Any]]:
    try:
        value = parse(line, MOST_LINE_BYTES)
    except NotStrict:
        return None
    return value if is_object(value) else None


def _header(line: bytes) -> Optional[Dict[str, Any]]:
    value = _read(line)
    if value is None or value.get("export") != "aegis-log" or not _is_one(value.get("v")) or not set(value) <= HEADER:
        return None
    size = value.get("size")
    if not isinstance(value.get("tenant"), str) or not isinstance(value.get("root"), str) or not _is_count(size):
        return None
    if "checkpoint" not in value or not isinstance(value["checkpoint"], (str, type(None))):
        return None
    return value


def _notes(header: Mapping[str, Any], saved: Sequence[str]) -> List[Checkpoint]:
    """The export's own checkpoint, and the saved ones it is long enough for."""
    found: List[Checkpoint] = []
    ending = f"/{header['tenant']}"
    own = header["checkpoint"]
    if own is not None:
        note = read_checkpoint(own)
        if note is None:
            raise _Bad(0, "its checkpoint cannot be believed: it is not a signed checkpoint")
        if not note.origin.endswith(ending):
            raise _Bad(0, "its checkpoint is of another log")
        found.append(note)
    for text in saved:
        note = read_checkpoint(text)
        if note is not None and note.size <= header["size"] and note.origin.endswith(ending):
            found.append(note)
    return found


def _disbelieved(note: Checkpoint, trusted: NoteKey, rotations: Sequence[Rotation]) -> Optional[str]:
    keys = keys_for(note.size, note.origin.rpartition("/")[0], trusted, rotations)
    if keys is None:
        return "its checkpoint cannot be believed: a rotation of its key is not signed by both keys"
    why = why_not_believed(note, keys)
    return None if why is None else f"its checkpoint cannot be believed: {why}"


def _unsigned(anchored: int, size: int) -> str:
    if anchored == 0:
        return "no checkpoint that the key signed vouches for any entry: anybody could have written it"
    return f"the checkpoints vouch for the first {anchored} of {size} entries; anybody could have written the rest"


Checked = Tuple[bool, str]


def _envelope_fault(entry: Any, index: int, prev: str, tenant: str) -> Optional[str]:
    if not is_object(entry):
        return "it is not an object"
    if not set(entry) <= FIELDS:
        return "it has an unknown field"
    lacking = next((one for one in REQUIRED if one not in entry), None)
    if lacking is not None:
        return f"it lacks {lacking}"
    checks: List[Checked] = [
        (_is_one(entry["v"]), "its version is unknown"),
        (_is_integer(entry["index"]) and _is_integer(entry["at"]), "its index or time is not an integer"),
        (is_digest(entry["prev"]), "its prev is not a digest"),
        (isinstance(entry["tenant"], str) and isinstance(entry["type"], str), "its tenant or type is not text"),
        (is_object(entry["actor"]) and is_object(entry["body"]), "its actor or body is not an object"),
        (_place_fits(entry), "its place is malformed"),
        ("payload" not in entry or is_digest(entry["payload"]), "its payload is not a digest"),
        (entry["index"] == index, f"it says it is entry {entry['index']}"),
        (entry["prev"] == prev, "its prev is not the leaf before it"),
        (entry["tenant"] == tenant, "it is of another tenant"),
    ]
    return next((fault for holds, fault in checks if not holds), None)


def _place_fits(entry: Mapping[str, Any]) -> bool:
    seq: Union[int, float, None] = entry.get("seq", 0)
    texts = all(isinstance(entry.get(one, ""), str) for one in ("agent", "session"))
    return texts and isinstance(seq, (int, float)) and not isinstance(seq, bool)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_one(value: Any) -> bool:
    return _is_integer(value) and value == 1


def _is_count(value: Any) -> bool:
    return _is_integer(value) and value >= 0
