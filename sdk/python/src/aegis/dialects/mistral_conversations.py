"""Mistral conversations: `outputs[]` of type `function.call`; streamed as `function.call.delta`, pieces of text by call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .dialect import Body, Incoming, ToolCall, ToolResult
from .json_args import parse_args, strict_object, write_args
from .shapes import entries, text, text_of

CALL, DELTA, RESULT = "function.call", "function.call.delta", "function.result"


class MistralConversations:
    name = "mistral-conversations"

    def incoming(self, params: Body) -> Incoming:
        given = params.get("inputs")
        if isinstance(given, str):
            return Incoming(users=(given,))
        return Incoming(
            users=tuple(text_of(one.get("content")) for one in entries(given) if one.get("role") == "user"),
            results=tuple(
                ToolResult(text(one.get("tool_call_id")), one.get("result"), False)
                for one in entries(given)
                if one.get("type") == RESULT
            ),
        )

    def calls(self, answer: Body) -> list[ToolCall]:
        return [_read(one) for one in _calls(answer)]

    def replace(self, answer: Body, args: Sequence[dict[str, Any] | None]) -> None:
        for one, decided in zip(_calls(answer), args, strict=True):
            if decided is not None:
                one["arguments"] = decided if isinstance(one.get("arguments"), dict) else write_args(decided)

    def holds(self, chunk: Body) -> bool:
        return chunk.get("type") == DELTA

    def assemble(self, held: Sequence[Body]) -> list[ToolCall]:
        return [_read(one) for one in _assembled(held).values()]

    def rewrite(self, held: Sequence[Body], args: Sequence[dict[str, Any] | None]) -> list[Body]:
        decided = dict(zip(_assembled(held), args, strict=True))
        sent: set[str] = set()
        for event in held:
            key = _key(event)
            whole = decided.get(key) if event.get("type") == DELTA else None
            if whole is not None:
                event["arguments"] = "" if key in sent else write_args(whole)
                sent.add(key)
        return list(held)


def _calls(answer: Body) -> list[dict[str, Any]]:
    return [one for one in entries(answer.get("outputs")) if one.get("type") == CALL]


def _key(one: dict[str, Any]) -> str:
    return text(one.get("tool_call_id")) or text(one.get("id"))


def _read(one: dict[str, Any]) -> ToolCall:
    given = one.get("arguments")
    args = strict_object(given) if isinstance(given, dict) else parse_args(text(given))
    return ToolCall(_key(one), text(one.get("name")), args)


def _assembled(held: Sequence[Body]) -> dict[str, dict[str, Any]]:
    calls: dict[str, dict[str, Any]] = {}
    pieces: dict[str, list[str]] = {}
    for event in held:
        if event.get("type") == DELTA:
            pieces.setdefault(_key(event), []).append(text(event.get("arguments")))
            calls.setdefault(_key(event), dict(event))
    for key, call in calls.items():
        call["arguments"] = "".join(pieces[key])
    return calls
