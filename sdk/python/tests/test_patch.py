from __future__ import annotations

import importlib
import inspect
import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, Iterator

import pytest

import aegis
from aegis.errors import AegisSetupError
from aegis.patch import Patch, guard, replace
from aegis.patch import catalogue, hook
from gateway import Gateway

LIBRARY = """
class Tool:
    \"\"\"A tool.\"\"\"
    name = "lib_tool"
    def run(self, text: str = "x") -> str:
        \"\"\"Runs.\"\"\"
        return text
    @classmethod
    def make(cls, text): return text
    @staticmethod
    def still(text): return text
class Special(Tool):
    pass
def call(text): return text
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A library of its own, with a patch, as a patch author would write one."""
    package = tmp_path / "toollib"
    package.mkdir()
    (package / "__init__.py").write_text("from .inner import Tool, call\n")
    (package / "inner.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(str(tmp_path))
    patch = type(sys)("aegis.patch._toollib")
    patch.PATCH = Patch("toollib", "pytest", ("1", "1000"), {"toollib.inner": _inner}, "Tool.run")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "aegis.patch._toollib", patch)
    monkeypatch.setitem(catalogue.CATALOGUE, "toollib", "_toollib")
    yield package
    for name in [one for one in sys.modules if one.startswith("toollib")]:
        del sys.modules[name]


def _inner(module: Any) -> None:
    def guarded(original: Any) -> Any:
        return lambda self, text="x": guard("run", {"text": text}, lambda decided: original(self, **decided))

    def bare(original: Any) -> Any:
        return lambda *args: guard("call", {"text": args[-1]}, lambda decided: original(*args[:-1], decided["text"]))

    replace(module.Tool, "run", guarded)
    replace(module.Tool, "make", bare)
    replace(module.Tool, "still", bare)
    replace(module.Special, "run", guarded)
    replace(module, "call", bare)


def use(name: str = "toollib") -> Any:
    return importlib.import_module(name)


@pytest.mark.parametrize("first", ["aegis", "library"])
def test_order_of_imports(gateway: Gateway, library: Path, first: str) -> None:
    """[SDK-29] The library is guarded whichever is imported first, names bound before included; twice asks once."""
    bound = None
    if first == "library":
        bound = use().call
        assert bound("a") == "a"
    aegis.auto(**gateway.settings(), quiet=True)
    aegis.auto(**gateway.settings(), quiet=True)
    toollib = use()
    assert toollib.Tool().run("b") == "b" and toollib.call("c") == "c"
    assert [one["args"] for one in gateway.proposals()] == [{"text": "b"}, {"text": "c"}]
    assert toollib.inner.__spec__.loader is toollib.inner.__loader__ and "aegis" not in type(toollib.inner.__loader__).__module__


def test_looks_the_same(gateway: Gateway, library: Path) -> None:
    """[SDK-29] Signature, docstring, isinstance and pickling stay; a chain of subclasses is wrapped once."""
    aegis.auto(**gateway.settings(), quiet=True)
    inner = use("toollib.inner")
    assert inspect.signature(inner.Tool.run) == inspect.signature(lambda self, text="x": "") .replace(
        parameters=list(inspect.signature(inner.Tool.run).parameters.values()), return_annotation=inspect.signature(inner.Tool.run).return_annotation
    )
    assert list(inspect.signature(inner.Tool.run).parameters) == ["self", "text"] and inner.Tool.run.__doc__ == "Runs."
    assert isinstance(pickle.loads(pickle.dumps(inner.Special())), inner.Tool)
    assert pickle.loads(pickle.dumps(inner.call)) is inner.call
    assert inner.Special().run() == "x" and inner.Tool.make("m") == "m" and inner.Tool().still("s") == "s"
    assert len(gateway.proposals()) == 3


def test_unpatching(gateway: Gateway, library: Path) -> None:
    """[SDK-29] Undone, everything is as it was; what somebody else wrapped meanwhile passes through, and can be guarded again."""
    inner = use("toollib.inner")
    before = inner.Tool.run
    aegis.auto(**gateway.settings(), quiet=True)
    guarded = inner.Tool.run
    inner.Tool.make = classmethod(_traced(inner.Tool.make.__func__))
    aegis.unpatch()
    assert inner.Tool.run is before and guarded(inner.Tool()) == "x" and inner.Tool.make("m") == "m" and inner.call("c") == "c"
    assert gateway.proposals() == []
    aegis.auto(**gateway.settings(), quiet=True)
    assert inner.Tool.make("m") == "m" and inner.Tool().run() == "x"
    assert len(gateway.proposals()) == 2


def _traced(function: Any) -> Any:
    import functools

    @functools.wraps(function)
    def traced(*args: Any) -> Any:
        return function(*args)

    return traced


