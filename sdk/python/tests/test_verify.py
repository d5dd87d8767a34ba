from __future__ import annotations

import base64
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import pytest

from aegis import ed25519
from aegis.verify import (
    NotStrict,
    Tree,
    canonical,
    leaf_hash,
    note_key,
    parse,
    verify_consistency,
    verify_consistency_proof,
    verify_export,
    verify_inclusion,
    verify_inclusion_receipt,
)
from aegis.verify.notes import NoteKey
from scripted import ROOT
from signing import public_key, sign

CHAIN = ROOT / "conformance/chain"
LOG = "test.example/log"
OTHER_SEED = b"\x08" * 32


def vkey(name: str = LOG, seed: bytes = b"\x07" * 32) -> str:
    data = b"\x01" + public_key(seed)
    identity = hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8]
    return f"{name}+{identity}+{base64.b64encode(data).decode()}"


def key(name: str = LOG, seed: bytes = b"\x07" * 32) -> NoteKey:
    made = note_key(vkey(name, seed))
    assert made is not None
    return made


def lines(path: Path) -> List[bytes]:
    return path.read_bytes().split(b"\n")[:-1]


GOOD = lines(CHAIN / "good.jsonl")


def test_good_export() -> None:
    """[SDK-33] The good export verifies with its key and without one, with the figures the command line gives."""
    found = verify_export(GOOD, key())
    assert (found.ok, found.size, found.anchored, found.payloads.intact, found.payloads.never_stored) == (True, 6, 6, 1, 6)
    unheld = verify_export(GOOD)
    assert (unheld.ok, unheld.anchored) == (True, 0)
    other = verify_export(GOOD, key(seed=OTHER_SEED))
    assert not other.ok and "cannot be believed" in other.detail


@pytest.mark.parametrize("name", sorted(one.name for one in (CHAIN / "malicious").iterdir()))
def test_malicious_exports(name: str) -> None:
    """[SDK-33] Every malicious export of conformance/chain is refused, with the key and without where the TypeScript verifier refuses it too."""
    assert not verify_export(lines(CHAIN / "malicious" / name), key()).ok
    assert not verify_export(lines(CHAIN / "malicious" / name)).ok


def test_changed_bytes() -> None:
    """[SDK-33] Whatever one bit of an entry is changed to, it does not verify; untouched it does."""
    draw = random.Random(5)
    for _ in range(400):
        at = draw.randrange(1, 7)
        changed = bytearray(GOOD[at])
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
        assert not verify_export([*GOOD[:at], bytes(changed), *GOOD[at + 1 :]]).ok
    for cut in range(1, 7):
        assert not verify_export(GOOD[:cut], key()).ok
    assert verify_export(GOOD, key()).ok


def test_canonical_json() -> None:
    """[SDK-33] The canonical form is that of the vectors, and what no strict JSON holds is refused."""
    for case in json.loads((CHAIN / "jcs.json").read_text()):
        text = case["input"]
        value = json.loads(text) if "100000000000000000000" in text else parse(text.encode())
        if "100000000000000000000" not in text:
            assert canonical(value).decode() == case["output"]
    assert canonical([1e20, 1e21, 1e-7, 5e-324, -0.0, 123456789012345680000.0]).decode() == "[100000000000000000000,1e+21,1e-7,5e-324,0,123456789012345680000]"
    for bad in ('{"a":1,"a":2}', '{"\\u0000":1}', "NaN", "9007199254740993", '"\\ud800"', "\ufeff1", "[1,]", "[" * 200 + "]" * 200):
        with pytest.raises(NotStrict):
            canonical(parse(bad.encode("utf-8", "surrogatepass")))


