"""Decisions obeyed while Aegis was away, kept on disk until Aegis has recorded them. The file is the one of the TypeScript SDK."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from typing import Any, Dict, Iterable, Iterator, List, Optional
from urllib.parse import quote

from .telling import tell


def journal_path(agent: str) -> str:
    name = quote(agent, safe="!~*'()-_.")
    return os.path.join(os.path.expanduser("~"), ".local", "state", "aegis", "journal", f"{name}.jsonl")


class Journal:
    def __init__(self, path: str) -> None:
        self.path = path
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = threading.Lock()
        self._sending = False

    def append(self, entry: Dict[str, Any]) -> None:
        """Returns once the entry is on the disk. Raises OSError when it cannot be."""
        os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"
        with self._alone():
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with open(handle, "ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())

    def take(self) -> Optional[List[Any]]:
        """
        What is to be sent now, set aside until `sent` says that it arrived; None when nothing is kept, or somebody else is sending it.
        `rest` must follow.
        """
        if not os.path.isfile(self.path) and not os.path.isfile(self._aside):
            return None
        with self._alone():
            if self._sending:
                return None
            if os.path.isfile(self.path):
                self._move()
            if not os.path.isfile(self._aside):
                return None
            self._sending = True
            with open(self._aside, encoding="utf-8", errors="replace") as file:
                return self._entries(file)

    def _move(self) -> None:
        """What came since goes behind what did not arrive. A crash in between leaves entries twice, which Aegis knows by their ids."""
        if not os.path.isfile(self._aside):
            os.rename(self.path, self._aside)
            return
        with open(self.path, "rb") as newer, open(self._aside, "ab") as older:
            older.write(b"\n" + newer.read())
            older.flush()
            os.fsync(older.fileno())
        os.remove(self.path)

    def sent(self) -> None:
        with self._alone(), contextlib.suppress(FileNotFoundError):
            os.remove(self._aside)

    def rest(self) -> None:
        """Nobody is sending any longer."""
        self._sending = False

    def put_aside(self, code: str) -> None:
        """Moves lines that Aegis refused into a file of their own, for a person to read; what is journalled later is sent without them."""
        kept = f"{self.path}.refused-{int(time.time() * 1000)}"
        with self._alone():
            os.rename(self._aside, kept)
        tell(f"Aegis refused what is in the journal ({code}), so it was put aside as {kept}. Look at it, then remove it.")

    def _entries(self, lines: Iterable[str]) -> List[Any]:
        found: List[Any] = []
        broken = 0
        for line in lines:
            try:
                if line.strip():
                    found.append(json.loads(line))
            except ValueError:
                broken += 1
        if broken:
            tell(f"{broken} line{'' if broken == 1 else 's'} of the journal {self.path} cannot be read and cannot be reported.")
        return found

    @property
    def _aside(self) -> str:
        return f"{self.path}.sending"

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, in this process and among those of this agent: nothing lands in a file that is about to go."""
        with self._lock:
            if sys.platform == "win32":
                yield
                return
            import fcntl

            handle = os.open(f"{self.path}.lock", os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)
