"""JSON from the wire, for a look at what it asks for."""

from __future__ import annotations

import json
from typing import Any, cast

from ..errors import AegisBlockedError, blocked
from ..wire.decision import Decision, Reason


def json_object(data: str | bytes) -> dict[str, Any] | None:
    """None for what is no JSON object, and so carries no call. Raises AegisBlockedError for what is nested too deep to be looked at."""
    try:
        value = json.loads(data)
    except ValueError:
        return None
    except RecursionError:
        raise unreadable("", "The model's answer is nested too deep to be looked at, so none of its calls may run.") from None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def unreadable(tool_name: str, message: str) -> AegisBlockedError:
    """What nobody can read is not run. The model is told by the error's text."""
    reason = Reason("BODY_INVALID_JSON", message, "sdk-python")
    return blocked(tool_name, Decision("", "deny", (reason,), "HIGH", {"text": f"{message} (BODY_INVALID_JSON)"}))
