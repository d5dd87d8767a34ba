#!/usr/bin/env python3
"""A second, independent verifier of an Aegis log export: the standard library only, written from docs/formats/log.md.

Checks: strict JSON, canonical bytes, indexes, prev links, leaf hashes, the RFC 6962 root against the header and the checkpoint's
text, and payload digests. Does NOT check the checkpoint's Ed25519 signature (the standard library has no Ed25519): see
docs/how-to/verify-a-log.md for doing that with openssl. Exit code 0: verified. 1: not.
"""
import base64
import hashlib
import json
import re
import sys


class Bad(Exception):
    pass


def sha(data):
    return hashlib.sha256(data).digest()


def pairs(items):
    keys = [key for key, _ in items]
    if len(set(keys)) != len(keys):
        raise Bad("a key stands twice")
    return dict(items)


def refuse(token):
    raise Bad("not a JSON number: " + token)


def integer(token):
    value = int(token)
    if abs(value) > 2**53 - 1:
        raise Bad("an integer beyond 2^53-1")
    return value


def strict(data):
    try:
        text = data.decode("utf-8", "strict")
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=refuse, parse_int=integer)
    except (ValueError, RecursionError) as error:
        raise Bad("not strict JSON: %s" % error)
    return value


def number(value):
    """ECMAScript's Number::toString for a finite double."""
    if value == 0:
        return "0"
    sign, value = ("-", -value) if value < 0 else ("", value)
    mantissa, _, exponent = ("%r" % value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = "e%+d" % (point - 1)
    return sign + digits[0] + ("." + digits[1:] if count > 1 else "") + power


def canonical(value):
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        value.encode("utf-8")
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise Bad("a number out of range")
        return number(value)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"


def root_of(leaves):
    stack = []
    for leaf in leaves:
        height = 0
        while stack and stack[-1][1] == height:
            leaf, height = sha(b"\x01" + stack.pop()[0] + leaf), height + 1
        stack.append((leaf, height))
    if not stack:
        return sha(b"")
    node = stack.pop()[0]
    while stack:
        node = sha(b"\x01" + stack.pop()[0] + node)
    return node


def check_entry(data, index, prev, tenant):
    entry = strict(data)
    if not isinstance(entry, dict) or canonical(entry).encode("utf-8") != data:
        raise Bad("its bytes are not canonical")
    if set(entry) - {"v", "tenant", "index", "prev", "at", "type", "actor", "agent", "session", "seq", "body", "payload"}:
        raise Bad("it has an unknown field")
    if entry.get("v") != 1 or entry.get("index") != index or entry.get("prev") != prev or entry.get("tenant") != tenant:
        raise Bad("its version, index, prev or tenant is wrong")
    return sha(b"\x00" + data)


def check_payload(data):
    line = strict(data)
    if line.get("erased") is not True and sha(base64.b64decode(line["base64"], validate=True)).hex() != line["payload"]:
        raise Bad("a payload does not hash to its digest")


def check_checkpoint(note, tenant, leaves):
    origin, size, root = note.split("\n\n")[0].split("\n")[:3]
    if not origin.endswith("/" + tenant) or not re.fullmatch(r"0|[1-9][0-9]*", size) or int(size) > len(leaves):
        raise Bad("its checkpoint is of another or a longer log")
    if base64.b64decode(root, validate=True) != root_of(leaves[: int(size)]):
        raise Bad("its checkpoint names another root")


def verify(path):
    lines = open(path, "rb").read().split(b"\n")
    header = strict(lines[0])
    if header["export"] != "aegis-log" or header["v"] != 1:
        raise Bad("it is not an export")
    size, leaves, prev = header["size"], [], "0" * 64
    if len(lines) - 1 < size:
        raise Bad("entry %d is missing" % (len(lines) - 1))
    for index in range(size):
        try:
            leaves.append(check_entry(lines[1 + index], index, prev, header["tenant"]))
        except Bad as error:
            raise Bad("entry %d: %s" % (index, error))
        prev = leaves[-1].hex()
    for line in filter(None, lines[1 + size :]):
        check_payload(line)
    root = root_of(leaves).hex()
    if root != header["root"]:
        raise Bad("its entries do not make the root it announces")
    if header["checkpoint"] is not None:
        check_checkpoint(header["checkpoint"], header["tenant"], leaves)
    return "OK %d entries, root %s; the checkpoint's signature was not checked" % (size, root)


if __name__ == "__main__":
    try:
        print(verify(sys.argv[1]))
    except (Bad, KeyError, TypeError, ValueError, AttributeError, IndexError, UnicodeError) as error:
        print("BAD " + str(error))
        sys.exit(1)
