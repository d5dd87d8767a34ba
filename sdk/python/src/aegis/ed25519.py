"""Ed25519 signatures, verified only (RFC 8032, 5.1.7): in plain Python, or by `cryptography` where that is installed."""

from __future__ import annotations

import hashlib
from typing import Any, Callable, Optional, Tuple

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)

#: Extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, T = XY/Z.
Point = Tuple[int, int, int, int]

_NEUTRAL: Point = (0, 1, 1, 0)
_BASE_Y = 4 * pow(5, -1, P) % P


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) over `message` was made with the key behind `public_key` (32 bytes)."""
    global _fast
    if _fast is None:
        _fast = _of_cryptography() or verify_plainly
    return _fast(public_key, message, signature)


_fast: Optional[Callable[[bytes, bytes, bytes], bool]] = None


def _of_cryptography() -> Optional[Callable[[bytes, bytes, bytes], bool]]:
    try:
        from importlib import import_module

        refused: Any = import_module("cryptography.exceptions").InvalidSignature
        keys: Any = import_module("cryptography.hazmat.primitives.asymmetric.ed25519").Ed25519PublicKey
    except Exception:  # a broken installation of it must not stop verification
        return None

    def verified(public_key: bytes, message: bytes, signature: bytes) -> bool:
        try:
            keys.from_public_bytes(public_key).verify(signature, message)
        except (refused, ValueError):
            return False
        return True

    return verified


def verify_plainly(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """The same without any package: about 3 ms."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key = _decompress(public_key)
    scalar = int.from_bytes(signature[32:], "little")
    # A scalar that is not reduced would make a second signature out of one.
    if key is None or scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % L
    x, y, z, t = key
    # R = sB − hA, compared as bytes: an R that is not written canonically is none.
    point = _double_scalar(scalar, challenge, (P - x, y, z, P - t))
    return _compress(point) == signature[:32]


def _double_scalar(scalar: int, other: int, point: Point) -> Point:
    """scalar·B + other·point."""
    base = _base()
    both = _add(base, point)
    result = _NEUTRAL
    for bit in range(max(scalar.bit_length(), other.bit_length()) - 1, -1, -1):
        result = _double(result)
        first, second = scalar >> bit & 1, other >> bit & 1
        if first and second:
            result = _add(result, both)
        elif first:
            result = _add(result, base)
        elif second:
            result = _add(result, point)
    return result


def _add(p: Point, q: Point) -> Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _double(p: Point) -> Point:
    a = p[0] * p[0] % P
    b = p[1] * p[1] % P
    c = 2 * p[2] * p[2] % P
    h = a + b
    e = h - (p[0] + p[1]) * (p[0] + p[1]) % P
    g = a - b
    f = c + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _base() -> Point:
    point = _decompress(_BASE_Y.to_bytes(32, "little"))
    assert point is not None
    return point


def _compress(p: Point) -> bytes:
    inverse = pow(p[2], -1, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decompress(data: bytes) -> Optional[Point]:
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)
