"""The tree over the log's entries (RFC 6962), and proofs in it (RFC 9162, 2.1.3.2 and 2.1.4.2)."""

from __future__ import annotations

import hashlib
from typing import List, Optional, Sequence, Tuple


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """Grows leaf by leaf; holds one hash for each power of two in its size."""

    def __init__(self) -> None:
        self.size = 0
        self._stack: List[Tuple[bytes, int]] = []

    def push(self, leaf: bytes) -> None:
        height = 0
        while self._stack and self._stack[-1][1] == height:
            leaf, height = node_hash(self._stack.pop()[0], leaf), height + 1
        self._stack.append((leaf, height))
        self.size += 1

    def root(self) -> bytes:
        if not self._stack:
            return hashlib.sha256().digest()
        *lower, (root, _) = self._stack
        for node, _ in reversed(lower):
            root = node_hash(node, root)
        return root


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> Optional[bytes]:
    """The root the proof leads to; None when its length does not fit the place."""
    fn, sn = index, size - 1
    if not 0 <= fn <= sn:
        return None
    root = leaf
    for step in proof:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            root = node_hash(step, root)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = node_hash(root, step)
        fn, sn = fn >> 1, sn >> 1
    return root if sn == 0 else None


def verify_inclusion(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the leaf stands at `index` in the tree of `size` entries with this root. The root must come from a checkpoint of your own."""
    return root_from_inclusion(leaf, index, size, proof) == root


def verify_consistency(older: Tuple[int, bytes], newer: Tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Whether the tree `older` (size, root) is the beginning of `newer`."""
    (old_size, old_root), (new_size, new_root) = older, newer
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    # A whole power of two is its own first step.
    steps = [old_root, *proof] if fn == 0 else list(proof)
    if not steps:
        return False
    left = right = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            left, right = node_hash(step, left), node_hash(step, right)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            right = node_hash(right, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and left == old_root and right == new_root
