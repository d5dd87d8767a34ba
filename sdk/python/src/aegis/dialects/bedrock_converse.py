"""Amazon Bedrock Converse: `output.message.content[].toolUse`; streamed as `{event: payload}` with pieces of JSON text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .dialect import Body, Incoming, ToolCall, ToolResult
from .json_args import parse_args, strict_object, write_args
from .shapes import entries, entry, text, text_of


class BedrockConverse:
    """A streamed event is an object with one member, as Amazon's own library hands it out: `{"contentBlockDelta": {…}}`."""

    name = "bedrock-converse"

    def incoming(self, params: Body) -> Incoming:
        users = [one for one in entries(params.get("messages")) if one.get("role") == "user"]
        results = [
            entry(block.get("toolResult"))
            for one in users
            for block in entries(one.get("content"))
            if isinstance(block.get("toolResult"), dict)
        ]
        return Incoming(
            users=tuple(text_of(one.get("content")) for one in users),
            results=tuple(
                ToolResult(text(one.get("toolUseId")), _value(one.get("content")), one.get("status") == "error")
                for one in results
            ),
        )

    def calls(self, answer: Body) -> list[ToolCall]:
        return [
            ToolCall(text(use.get("toolUseId")), text(use.get("name")), strict_object(use.get("input")))
            for use in _uses(answer)
        ]

    def replace(self, answer: Body, args: Sequence[dict[str, Any] | None]) -> None:
        for use, decided in zip(_uses(answer), args, strict=True):
            if decided is not None:
                use["input"] = decided

    def holds(self, chunk: Body) -> bool:
        return _started(chunk) is not None

    def assemble(self, held: Sequence[Body]) -> list[ToolCall]:
        return [ToolCall(one["id"], one["name"], parse_args("".join(one["json"]))) for one in _assembled(held).values()]

    def rewrite(self, held: Sequence[Body], args: Sequence[dict[str, Any] | None]) -> list[Body]:
        decided = dict(zip(_assembled(held), args, strict=True))
        kept: list[Body] = []
        for event in held:
            start = entry(event.get("contentBlockStart"))
            delta = entry(event.get("contentBlockDelta"))
            if decided.get(_index(start)) is not None and _started(event) is not None:
                piece = {"toolUse": {"input": write_args(decided[_index(start)])}}
                index = start.get("contentBlockIndex")
                kept += [event, {"contentBlockDelta": {"contentBlockIndex": index, "delta": piece}}]
            elif decided.get(_index(delta)) is None or "toolUse" not in entry(delta.get("delta")):
                kept.append(event)
            # The pieces of the old arguments are left out.
        return kept


def _uses(answer: Body) -> list[dict[str, Any]]:
    message = entry(entry(answer.get("output")).get("message"))
    return [entry(one.get("toolUse")) for one in entries(message.get("content")) if isinstance(one.get("toolUse"), dict)]


def _started(event: Body) -> dict[str, Any] | None:
    use = entry(entry(event.get("contentBlockStart")).get("start")).get("toolUse")
    return use if isinstance(use, dict) else None


def _index(event: dict[str, Any]) -> str:
    return str(event.get("contentBlockIndex"))


def _value(content: Any) -> Any:
    values = [one.get("json", one.get("text")) for one in entries(content)]
    return values[0] if len(values) == 1 else values


def _assembled(held: Sequence[Body]) -> dict[str, dict[str, Any]]:
    calls: dict[str, dict[str, Any]] = {}
    for event in held:
        use = _started(event)
        if use is not None:
            key = _index(entry(event.get("contentBlockStart")))
            calls[key] = {"id": text(use.get("toolUseId")), "name": text(use.get("name")), "json": []}
        delta = entry(event.get("contentBlockDelta"))
        if _index(delta) in calls:
            calls[_index(delta)]["json"].append(text(entry(entry(delta.get("delta")).get("toolUse")).get("input")))
    return calls
