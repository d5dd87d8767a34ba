"""
Which test file is for which environment. Agent libraries do not all install together, so there is more than one environment; each is a
file of pinned requirements beside this one. `AEGIS_TEST_ENVIRONMENT` names the one the tests run in; without it no file here is collected.
"""

from __future__ import annotations

import os
from typing import Dict, FrozenSet

#: `newest`: everything in its newest version that installs together. `crewai`: what CrewAI holds back. `adk`: what holds all others back.
ENVIRONMENTS: FrozenSet[str] = frozenset({"newest", "crewai", "adk"})

FILES: Dict[str, FrozenSet[str]] = {
    "test_ag2.py": frozenset({"newest"}),
    "test_agent_framework.py": frozenset({"newest"}),
    "test_anthropic.py": frozenset({"newest"}),
    "test_autogen.py": frozenset({"newest"}),
    "test_bank.py": frozenset({"newest"}),
    "test_beside_others.py": frozenset({"newest", "crewai"}),
    "test_botocore.py": frozenset({"newest", "crewai"}),
    "test_claude_agent_sdk.py": frozenset({"crewai"}),
    "test_crewai.py": frozenset({"crewai"}),
    "test_docs_of_libraries.py": frozenset({"newest"}),
    "test_google_adk.py": frozenset({"crewai", "adk"}),
    "test_google_genai.py": frozenset({"newest", "crewai"}),
    "test_langchain.py": frozenset({"newest"}),
    "test_litellm.py": frozenset({"newest"}),
    "test_llama_index.py": frozenset({"newest"}),
    "test_mcp.py": frozenset({"newest", "crewai"}),
    "test_mistralai.py": frozenset({"newest"}),
    "test_openai.py": frozenset({"newest", "crewai"}),
    "test_openai_agents.py": frozenset({"newest"}),
    "test_openai_ways.py": frozenset({"newest", "crewai"}),
    "test_pauses.py": frozenset({"newest"}),
    "test_pydantic_ai.py": frozenset({"newest"}),
    "test_research.py": frozenset({"newest"}),
    "test_smolagents.py": frozenset({"newest"}),
    "test_strands.py": frozenset({"crewai"}),
}


def current() -> str:
    name = os.environ.get("AEGIS_TEST_ENVIRONMENT", "")
    if name and name not in ENVIRONMENTS:
        raise ValueError(f"AEGIS_TEST_ENVIRONMENT is {name}; known are {', '.join(sorted(ENVIRONMENTS))}")
    return name
