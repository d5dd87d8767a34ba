"""Patches libraries when they are imported, in whatever order that happens, and at once where they already were."""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Dict, List, Optional, Sequence, cast

from ..errors import AegisSetupError
from ..telling import tell
from .catalogue import CATALOGUE
from .target import Patch, installed_version, is_tested


class Standing:
    """How it stands with one library."""

    def __init__(self, patch: Patch) -> None:
        self.patch = patch
        self.version = ""
        self.applied: List[str] = []
        self.faults: List[str] = []
        self.untested = False
        self.told = False


class _State:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.finder: Optional[_Finder] = None
        self.strict = False
        self.standings: Dict[str, Standing] = {}


_STATE = _State()


def watch_imports(strict: bool) -> None:
    """From now on. Raises AegisSetupError in `strict` for an imported library that cannot be guarded surely."""
    with _STATE.lock:
        _STATE.strict = strict
        if _STATE.finder is None:
            _STATE.finder = _Finder()
            sys.meta_path.insert(0, _STATE.finder)
        for package in CATALOGUE:
            if package in sys.modules:
                for name in _patch_of(package).modules:
                    module = sys.modules.get(name)
                    if module is not None:
                        _apply(package, name, module)
                _arrived(package, sys.modules[package])


def stop_watching() -> None:
    with _STATE.lock:
        if _STATE.finder is not None and _STATE.finder in sys.meta_path:
            sys.meta_path.remove(_STATE.finder)
        _STATE.finder = None
        _STATE.standings.clear()


def standings() -> List[Standing]:
    """The libraries that were imported, in that order."""
    return list(_STATE.standings.values())


def _package_of(module: str) -> Optional[str]:
    """The key in the catalogue: the top-level name, or two names where several libraries share the first (`google.genai`)."""
    first, _, rest = module.partition(".")
    if first in CATALOGUE:
        return first
    two = f"{first}.{rest.partition('.')[0]}"
    return two if two in CATALOGUE else None


def _patch_of(package: str) -> Patch:
    patch = import_module(f"aegis.patch.{CATALOGUE[package]}").PATCH
    assert isinstance(patch, Patch)
    return patch


def _apply(package: str, name: str, module: ModuleType) -> None:
    """Once per module. What fails is said, and refused in `strict`: an agent that believes itself guarded must be."""
    with _STATE.lock:
        standing = _standing(package)
        patch = standing.patch
        if name in standing.applied:
            return
        try:
            patch.modules[name](module)
        except Exception as error:
            _unguarded(standing, f"{name}: {error}")
        else:
            standing.applied.append(name)


def _arrived(package: str, module: ModuleType) -> None:
    """The library itself was loaded: in a version that has nothing of what is patched, nothing would ever be."""
    with _STATE.lock:
        standing = _standing(package)
        if not standing.applied and not any(_exists(name, package, module) for name in standing.patch.modules):
            _unguarded(standing, f"it has no module {' or '.join(standing.patch.modules)}")


def _standing(package: str) -> Standing:
    standing = _STATE.standings.get(package)
    if standing is None:
        patch = _patch_of(package)
        standing = _STATE.standings[package] = Standing(patch)
        standing.version = installed_version(patch.distribution) or "?"
        standing.untested = not is_tested(patch, standing.version)
    # In `strict` each import is refused, and not only the first.
    if standing.untested and (_STATE.strict or not standing.told):
        standing.told = True
        oldest, first_not = standing.patch.tested
        versions = f"({oldest} up to, not including, {first_not})"
        _fault(f"{standing.patch.distribution} {standing.version} is outside the tested versions {versions}")
    return standing


def _unguarded(standing: Standing, why: str) -> None:
    if why not in standing.faults:
        standing.faults.append(why)
    _fault(f"{standing.patch.distribution} {standing.version} is not guarded: {why}")


def _exists(name: str, package: str, module: ModuleType) -> bool:
    """Whether there is such a module, found without loading any."""
    if name in sys.modules:
        return True
    known = package
    path: Optional[List[str]] = list(getattr(module, "__path__", []))
    for part in name[len(package) + 1 :].split("."):
        known = f"{known}.{part}"
        spec = PathFinder.find_spec(known, path)
        if spec is None:
            return False
        path = spec.submodule_search_locations
    return True


def _fault(text: str) -> None:
    if _STATE.strict:
        raise AegisSetupError(f"{text}. strict=True refuses that.")
    tell(f"{text}.")


class _Finder:
    """First of the finders: lets the others find, and has the module patched once it is loaded."""

    def find_spec(self, fullname: str, path: Optional[Sequence[str]] = None, target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        package = _package_of(fullname)
        if package is None or (fullname != package and fullname not in _patch_of(package).modules):
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec: Optional[ModuleSpec] = None if finder is self or find is None else find(fullname, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = cast(Loader, _Loader(spec.loader, package, fullname))
                return spec
        return None


class _Loader:
    """The library's own loader; afterwards the module has that one again."""

    def __init__(self, loader: Any, package: str, name: str) -> None:
        self._loader = loader
        self._package = package
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> Optional[ModuleType]:
        created: Optional[ModuleType] = self._loader.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        # A module may name itself otherwise while it is loaded.
        if self._name in _patch_of(self._package).modules:
            _apply(self._package, self._name, module)
        if self._name == self._package:
            _arrived(self._package, module)
