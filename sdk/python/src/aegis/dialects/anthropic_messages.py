"""Anthropic Messages: `content[]` blocks of type `tool_use`; streamed as a start, deltas of JSON and a stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .dialect import Body, Incoming, ToolCall, ToolResult
from .json_args import parse_args, strict_object, write_args
from .shapes import entries, entry, text, text_of


class AnthropicMessages:
    name = "anthropic"

    def incoming(self, params: Body) -> Incoming:
        users = [one for one in entries(params.get("messages")) if one.get("role") == "user"]
        blocks = [block for one in users for block in entries(one.get("content"))]
        return Incoming(
            users=tuple(_words(one.get("content")) for one in users),
            results=tuple(
                ToolResult(text(block.get("tool_use_id")), text_of(block.get("content")), block.get("is_error") is True)
                for block in blocks
                if block.get("type") == "tool_result"
            ),
        )

    def calls(self, answer: Body) -> list[ToolCall]:
        return [ToolCall(text(one.get("id")), text(one.get("name")), strict_object(one.get("input"))) for one in _uses(answer)]

    def replace(self, answer: Body, args: Sequence[dict[str, Any] | None]) -> None:
        for block, decided in zip(_uses(answer), args, strict=True):
            if decided is not None:
                block["input"] = decided

    def holds(self, chunk: Body) -> bool:
        return _is_use(chunk.get("content_block")) or bool(_uses(entry(chunk.get("message"))))

    def assemble(self, held: Sequence[Body]) -> list[ToolCall]:
        return [ToolCall(one["id"], one["name"], _whole(one)) for one in _assembled(held).values()]

    def rewrite(self, held: Sequence[Body], args: Sequence[dict[str, Any] | None]) -> list[Body]:
        decided = dict(zip(_assembled(held), args, strict=True))
        kept: list[Body] = []
        for event in held:
            key = str(event.get("index"))
            whole = decided.get(key)
            if whole is None or event.get("type") not in ("content_block_delta", "content_block_start"):
                kept.append(event)
            elif event.get("type") == "content_block_start":
                event["content_block"]["input"] = {}
                piece = {"type": "input_json_delta", "partial_json": write_args(whole)}
                kept += [event, {"type": "content_block_delta", "index": event.get("index"), "delta": piece}]
            # The pieces of the old arguments are left out.
        return kept


def _words(content: Any) -> str:
    if isinstance(content, str):
        return content
    return text_of([block for block in entries(content) if block.get("type") == "text"])


def _is_use(block: Any) -> bool:
    return entry(block).get("type") == "tool_use"


def _uses(answer: Body) -> list[dict[str, Any]]:
    return [block for block in entries(answer.get("content")) if _is_use(block)]


def _whole(one: dict[str, Any]) -> dict[str, Any] | None:
    said = "".join(one["json"])
    return parse_args(said) if said != "" else strict_object(one["input"])


def _assembled(held: Sequence[Body]) -> dict[str, dict[str, Any]]:
    blocks: dict[str, dict[str, Any]] = {}
    for event in held:
        key, block, delta = str(event.get("index")), event.get("content_block"), entry(event.get("delta"))
        if event.get("type") == "content_block_start" and _is_use(block):
            use = entry(block)
            blocks[key] = {"id": text(use.get("id")), "name": text(use.get("name")), "json": [], "input": use.get("input") or {}}
        if key in blocks and delta.get("type") == "input_json_delta":
            blocks[key]["json"].append(text(delta.get("partial_json")))
    return blocks