#: RFC 8032, 7.1: secret key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("secret", "message", "signature"), RFC_8032)
def test_signatures(secret: str, message: str, signature: str) -> None:
    """[SDK-34] Ed25519 in plain Python agrees with the vectors of RFC 8032, and refuses what was changed or is not canonical."""
    seed, said, signed = (bytes.fromhex(one) for one in (secret, message, signature))
    public = public_key(seed)
    assert ed25519.verify_plainly(public, said, signed) and sign(said, seed) == signed and ed25519.verify(public, said, signed)
    for at in range(0, 64, 7):
        changed = bytearray(signed)
        changed[at] ^= 4
        assert not ed25519.verify_plainly(public, said, bytes(changed))
    assert not ed25519.verify_plainly(public, said + b"x", signed)
    # The same scalar plus the order of the group: a second signature made of one.
    again = (int.from_bytes(signed[32:], "little") + ed25519.L).to_bytes(32, "little")
    assert not ed25519.verify_plainly(public, said, signed[:32] + again)
    # y = 1 + p, the neutral element written another way; a sign on x = 0; too short.
    for strange in ((1 + ed25519.P).to_bytes(32, "little"), (1 | 1 << 255).to_bytes(32, "little"), public[:31], b""):
        assert not ed25519.verify_plainly(strange, said, signed)
    assert not ed25519.verify_plainly(public, said, signed[:63])


