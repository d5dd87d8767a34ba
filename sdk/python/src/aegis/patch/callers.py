"""
Who asks a model. A framework that runs tools itself is guarded where it runs them, with the arguments as it validated them, so that a
denial is a tool error it goes on from. Its requests to a model are left alone, as long as its own patch stands.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from types import FrameType
from typing import Dict, FrozenSet, Optional

from .hook import standings

#: Packages that ask models and run tools -> the package whose patch guards their tools.
RUN_TOOLS: Dict[str, str] = {
    "ag2": "ag2",
    "agent_framework": "agent_framework",
    "agent_framework_anthropic": "agent_framework",
    "agent_framework_azure_ai": "agent_framework",
    "agent_framework_bedrock": "agent_framework",
    "agent_framework_foundry": "agent_framework",
    "agent_framework_openai": "agent_framework",
    "agents": "agents",
    "autogen_agentchat": "autogen_core",
    "autogen_core": "autogen_core",
    "autogen_ext": "autogen_core",
    "crewai": "crewai",
    "google.adk": "google.adk",
    "langchain": "langchain_core",
    "langchain_anthropic": "langchain_core",
    "langchain_aws": "langchain_core",
    "langchain_core": "langchain_core",
    "langchain_google_genai": "langchain_core",
    "langchain_mistralai": "langchain_core",
    "langchain_openai": "langchain_core",
    "langgraph": "langchain_core",
    "llama_index": "llama_index",
    "pydantic_ai": "pydantic_ai",
    "smolagents": "smolagents",
    "strands": "strands",
}

#: They only pass a call on: the libraries themselves, and those that trace or repeat calls.
PASS_ON: FrozenSet[str] = frozenset(
    {
        "aegis",
        "anthropic",
        "anyio",
        "asyncio",
        "backoff",
        "boto3",
        "botocore",
        "concurrent",
        "contextlib",
        "contextvars",
        "ddtrace",
        "functools",
        "google.genai",
        "httpx",
        "httpx2",
        "langfuse",
        "langsmith",
        "litellm",
        "logfire",
        "mistralai",
        "nest_asyncio",
        "openai",
        "opentelemetry",
        "sentry_sdk",
        "tenacity",
        "threading",
        "uvloop",
        "wrapt",
    }
)

#: Set while a library calls a model within a call of its own that is guarded further out.
OUTER: ContextVar[Optional[str]] = ContextVar("aegis_outer", default=None)


def stands(package: str, module: str) -> bool:
    """Whether that part of a patch is in force: what is left to it would be decided by nobody otherwise."""
    return any(one.patch.package == package and module in one.applied for one in standings())


def left_to_tools() -> bool:
    """Whether what the model answers now is guarded elsewhere: where the framework runs its tools, or by a patch further out."""
    if OUTER.get() is not None:
        return True
    caller = _caller(sys._getframe(1))  # noqa: SLF001 - the documented way to look at the stack
    guard = None if caller is None else RUN_TOOLS.get(caller)
    return guard is not None and any(one.patch.package == guard and one.applied and not one.faults for one in standings())


def _caller(frame: Optional[FrameType]) -> Optional[str]:
    """The package that wants the answer: the nearest that does more than pass the call on."""
    while frame is not None:
        package = _package(str(frame.f_globals.get("__name__", "")))
        if package not in PASS_ON:
            return package
        frame = frame.f_back
    return None


def _package(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "google" else parts[0]
