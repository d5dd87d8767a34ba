from __future__ import annotations

from typing import Any, Iterator

import pytest

import aegis
from aegis import agents
from gateway import Gateway


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test that is skipped proves nothing."""
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(params=["socket", "http"])
def over(request: Any) -> str:
    """Each test that takes it runs over the local socket and over HTTP."""
    return str(request.param)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as started:
        yield started


@pytest.fixture(autouse=True)
def nothing_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test sees the environment or the patches of another."""
    for name in ("AEGIS_URL", "AEGIS_KEY", "AEGIS_AGENT", "AEGIS_SESSION", "AEGIS_SOCKET", "AEGIS_ANSWER_KEY", "AEGIS_ASK_TIMEOUT_MS"):
        monkeypatch.delenv(name, raising=False)
    yield
    aegis.unpatch()
    agents._CLIENTS.own = None
    agents._CLIENTS.others.clear()
