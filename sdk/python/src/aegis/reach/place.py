"""Where the local socket lies, and whether it is safe to speak through it (docs/formats/socket.md)."""

from __future__ import annotations

import os
import stat
import sys
from typing import List, Optional
from urllib.parse import urlsplit

from ..errors import AegisSetupError

MOST_PATH_BYTES = 103
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
OTHERS = 0o077


def sockets_for(url: str, setting: str) -> List[str]:
    """Candidates, best first: at `setting` (`off`: nowhere), else under the port of a loopback http:// address without a path."""
    if sys.platform == "win32" or setting == "off":
        return []
    if setting:
        return [os.path.abspath(setting)]
    try:
        place = urlsplit(url)
        port = place.port or 80
    except ValueError:
        return []
    if place.scheme != "http" or place.hostname not in LOOPBACK or place.path not in ("", "/"):
        return []
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    folders: List[str] = []
    if os.path.isabs(runtime):
        folders.append(os.path.join(runtime, "aegis"))
    elif sys.platform == "linux":
        # A program that was started with few variables does not know the runtime folder; systemd's has a fixed name.
        folders.append(f"/run/user/{os.getuid()}/aegis")
    folders.append(os.path.join(os.path.expanduser("~"), ".local", "state", "aegis", "run"))
    paths = [os.path.join(folder, f"{port}.sock") for folder in folders]
    return [path for path in paths if len(os.fsencode(path)) <= MOST_PATH_BYTES]


def is_safe_socket(path: str) -> bool:
    """Whether something lies there. Raises AegisSetupError when it is no socket of this user's, or another user could have put it there."""
    if sys.platform == "win32":
        return False
    socket = _present(path)
    if socket is None:
        return False
    folder = _present(os.path.dirname(path))
    mine = os.getuid()
    private = folder is not None and stat.S_ISDIR(folder.st_mode) and folder.st_uid == mine and not folder.st_mode & OTHERS
    if not (private and stat.S_ISSOCK(socket.st_mode) and socket.st_uid == mine):
        raise AegisSetupError(
            f"Other users could stand in for Aegis at {path}, so it was not asked: its folder must be yours and have mode 0700. "
            "Put that right, or ask over HTTP with AEGIS_SOCKET=off."
        )
    return True


def _present(path: str) -> Optional[os.stat_result]:
    try:
        return os.lstat(path)
    except OSError:
        return None
