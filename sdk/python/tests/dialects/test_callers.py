from __future__ import annotations

from typing import Any, Iterator

import pytest

from aegis.patch import Patch, callers
from aegis.patch.hook import Standing

MODEL = """
def ask(look):
    return look()
"""


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standing]:
    """A framework whose patch stands."""
    one = Standing(Patch("toolframe", "pytest", ("1", "1000"), {}, "Tool.run"))
    one.applied.append("toolframe.tools")
    monkeypatch.setitem(callers.RUN_TOOLS, "toolframe", "toolframe")
    monkeypatch.setattr(callers, "standings", lambda: [one])
    yield one


def asked_from(*modules: str) -> bool:
    """Whether a request is left alone that passes through these modules, outermost first."""
    look: Any = callers.left_to_tools
    for name in reversed(modules):
        space: dict[str, Any] = {"__name__": name}
        exec(MODEL, space)
        inner = look

        def call(ask: Any = space["ask"], inner: Any = inner) -> Any:
            return ask(inner)

        look = call
    return bool(look())


@pytest.fixture(autouse=True)
def helper_passes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs these tests stands for nobody."""
    monkeypatch.setattr(callers, "PASS_ON", callers.PASS_ON | {__name__.partition(".")[0], "_pytest", "pluggy", "pytest"})


@pytest.mark.parametrize("way", [("toolframe.models",), ("agent_of_mine", "toolframe.models", "openai.resources", "opentelemetry.instrumentation")])
def test_left(standing: Standing, way: Any) -> None:
    """[SDK-61] What a framework asks is left to its own patch, through the library and tracers in between."""
    assert asked_from(*way) is True


@pytest.mark.parametrize("way", [("agent_of_mine",), ("agent_of_mine", "openai"), ("toolframe.tools", "agent_of_mine", "openai"), ("toolframework",)])
def test_not_left(standing: Standing, way: Any) -> None:
    """[SDK-61] What the agent's own code asks is decided, also within a tool that the framework runs."""
    assert asked_from(*way) is False


def test_patch_gone(standing: Standing) -> None:
    """[SDK-61] Without a standing patch of its own, a framework's request is decided like any other."""
    standing.faults.append("no such tool")
    assert asked_from("toolframe.models") is False
    standing.faults.clear()
    standing.applied.clear()
    assert asked_from("toolframe.models") is False
