"""Requests as bytes."""

from __future__ import annotations

import json
from typing import Any, Dict

from .reach.answer import Sending


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def post(path: str, body: Dict[str, Any], seconds: float) -> Sending:
    """Raises ValueError for what is no JSON."""
    return Sending("POST", path, _encode(body).encode("utf-8"), seconds)
