"""
The clients that Stainless generates (openai, anthropic): every answer, whole or streamed, parsed, raw or by a helper, goes through
`_process_response`. What it is given was decided, so that no way around is left further up.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, Awaitable, Callable, Optional

from ..answers.http_response import Left, agoverned, governed
from ..answers.reading import nobody
from ..dialects.dialect import Dialect
from .callers import left_to_tools
from .replace import replace
from .routes import Routes, dialect_of

#: For one response: which calls its own library decides where it runs them.
LeftOf = Callable[[Any], Left]


def guard_clients(module: ModuleType, framework: str, routes: Routes, left_of: LeftOf = lambda _: nobody) -> None:
    """`module` is the library's `_base_client`."""

    def answering(response: Any) -> Optional[Dialect]:
        """The dialect of a model's answer that is decided here."""
        dialect = dialect_of(routes, response.request.url.path)
        return dialect if response.is_success and not left_to_tools() else None

    def called(original: Callable[..., Any]) -> Callable[..., Any]:
        def process(self: Any, **terms: Any) -> Any:
            response = terms["response"]
            dialect = answering(response)
            if dialect is not None:
                terms["response"] = governed(response, dialect, framework, streamed=bool(terms.get("stream")), left=left_of(response))
            return original(self, **terms)

        return process

    def acalled(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def process(self: Any, **terms: Any) -> Any:
            response = terms["response"]
            dialect = answering(response)
            if dialect is not None:
                terms["response"] = await agoverned(response, dialect, framework, streamed=bool(terms.get("stream")), left=left_of(response))
            return await original(self, **terms)

        return process

    replace(module.SyncAPIClient, "_process_response", called)
    replace(module.AsyncAPIClient, "_process_response", acalled)
