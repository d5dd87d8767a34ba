"""What is guarded in this process, and what is not."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import List, Tuple

from .agent import Wish, wishes
from .patch.catalogue import CATALOGUE, UNGUARDED
from .patch.hook import standings


@dataclass(frozen=True)
class Library:
    name: str
    version: str
    #: `guarded`, `untested` (guarded, in a version nobody tested), `waiting` (installed, not imported yet), `not guarded`.
    state: str
    #: What is asked about.
    guards: str = ""
    #: What is not, or what went wrong.
    leaves: str = ""


@dataclass(frozen=True)
class Coverage:
    libraries: Tuple[Library, ...]
    wishes: Tuple[Wish, ...]

    def of(self, state: str) -> List[Library]:
        return [one for one in self.libraries if one.state == state]

    def line(self) -> str:
        """In one line: what is guarded, what will be once it is imported, and what is not."""
        guarded = [f"{one.name} {one.version}" for one in (*self.of("guarded"), *self.of("untested"))]
        waiting = [one.name for one in self.of("waiting")]
        without = [one.name for one in self.of("not guarded")]
        parts = [f"guarded: {', '.join(guarded) or 'nothing yet'}"]
        if waiting:
            parts.append(f"once imported: {', '.join(waiting)}")
        parts.append(f"not guarded: {', '.join([*without, 'processes it starts', 'functions without @monitor'])}")
        return "; ".join(parts)

    def __str__(self) -> str:
        rows = [f"{one.state:<12} {one.name} {one.version}  {one.guards}{_but(one.leaves)}".rstrip() for one in self.libraries]
        asked = [f"wish         agent {one.agent}: allow {list(one.allow)}, block {list(one.block)}" for one in self.wishes]
        return "\n".join([*rows, *asked, "not guarded  processes the agent starts, and functions without @monitor, wrap or ask"])


def _but(leaves: str) -> str:
    return f" (not: {leaves})" if leaves else ""


def coverage() -> Coverage:
    """What is guarded now. Libraries imported later are guarded then."""
    found: List[Library] = []
    for standing in standings():
        patch = standing.patch
        leaves = "; ".join(one for one in (patch.leaves, *standing.faults) if one)
        guarded = "untested" if standing.untested else "guarded"
        state = "not guarded" if standing.faults else guarded if standing.applied else "waiting"
        found.append(Library(patch.distribution, standing.version, state, patch.guards, leaves))
    known = {standing.patch.package for standing in standings()}
    found.extend(Library(name, "", "waiting") for name in CATALOGUE if name not in known and _installed(name))
    found.extend(Library(name, "", "not guarded", "", "Aegis has no patch for it") for name in UNGUARDED if _installed(name))
    return Coverage(tuple(found), tuple(wishes()))


def _installed(name: str) -> bool:
    if name in sys.modules:
        return True
    from importlib.util import find_spec

    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
