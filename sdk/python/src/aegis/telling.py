"""What a person at the terminal is told, one line at a time."""

from __future__ import annotations

import sys


def tell(text: str) -> None:
    """Whatever the words are (a policy's, a tool's), it is one line, and no terminal obeys it."""
    line = "".join(one if one.isprintable() else " " for one in text)
    try:
        print(f"aegis: {line}", file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):
        # Nobody listens there: a closed stream must not stop an agent.
        return
