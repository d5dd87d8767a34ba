"""A question on the terminal that the agent was started from, for a setting under which a person there may answer while Aegis is away."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from typing import Iterator, Optional

from .wire.proposal import Proposal

#: Of longer arguments a person is shown the beginning, and how much more there is.
MOST_SHOWN = 2_000
#: How often somebody on an event loop looks whether a line was typed, or whether it is their turn.
LOOK_SECONDS = 0.1

#: One question after another.
_TURN = threading.Lock()


class AtTerminal:
    """Whether the person there typed yes; false where there is no terminal, or no answer in time."""

    def __init__(self, proposal: Proposal, until: float) -> None:
        self._question = _question(proposal)
        self._until = until

    def run(self) -> bool:
        import select

        if not _TURN.acquire(timeout=max(0.0, self._until - time.monotonic())):
            return False
        try:
            with _asked(self._question) as terminal:
                if terminal is None:
                    return False
                ready, _, _ = select.select([terminal], [], [], max(0.0, self._until - time.monotonic()))
                return bool(ready) and _is_yes(terminal)
        finally:
            _TURN.release()

    async def arun(self) -> bool:
        import asyncio
        import select

        while not _TURN.acquire(blocking=False):
            if time.monotonic() > self._until:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        try:
            with _asked(self._question) as terminal:
                while terminal is not None and time.monotonic() < self._until:
                    if select.select([terminal], [], [], 0)[0]:
                        return _is_yes(terminal)
                    await asyncio.sleep(LOOK_SECONDS)
                return False
        finally:
            _TURN.release()


def _question(proposal: Proposal) -> str:
    """On one line, and without what a terminal would obey."""
    text = f"{proposal.name} {json.dumps(proposal.args, ensure_ascii=False)}"
    left = len(text) - MOST_SHOWN
    shown = "".join(one if one.isprintable() else " " for one in text[:MOST_SHOWN]) + (f"… ({left} more characters)" if left > 0 else "")
    return f"aegis: Aegis is away, so nobody else checks this call: {shown}\naegis: Type yes to run it, anything else to block it: "


@contextlib.contextmanager
def _asked(question: str) -> Iterator[Optional[int]]:
    """The terminal with the question on it; None where the program has none. What was typed before the question is no answer to it."""
    terminal = None
    try:
        with contextlib.suppress(OSError, ImportError):
            if sys.platform != "win32":
                import termios

                terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
                termios.tcflush(terminal, termios.TCIFLUSH)
                os.write(terminal, question.encode("utf-8", "replace"))
        yield terminal
    finally:
        if terminal is not None:
            os.close(terminal)


def _is_yes(terminal: int) -> bool:
    try:
        return os.read(terminal, 4_096).decode("utf-8", "replace").strip().lower() == "yes"
    except OSError:
        return False
