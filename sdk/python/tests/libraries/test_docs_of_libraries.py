"""The programs of docs/how-to/python run as they stand, against a gateway and a model server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest
from gateway import Gateway

FOLDER = Path(__file__).parents[4] / "docs" / "how-to" / "python"
#: Pages of the libraries of this folder whose programs run here.
PAGES = ["anthropic", "bedrock", "google-genai", "litellm", "mistralai", "openai"]


def programs(page: str) -> List[str]:
    return re.findall(r"^```python\n(.*?)^```$", (FOLDER / f"{page}.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)


ALL = [(page, at, text) for page in PAGES for at, text in enumerate(programs(page))]


@pytest.mark.parametrize(("page", "at", "text"), ALL, ids=[f"{page}-{at}" for page, at, _ in ALL])
def test_program(page: str, at: int, text: str, gateway: Gateway, model: str, tmp_path: Path) -> None:
    """[SDK-56] What the page shows runs, guarded, and says what the model says."""
    (tmp_path / "program.py").write_text(text, "utf-8")
    addresses = {
        "OPENAI_BASE_URL": f"{model}/v1",
        "ANTHROPIC_BASE_URL": model,
        "GOOGLE_GEMINI_BASE_URL": model,
        "AWS_ENDPOINT_URL": model,
        "MISTRAL_SERVER_URL": f"{model}/mistral",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    keys = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "MISTRAL_API_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    settings = {"AEGIS_URL": "http://127.0.0.1:9", "AEGIS_SOCKET": gateway.socket, "AEGIS_KEY": "k", "AEGIS_AGENT": "a", "HOME": gateway.folder}
    source = {"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    env = {**os.environ, **addresses, **dict.fromkeys(keys, "k"), **settings, **source}
    done = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "aegis: agent a asks" in done.stderr
    assert "You" in done.stdout
