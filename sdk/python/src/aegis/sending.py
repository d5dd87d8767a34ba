"""Requests as bytes."""

from __future__ import annotations

import json
from typing import Any, Dict

from .reach.answer import Sending


def post(path: str, body: Dict[str, Any], seconds: float) -> Sending:
    """Raises ValueError for what is no JSON."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Sending("POST", path, text.encode("utf-8"), seconds)