def root_of(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, as it stands there."""
    if len(leaves) == 0:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    at = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:at]) + root_of(leaves[at:])).digest()


def path_of(at: int, leaves: Sequence[bytes]) -> List[bytes]:
    if len(leaves) <= 1:
        return []
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    if at < middle:
        return [*path_of(at, leaves[:middle]), root_of(leaves[middle:])]
    return [*path_of(at - middle, leaves[middle:]), root_of(leaves[:middle])]


def subproof(size: int, leaves: Sequence[bytes], whole: bool) -> List[bytes]:
    if size == len(leaves):
        return [] if whole else [root_of(leaves)]
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    if size <= middle:
        return [*subproof(size, leaves[:middle], whole), root_of(leaves[middle:])]
    return [*subproof(size - middle, leaves[middle:], False), root_of(leaves[:middle])]


def test_proofs() -> None:
    """[SDK-35] Inclusion and consistency hold for every place of every tree up to 20, by the definition of RFC 6962, and for no other."""
    leaves = [leaf_hash(bytes([one])) for one in range(20)]
    tree = Tree()
    for size in range(1, 21):
        tree.push(leaves[size - 1])
        root = root_of(leaves[:size])
        assert tree.root() == root
        for at in range(size):
            proof = path_of(at, leaves[:size])
            assert verify_inclusion(leaves[at], at, size, root, proof)
            assert not verify_inclusion(leaves[at - 1], at, size, root, proof) or size == 1
            assert not verify_inclusion(leaves[at], at, size, root, [*proof, root])
            assert not proof or not verify_inclusion(leaves[at], at, size, root, proof[:-1])
        for older in range(size + 1):
            steps = subproof(older, leaves[:size], True) if older else []
            assert verify_consistency((older, root_of(leaves[:older])), (size, root), steps)
            if 0 < older < size:
                assert not verify_consistency((older, root_of(leaves[1 : older + 1])), (size, root), steps)
                assert not verify_consistency((older, root_of(leaves[:older])), (size, leaves[0]), steps)
    assert not verify_inclusion(leaves[0], -1, 1, leaves[0], []) and not verify_inclusion(leaves[0], 1, 1, leaves[0], [])
    assert not verify_consistency((2, leaves[0]), (1, leaves[0]), [])


def test_receipts() -> None:
    """[SDK-35] Receipts as the API hands them out are checked in form too."""
    entries = [f'{{"index":{at}}}' for at in range(5)]
    leaves = [leaf_hash(one.encode()) for one in entries]
    root = root_of(leaves).hex()
    proof = [one.hex() for one in path_of(3, leaves)]
    receipt: Dict[str, Any] = {"kind": "inclusion", "index": 3, "entry": entries[3], "size": 5, "root": root, "proof": proof}
    assert verify_inclusion_receipt(receipt)
    for change in ({"index": True}, {"index": 2}, {"entry": "x"}, {"proof": ["zz"]}, {"proof": None}, {"root": None}, {"kind": "x"}, {"entry": "\ud800"}):
        assert not verify_inclusion_receipt({**receipt, **change})
    older = {"size": 3, "root": root_of(leaves[:3]).hex()}
    consistent: Dict[str, Any] = {
        "kind": "consistency",
        "older": older,
        "newer": {"size": 5, "root": root},
        "proof": [one.hex() for one in subproof(3, leaves, True)],
    }
    assert verify_consistency_proof(consistent)
    for change in ({"older": {**older, "size": 2}}, {"older": None}, {"proof": [1]}, {"kind": "inclusion"}):
        assert not verify_consistency_proof({**consistent, **change})


def sealed(bodies: Sequence[Tuple[str, Any]], payloads: Sequence[bytes] = ()) -> Tuple[List[bytes], List[bytes]]:
    """Entries as the daemon seals them, and their leaves."""
    prev, out, leaves = "0" * 64, [], []
    for index, (kind, body) in enumerate(bodies):
        more = {"payload": hashlib.sha256(payloads[index]).hexdigest()} if index < len(payloads) and payloads[index] else {}
        entry = {"actor": {"kind": "system"}, "at": index, "body": body, "index": index, "prev": prev, "tenant": "acme", "type": kind, "v": 1, **more}
        out.append(canonical(entry))
        leaves.append(leaf_hash(out[-1]))
        prev = leaves[-1].hex()
    return out, leaves


def note(leaves: Sequence[bytes], seed: bytes, name: str = LOG, origin: str = f"{LOG}/acme") -> str:
    text = f"{origin}\n{len(leaves)}\n{base64.b64encode(root_of(leaves)).decode()}\n"
    identity = bytes.fromhex(vkey(name, seed).split("+")[1])
    return f"{text}\n\u2014 {name} {base64.b64encode(identity + sign(text.encode(), seed)).decode()}\n"


def export(entries: List[bytes], leaves: List[bytes], checkpoint: Optional[str], rest: Sequence[bytes] = ()) -> List[bytes]:
    header = {"export": "aegis-log", "v": 1, "tenant": "acme", "size": len(entries), "root": root_of(leaves).hex(), "checkpoint": checkpoint}
    return [json.dumps(header).encode(), *entries, *rest]


def rotated(by: bytes = b"\x07" * 32) -> Dict[str, str]:
    old, new = vkey(), vkey(seed=OTHER_SEED)
    message = f"aegis key rotation v1\n{LOG}\n{old}\n{new}\n".encode()
    texts = [base64.b64encode(sign(message, seed)).decode() for seed in (by, OTHER_SEED)]
    return {"previous": old, "next": new, "nextPublicKey": public_key(OTHER_SEED).hex(), "signatureByPrevious": texts[0], "signatureByNext": texts[1]}


def test_rotation() -> None:
    """[SDK-33, LOG-13] A rotation signed by both keys is followed from the first key or the second; the old key signs nothing after it."""
    entries, leaves = sealed([("a", {}), ("key-rotated", rotated()), ("b", {})])
    new, old = note(leaves, OTHER_SEED), note(leaves, b"\x07" * 32)
    assert verify_export(export(entries, leaves, new), key()).anchored == 3
    assert verify_export(export(entries, leaves, new), key(seed=OTHER_SEED)).ok
    assert not verify_export(export(entries, leaves, old), key()).ok
    forged, others = sealed([("a", {}), ("key-rotated", rotated(by=b"\x09" * 32)), ("b", {})])
    assert "not signed by both" in verify_export(export(forged, others, note(others, OTHER_SEED)), key()).detail


def test_saved_checkpoints() -> None:
    """[SDK-33, LOG-25] A saved checkpoint vouches for what it covers; the rest could be anybody's, and another history does not pass."""
    entries, leaves = sealed([("a", {}), ("b", {}), ("c", {})])
    short = verify_export(export(entries, leaves, None), key(), [note(leaves[:2], b"\x07" * 32)])
    assert (short.ok, short.first_bad, short.anchored) == (False, 2, 2) and "first 2 of 3 entries" in short.detail
    assert verify_export(export(entries, leaves, None), key(), [note(leaves, b"\x07" * 32)]).ok
    other, others = sealed([("x", {}), ("b", {}), ("c", {})])
    assert not verify_export(export(other, others, note(others, b"\x07" * 32)), key(), [note(leaves[:2], b"\x07" * 32)]).ok
    assert not verify_export(export(entries, leaves, None), key()).ok


def test_payloads() -> None:
    """[SDK-33, LOG-22] A payload that is gone is a fault unless an erasure behind it is on record; one that nobody names is a fault too."""
    secret = b'{"a":1}'
    digest = hashlib.sha256(secret).hexdigest()
    erasure = ("payload-erased", {"subject": "agent/x", "digests": [digest], "reason": "asked"})
    here = json.dumps({"payload": digest, "base64": base64.b64encode(secret).decode()}).encode()
    entries, leaves = sealed([("a", {}), ("b", {})], [secret])
    assert verify_export(export(entries, leaves, None, [here])).payloads.intact == 1
    gone = verify_export(export(entries, leaves, None))
    assert not gone.ok and gone.first_bad == 0 and "holds no payload at all" in gone.detail
    assert verify_export(export(entries, leaves, None), without_payloads=True).payloads.missing == 1
    assert not verify_export(export(entries, leaves, None, [here, here])).ok
    assert not verify_export(export(entries, leaves, None, [here.replace(digest[:4].encode(), b"0000")])).ok
    entries, leaves = sealed([("a", {}), erasure], [secret])
    erased = json.dumps({"payload": digest, "erased": True}).encode()
    assert verify_export(export(entries, leaves, None, [erased])).payloads.erased == 1
    entries, leaves = sealed([erasure, ("a", {})], [b"", secret])
    assert not verify_export(export(entries, leaves, None, [erased])).ok, "an erasure before it explains nothing"


def test_command(tmp_path: Path) -> None:
    """[SDK-36] `python -m aegis verify` has the exit codes and the JSON of `aegis log verify --export`."""

    def run(*words: str) -> Tuple[int, str, str]:
        done = subprocess.run([sys.executable, "-m", "aegis", "verify", *words], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    good = str(CHAIN / "good.jsonl")
    code, out, _ = run(good, "--key", vkey(), "--json")
    found = json.loads(out)
    assert code == 0 and found["ok"] and found["anchored"] == 6
    assert found["against"][-1] == "a checkpoint of all 6 entries, signed by the key given"
    (tmp_path / "key.pub").write_text(vkey() + "\n")
    assert run(good, "--key", str(tmp_path / "key.pub"))[0] == 0
    assert run(good)[1].startswith("ok   acme: 6 entries, root 82d5")
    code, out, _ = run(str(CHAIN / "malicious/root-swapped.jsonl"))
    assert code == 1 and "BAD  acme: 6 entries verify, then entry 0 does not: its entries do not make the root it announces" in out
    checkpoint = json.loads(GOOD[0])["checkpoint"]
    (tmp_path / "checkpoints.jsonl").write_text(json.dumps({"kind": "checkpoint", "at": 1, "origin": "test.example/acme", "note": checkpoint}) + "\n")
    code, out, _ = run(good, "--checkpoints", str(tmp_path), "--json")
    assert code == 0 and json.loads(out)["against"][-1] == "1 saved checkpoint"
    for words in (["nofile"], [good, "--key", "x"], [good, "--checkpoints", str(tmp_path / "none")], ["--colour"], []):
        assert run(*words)[0] == 2
