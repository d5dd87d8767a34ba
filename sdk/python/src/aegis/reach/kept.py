"""What `aegis login` kept on this machine for this user."""

from __future__ import annotations

import json
import os


def kept_answer_key(url: str) -> str:
    """The answer key that was kept for this address; "" for none."""
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    try:
        with open(os.path.join(folder, "aegis", "credentials.json"), encoding="utf-8") as file:
            kept = json.load(file)
        key = kept["answerKey"] if kept["url"] == url.rstrip("/") else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return key if isinstance(key, str) else ""
