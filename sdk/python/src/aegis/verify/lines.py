"""The lines of an export."""

from __future__ import annotations

from typing import BinaryIO, Iterator


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Each without its line end; an empty last one is none."""
    for line in file:
        yield line[:-1] if line.endswith(b"\n") else line
