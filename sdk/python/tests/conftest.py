from __future__ import annotations

from typing import Any, Iterator

import pytest

import aegis
from aegis import agents
from gateway import Gateway


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
