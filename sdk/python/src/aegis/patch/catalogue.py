"""Which libraries there are patches for, and which agent libraries are known to have none."""

from __future__ import annotations

from typing import Dict, Tuple

#: Import name -> module of this folder that holds its `PATCH`. Two names where several libraries share the first.
CATALOGUE: Dict[str, str] = {
    "ag2": "ag2",
    "agent_framework": "agent_framework",
    "agents": "agents",
    "anthropic": "anthropic",
    "autogen_agentchat": "autogen_agentchat",
    "autogen_core": "autogen_core",
    "autogen_ext": "autogen_ext",
    "botocore": "botocore",
    "claude_agent_sdk": "claude_agent_sdk",
    "crewai": "crewai",
    "google.adk": "google_adk",
    "google.genai": "google_genai",
    "langchain_core": "langchain_core",
    "langgraph": "langgraph",
    "litellm": "litellm",
    "llama_index": "llama_index",
    "mcp": "mcp",
    "mistralai": "mistralai",
    "openai": "openai",
    "pydantic_ai": "pydantic_ai",
    "smolagents": "smolagents",
    "strands": "strands",
}

#: Libraries that run tools and are not guarded: told in the start-up line when they are installed.
UNGUARDED: Tuple[str, ...] = ("agno", "browser_use", "dspy", "haystack", "instructor", "metagpt", "phi", "semantic_kernel", "swarm")
