"""Proofs as `aegis log proof` and the HTTP API hand them out."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Tuple

from ..wire.shape import is_list, is_object
from .payloads import is_digest
from .tree import leaf_hash, verify_consistency, verify_inclusion


def verify_inclusion_receipt(receipt: Mapping[str, Any]) -> bool:
    """
    Whether `{"kind": "inclusion", "index", "entry", "size", "root", "proof"}` holds: its entry stands in the tree of its root. Whoever
    asks must hold that root from a checkpoint of their own.
    """
    proof, root = _digests(receipt.get("proof")), receipt.get("root")
    index, size, entry = receipt.get("index"), receipt.get("size"), receipt.get("entry")
    if receipt.get("kind") != "inclusion" or proof is None or not is_digest(root) or not isinstance(entry, str):
        return False
    if not _is_count(index) or not _is_count(size):
        return False
    return verify_inclusion(leaf_hash(entry.encode("utf-8", "surrogatepass")), int(index or 0), int(size or 0), bytes.fromhex(str(root)), proof)


def verify_consistency_proof(proof: Mapping[str, Any]) -> bool:
    """Whether `{"kind": "consistency", "older": {"size", "root"}, "newer": …, "proof"}` shows the older tree to begin the newer one."""
    older, newer, steps = _tree(proof.get("older")), _tree(proof.get("newer")), _digests(proof.get("proof"))
    if proof.get("kind") != "consistency" or older is None or newer is None or steps is None:
        return False
    return verify_consistency(older, newer, steps)


def _tree(said: Any) -> Optional[Tuple[int, bytes]]:
    if not is_object(said) or not _is_count(said.get("size")) or not is_digest(said.get("root")):
        return None
    return said["size"], bytes.fromhex(said["root"])


def _digests(said: Any) -> Optional[List[bytes]]:
    if not is_list(said) or not all(is_digest(one) for one in said):
        return None
    return [bytes.fromhex(one) for one in said]


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
