"""Which libraries there are patches for, and which agent libraries are known to have none."""

from __future__ import annotations

from typing import Dict, Tuple

#: Import name -> module of this folder that holds its `PATCH`. Two names where several libraries share the first.
CATALOGUE: Dict[str, str] = {
    "anthropic": "anthropic",
    "botocore": "botocore",
    "google.genai": "google_genai",
    "litellm": "litellm",
    "mcp": "mcp",
    "mistralai": "mistralai",
    "openai": "openai",
}

#: Libraries that run tools and are not guarded: told in the start-up line when they are installed.
UNGUARDED: Tuple[str, ...] = ("agno", "browser_use", "dspy", "haystack", "instructor", "metagpt", "phi", "semantic_kernel", "swarm")
