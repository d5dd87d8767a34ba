"""What a patch says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Callable, Mapping, Optional, Tuple


@dataclass(frozen=True)
class Patch:
    """See the interface in `aegis.patch`."""

    package: str
    distribution: str
    tested: Tuple[str, str]
    modules: Mapping[str, Callable[[ModuleType], None]]
    guards: str
    leaves: str = ""


def installed_version(distribution: str) -> Optional[str]:
    """None where it is not installed."""
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def is_tested(patch: Patch, version: str) -> bool:
    oldest, first_not = (_numbers(one) for one in patch.tested)
    return oldest <= _numbers(version) < first_not


def _numbers(version: str) -> Tuple[int, ...]:
    """`2.14.0rc1` -> (2, 14, 0)."""
    numbers: "list[int]" = []
    for part in version.split("."):
        digits = ""
        for one in part:
            if not one.isdigit():
                break
            digits += one
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)