def test_untested_and_broken(gateway: Gateway, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """[SDK-30] A version outside the tested range is warned by name, one that lacks a function is told as not guarded; strict refuses both."""
    patch = sys.modules["aegis.patch._toollib"]
    patch.PATCH = Patch("toollib", "pytest", ("1", "2"), {"toollib.inner": lambda module: replace(module, "gone", lambda it: it)}, "gone")  # type: ignore[attr-defined]
    aegis.auto(**gateway.settings(), quiet=True)
    use()
    said = capsys.readouterr().err
    assert "pytest" in said and "outside the tested versions (1 up to, not including, 2)" in said and "has no gone" in said
    [found] = [one for one in aegis.coverage().libraries if one.guards == "gone"]
    assert found.state == "not guarded" and "has no gone" in found.leaves
    for name in [one for one in sys.modules if one.startswith("toollib")]:
        del sys.modules[name]
    aegis.unpatch()
    aegis.auto(**gateway.settings(), strict=True, quiet=True)
    for _ in range(2):
        with pytest.raises(AegisSetupError, match="outside the tested versions"):
            use()


def test_moved_away(gateway: Gateway, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """[SDK-30] A library that has none of the modules that are patched is told as not guarded when it is imported, and refused in strict."""
    patch = sys.modules["aegis.patch._toollib"]
    patch.PATCH = Patch("toollib", "pytest", ("1", "1000"), {"toollib.elsewhere": _inner, "toollib.sub.deep": _inner}, "moved")  # type: ignore[attr-defined]
    aegis.auto(**gateway.settings(), quiet=True)
    use()
    assert "is not guarded: it has no module toollib.elsewhere or toollib.sub.deep" in capsys.readouterr().err
    assert [one.state for one in aegis.coverage().libraries if one.guards == "moved"] == ["not guarded"]
    aegis.unpatch()
    with pytest.raises(AegisSetupError, match="has no module"):
        aegis.auto(**gateway.settings(), strict=True, quiet=True)
    aegis.unpatch()
    (library / "sub").mkdir()
    (library / "sub/deep.py").write_text(LIBRARY)
    aegis.auto(**gateway.settings(), strict=True, quiet=True)
    assert [one.state for one in aegis.coverage().libraries if one.guards == "moved"] == ["waiting"]
    assert use("toollib.sub.deep").Tool().run("x") == "x" and len(gateway.proposals()) == 1


def test_start_up_line(gateway: Gateway, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """[SDK-30] One line says what is guarded and what is not."""
    use()
    aegis.auto(**gateway.settings())
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("aegis: agent a asks http://127.0.0.1:9 (advisory); guarded: pytest ")
    assert "not guarded: " in lines[0] and "processes it starts" in lines[0]
    assert "Tool.run" in str(aegis.coverage())


def test_run(gateway: Gateway, library: Path, tmp_path: Path) -> None:
    """[SDK-31] `python -m aegis run` starts scripts and modules as python does, guarded, with their arguments and exit codes."""
    script = tmp_path / "agent.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys, aegis, beside
            @aegis.monitor
            def look(at): return at
            if __name__ == "__main__":
                import __main__
                assert __main__.look is look
                print(look(1), sys.argv[1:], __file__.endswith("agent.py"), beside.X)
                sys.exit(7)
            """
        )
    )
    (tmp_path / "beside.py").write_text("X = 5\n")
    settings = gateway.settings()
    env = {**os.environ, "AEGIS_URL": settings["url"], "AEGIS_SOCKET": settings["socket"], "AEGIS_KEY": "k", "AEGIS_AGENT": "a", "HOME": str(tmp_path)}
    for words in (["agent.py", "--x", "1"], ["-m", "agent", "--x", "1"]):
        done = subprocess.run([sys.executable, "-m", "aegis", "run", *words], cwd=tmp_path, env=env, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (7, "1 ['--x', '1'] True 5\n"), done.stderr
        assert done.stderr.startswith("aegis: agent a asks")
    assert len(gateway.proposals()) == 2
    for words, code, told in ((["none.py"], 2, "none.py"), ([], 2, "usage"), (["--help"], 0, ""), (["-m", "nothing_here"], 2, "nothing_here")):
        done = subprocess.run([sys.executable, "-m", "aegis", "run", *words], cwd=tmp_path, env=env, capture_output=True, text=True)
        assert done.returncode == code and told in done.stderr


def test_import_is_light() -> None:
    """[SDK-32] Importing aegis loads no framework, no asyncio, no ssl and no HTTP client."""
    program = "import sys; before = set(sys.modules); import aegis; print(sorted({m.partition('.')[0] for m in set(sys.modules) - before}))"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    for name in ("asyncio", "ssl", "http", "inspect", "urllib", "openai", "socket", "logging", "concurrent", "email"):
        assert f"'{name}'" not in done.stdout


def test_the_hook_watches_only_what_it_knows(gateway: Gateway) -> None:
    """[SDK-29] The finder stands once on sys.meta_path and answers for nothing but libraries with a patch."""
    aegis.auto(**gateway.settings(), quiet=True)
    aegis.auto(**gateway.settings(), quiet=True)
    finders = [one for one in sys.meta_path if isinstance(one, hook._Finder)]
    assert len(finders) == 1 and finders[0].find_spec("json") is None
    aegis.unpatch()
    assert not [one for one in sys.meta_path if isinstance(one, hook._Finder)]
