"""
Verifies what Aegis recorded, without Aegis: exports, checkpoints and proofs (docs/formats/log.md). The standard library alone.

    from aegis.verify import note_key, verify_export
    with open("audit.jsonl", "rb") as file:
        found = verify_export(lines_of(file), key=note_key("aegis-…+…"))
    assert found.ok, found.detail
"""

from __future__ import annotations

from .export import Verification, verify_export
from .lines import lines_of
from .notes import Checkpoint, NoteKey, note_key, read_checkpoint, why_not_believed
from .payloads import Count
from .receipt import verify_consistency_proof, verify_inclusion_receipt
from .strict import NotStrict, canonical, parse
from .tree import Tree, leaf_hash, verify_consistency, verify_inclusion

__all__ = [
    "Checkpoint",
    "Count",
    "NotStrict",
    "NoteKey",
    "Tree",
    "Verification",
    "canonical",
    "leaf_hash",
    "lines_of",
    "note_key",
    "parse",
    "read_checkpoint",
    "verify_consistency",
    "verify_consistency_proof",
    "verify_export",
    "verify_inclusion",
    "verify_inclusion_receipt",
    "why_not_believed",
]
