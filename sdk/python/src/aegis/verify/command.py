"""`python -m aegis verify`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any, Dict, List, NamedTuple, Optional

from ..errors import AegisSetupError
from .export import verify_export
from .lines import lines_of
from .notes import NoteKey, note_key, read_checkpoint
from .report import report
from .saved import Saved, saved_notes
from .strict import NotStrict, parse

EXAMPLES = """examples:
  python -m aegis verify audit.jsonl --key key.pub
  python -m aegis verify audit.jsonl --checkpoints ./saved-checkpoints --json

exit codes: 0 everything listed under "checked" is intact, 1 it is not, 2 wrong arguments."""


def verify(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(
        "python -m aegis verify",
        description="Verify an export of the log: every entry, payload and checkpoint in it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("export", help="the file that `aegis log export --out FILE` made")
    parser.add_argument("--key", help="public key (or its file) that must have signed a checkpoint of all entries")
    parser.add_argument("--checkpoints", metavar="FOLDER", help="saved checkpoints to compare with")
    parser.add_argument("--without-payloads", action="store_true", help="the export has no payloads: verify only its entries")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    try:
        found = _verified(given)
    except (AegisSetupError, OSError) as error:
        print(f"aegis: {error}", file=sys.stderr)
        return 2
    print(json.dumps(found, indent=2, ensure_ascii=False) if given.json else _told(found))
    return 0 if found["ok"] else 1


class _Held(NamedTuple):
    key: Optional[NoteKey]
    notes: Optional[List[str]]


def _verified(given: argparse.Namespace) -> Dict[str, Any]:
    key = _key(given.key)
    held = _Held(key, None) if given.checkpoints is None else _saved(given.export, given.checkpoints, key)
    with open(given.export, "rb") as file:
        found = verify_export(lines_of(file), held.key, held.notes or (), given.without_payloads)
    return report(found, held.key.vkey if held.key else None, key is not None, held.notes, given.without_payloads)


def _key(text: Optional[str]) -> Optional[NoteKey]:
    if text is None:
        return None
    if os.path.isfile(text):
        with open(text, encoding="utf-8") as file:
            text = file.read(4096).strip()
    key = note_key(text)
    if key is None:
        raise AegisSetupError("--key is not a verifier key. It looks like name+id+base64 and lies in <checkpoints>/<log id>/key.pub.")
    return key


def _saved(export: str, folder: str, key: Optional[NoteKey]) -> _Held:
    """The checkpoints a folder holds of the log the export is of."""
    with open(export, "rb") as file:
        header = _header(next(lines_of(file), b""))
    logs = saved_notes(folder, str(header.get("tenant", "")))
    own = read_checkpoint(str(header.get("checkpoint")))
    name = key.name if key else own.origin.rpartition("/")[0] if own else logs[0].name if len(logs) == 1 else None
    if name is None and len(logs) > 1:
        raise AegisSetupError(f"{folder} has checkpoints of several logs. Name the folder of one of them, or give the log's key with --key.")
    mine: List[Saved] = [one for one in logs if one.name == name]
    if not mine:
        raise AegisSetupError(f"{folder} has no checkpoint of the log this export belongs to.")
    trusted = key or next((one.key for one in mine if one.key), None)
    if trusted is None:
        raise AegisSetupError(f"There is no key.pub beside the checkpoints in {folder}. Give the key that signed them with --key.")
    return _Held(trusted, [note for one in mine for note in one.notes])


def _header(line: bytes) -> Dict[str, Any]:
    try:
        value = parse(line)
    except NotStrict:
        return {}
    return value if isinstance(value, dict) else {}


def _told(found: Dict[str, Any]) -> str:
    payloads = found["payloads"]
    tenant = "".join(one if one.isprintable() else "?" for one in found["tenant"])
    entries = f"{tenant}: {found['size']} {'entry' if found['size'] == 1 else 'entries'}"
    if found["ok"]:
        first = f"ok   {entries}, root {found['root']}, {found['anchored']} of them vouched for by a signed checkpoint"
    else:
        first = f"BAD  {entries} verify, then entry {found.get('firstBad')} does not: {found['detail']}"
    return "\n".join(
        [
            first,
            f"     payloads: {payloads['intact']} intact, {payloads['erased']} erased, {payloads['missing']} missing",
            *(f"     checked: {one}" for one in found["against"]),
            *(f"     not checked: {one}" for one in found["notVerified"]),
        ]
    )
