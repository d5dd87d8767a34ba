from __future__ import annotations

import os
import ssl
import subprocess
from pathlib import Path
from typing import Any, Iterator

import pytest

import aegis
from gateway import Gateway
from libraries.cases import Agent
from libraries.environments import FILES, current

HERE = Path(__file__).parent
ROOT = HERE.parents[3]

collect_ignore = [str(HERE / name) for name, environments in FILES.items() if current() not in environments]


@pytest.fixture(scope="session", autouse=True)
def no_certificates() -> Iterator[None]:
    """Nothing here speaks TLS, and reading the authorities anew for each client is a quarter of the time of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)
        yield


@pytest.fixture(scope="session")
def model() -> Iterator[str]:
    """The address of a scripted model server that speaks every provider's wire format."""
    node = os.environ.get("AEGIS_NODE") or str(ROOT / "node_modules" / "node" / "bin" / "node")
    command = [node, "--disable-warning=ExperimentalWarning", str(HERE / "scripted_model.ts")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None and server.stdin is not None
        url = server.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), "the model server did not start"
        try:
            yield url
        finally:
            server.stdin.close()
            server.wait()


@pytest.fixture
def agent(gateway: Gateway, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A guarded process, tools that leave a trace outside of it, and a model to talk to."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    aegis.auto(**gateway.settings(), quiet=True)
    return Agent(gateway, model, tmp_path / "effects")
