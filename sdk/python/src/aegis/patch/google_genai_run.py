"""One question to Gemini or one message of a chat, in which Google's library may call functions itself."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Dict, List, Optional, cast

from ..errors import AegisError

FRAMEWORK = "google-genai"


class Run:
    """One question to a model or one message of a chat, in which the library may run functions itself."""

    def __init__(self) -> None:
        #: It was given functions, and was not told to leave them alone.
        self.has_functions = self.is_on = False
        #: Calls of its answers were left to it.
        self.runs = False
        #: Calls it has taken up. They are kept, so that an id is not given to another object.
        self.taken: List[Any] = []
        #: What must end the run: the library makes a result of every error.
        self.stop: Optional[AegisError] = None

    def note(self, config: Any) -> None:
        tools = _member(config, "tools")
        self.has_functions = any(callable(one) or hasattr(one, "call_tool") for one in (tools if isinstance(tools, list) else []))
        self.is_on = _member(_member(config, "automatic_function_calling"), "disable") is not True


def _member(of: Any, name: str) -> Any:
    """Configurations come as objects or as dicts."""
    return cast(Dict[str, Any], of).get(name) if isinstance(of, dict) else getattr(of, name, None)


RUN: ContextVar[Optional[Run]] = ContextVar("aegis_genai_run", default=None)


def calls_of(response: Any, first: bool = False) -> List[Any]:
    candidates = list(getattr(response, "candidates", None) or [])
    parts = [part for one in (candidates[:1] if first else candidates) if one.content is not None for part in one.content.parts or []]
    return [part.function_call for part in parts if part.function_call is not None]
