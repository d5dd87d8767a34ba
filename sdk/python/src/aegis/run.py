"""`python -m aegis run`: the program starts as `python` itself would start it, after `aegis.auto()`."""

from __future__ import annotations

import builtins
import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType
from typing import List, Optional

from .auto import auto
from .errors import AegisSetupError


def run(arguments: List[str], usage: str) -> int:
    """Exit code 2 for a wrong command line and a wrong set-up; else what the program ends with."""
    options = {"--strict": False, "--quiet": False}
    rest = list(arguments)
    while rest and rest[0] in options:
        options[rest.pop(0)] = True
    as_module = bool(rest) and rest[0] == "-m"
    if as_module:
        rest.pop(0)
    if not rest or rest[0] in ("-h", "--help"):
        print(usage, end="", file=sys.stdout if rest else sys.stderr)
        return 0 if rest else 2
    if rest[0].startswith("-"):
        print(f"Unknown option {rest[0]}.\n\n{usage}", end="", file=sys.stderr)
        return 2
    try:
        auto(strict=options["--strict"], quiet=options["--quiet"])
        program = _of_module(rest[0]) if as_module else _of_file(rest[0])
    except (AegisSetupError, OSError, ImportError, SyntaxError) as error:
        print(f"aegis: {error}", file=sys.stderr)
        return 2
    sys.argv = [program.module.__file__ or rest[0], *rest[1:]] if as_module else rest
    sys.modules["__main__"] = program.module
    # What the program raises is its own to show: the interpreter does, as without us.
    exec(program.code, program.module.__dict__)
    return 0


class _Program:
    def __init__(self, code: CodeType, file: str, spec: Optional[ModuleSpec]) -> None:
        self.code = code
        self.module = ModuleType("__main__")
        self.module.__file__ = file
        self.module.__spec__ = spec
        self.module.__loader__ = spec.loader if spec is not None else SourceFileLoader("__main__", file)
        self.module.__package__ = spec.parent if spec is not None else None
        self.module.__dict__["__builtins__"] = builtins


def _of_file(path: str) -> _Program:
    sys.path[0] = os.path.dirname(os.path.abspath(path))
    with open(path, "rb") as file:
        source = file.read()
    return _Program(compile(source, path, "exec", dont_inherit=True), path, None)


def _of_module(name: str) -> _Program:
    sys.path[0] = os.getcwd()
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = importlib.util.find_spec(f"{name}.__main__")
    get_code = getattr(spec.loader, "get_code", None) if spec is not None else None
    code = get_code(spec.name) if spec is not None and get_code is not None else None
    if spec is None or code is None:
        raise AegisSetupError(f"There is no module {name} to run.")
    return _Program(code, spec.origin or name, spec)
