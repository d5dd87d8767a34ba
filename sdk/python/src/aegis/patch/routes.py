"""Which dialect an address speaks."""

from __future__ import annotations

import re
from typing import Optional, Sequence, Tuple

from ..dialects.dialect import Dialect
from ..dialects.dialects import ANTHROPIC, MISTRAL_CHAT, MISTRAL_CONVERSATIONS, OPENAI_CHAT, OPENAI_RESPONSES

Routes = Sequence[Tuple["re.Pattern[str]", Dialect]]

#: An answer that was stored, or made in the background, is fetched by its id: the same calls by another way.
OPENAI: Routes = (
    (re.compile(r"/chat/completions(?:/[^/]+)?/?$"), OPENAI_CHAT),
    (re.compile(r"/responses(?:/[^/]+)?(?:/cancel|/compact)?/?$"), OPENAI_RESPONSES),
)
#: Also as Amazon and Google serve it.
ANTHROPIC_MESSAGES: Routes = (
    (re.compile(r"/messages/?$"), ANTHROPIC),
    (re.compile(r"/model/[^/]+/invoke(?:-with-response-stream)?$"), ANTHROPIC),
    (re.compile(r":(?:raw|streamRaw)Predict$"), ANTHROPIC),
)
MISTRAL: Routes = (
    (re.compile(r"/(?:chat|fim|agents)/completions/?$"), MISTRAL_CHAT),
    (re.compile(r"/conversations(?:/[^/]+)?(?:/restart)?/?$"), MISTRAL_CONVERSATIONS),
    (re.compile(r":(?:raw|streamRaw)Predict$"), MISTRAL_CHAT),
)


def dialect_of(routes: Routes, path: str) -> Optional[Dialect]:
    return next((dialect for pattern, dialect in routes if pattern.search(path)), None)
