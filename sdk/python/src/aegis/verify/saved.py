"""Checkpoints that somebody kept: a second place of the daemon, a copy of one, or a folder of such."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

from ..errors import AegisSetupError
from ..wire.shape import is_object
from .notes import NoteKey, note_key, read_checkpoint


class Saved(NamedTuple):
    name: str
    key: Optional[NoteKey]
    notes: List[str]


def saved_notes(folder: str, tenant: str) -> List[Saved]:
    """What a folder, and the folders in it, hold of each log that signed for this tenant. Nothing is believed yet."""
    if not os.path.isdir(folder):
        raise AegisSetupError(f"There is no folder {folder}.")
    found: List[Saved] = []
    for place in [folder, *sorted(one.path for one in os.scandir(folder) if one.is_dir())]:
        by_log: Dict[str, List[str]] = {}
        for record in _records(place):
            note = record.get("note")
            checkpoint = read_checkpoint(note) if isinstance(note, str) else None
            if isinstance(note, str) and checkpoint is not None and checkpoint.origin.endswith(f"/{tenant}"):
                notes = by_log.setdefault(checkpoint.origin.rpartition("/")[0], [])
                if record.get("kind") == "recovered":
                    # A recovery begins anew: what was signed before it is not of this log any more.
                    notes.clear()
                if note not in notes:
                    notes.append(note)
        found.extend(Saved(name, _key_in(place), notes) for name, notes in by_log.items())
    return found


def _records(folder: str) -> Iterator[Dict[str, Any]]:
    """Those of `checkpoints.jsonl`, then `latest.json`. Raises AegisSetupError for a file that no writer left so."""
    for name in ("checkpoints.jsonl", "latest.json"):
        path = os.path.join(folder, name)
        if not os.path.isfile(path):
            continue
        with open(path, encoding="utf-8") as file:
            texts = [line for line in file if line.endswith("}\n")] if name.endswith("l") else [file.read()]
        for text in texts:
            try:
                said = json.loads(text)
            except ValueError as error:
                raise AegisSetupError(f"{path} was changed: {error}") from error
            records = said.values() if name == "latest.json" and is_object(said) else [said]
            yield from (one for one in records if is_object(one))


def _key_in(folder: str) -> Optional[NoteKey]:
    path = os.path.join(folder, "key.pub")
    if not os.path.isfile(path):
        return None
    with open(path, encoding="utf-8") as file:
        return note_key(file.read().strip())
