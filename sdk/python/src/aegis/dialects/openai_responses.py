"""OpenAI Responses: `output[]` items; streamed as items and deltas of arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .dialect import Body, Incoming, ToolCall, ToolResult
from .json_args import parse_args, strict_object, write_args
from .shapes import entries, entry, text, text_of

#: Items that make the agent act. What the provider ran itself has happened when we see it.
ACTING = frozenset(
    {
        "function_call",
        "custom_tool_call",
        "computer_call",
        "local_shell_call",
        "shell_call",
        "apply_patch_call",
        "mcp_approval_request",
    }
)
DONE = "response.output_item.done"
DELTAS = {
    "response.function_call_arguments.delta": "delta",
    "response.function_call_arguments.done": "arguments",
    "response.custom_tool_call_input.delta": "delta",
    "response.custom_tool_call_input.done": "input",
}


class OpenAIResponses:
    name = "openai-responses"

    def incoming(self, params: Body) -> Incoming:
        given = params.get("input")
        if isinstance(given, str):
            return Incoming(users=(given,))
        items = entries(given)
        return Incoming(
            users=tuple(text_of(one.get("content")) for one in items if one.get("role") == "user"),
            results=tuple(
                ToolResult(text(one.get("call_id")), one.get("output"), one.get("status") == "incomplete")
                for one in items
                if text(one.get("type")).endswith("_output")
            ),
        )

    def calls(self, answer: Body) -> list[ToolCall]:
        return [_read(item) for item in _acting(answer)]

    def replace(self, answer: Body, args: Sequence[dict[str, Any] | None]) -> None:
        for item, decided in zip(_acting(answer), args, strict=True):
            if decided is not None:
                _write(item, decided)

    def holds(self, chunk: Body) -> bool:
        # A whole answer comes with the last event too, and could be the only place of a call.
        return _is_acting(chunk.get("item")) or bool(_acting(entry(chunk.get("response"))))

    def assemble(self, held: Sequence[Body]) -> list[ToolCall]:
        return [_read(item) for item in _items(held).values()]

    def rewrite(self, held: Sequence[Body], args: Sequence[dict[str, Any] | None]) -> list[Body]:
        items = _items(held)
        decided = dict(zip(items, args, strict=True))
        names = {text(item.get("id")): key for key, item in items.items()}
        sent: set[str] = set()
        kept: list[Body] = []
        for event in held:
            for item in [entry(event.get("item")), *_acting(entry(event.get("response")))]:
                whole = decided.get(_key(item)) if _is_acting(item) else None
                if whole is not None and (event.get("type") != "response.output_item.added"):
                    _write(item, whole)
            member = DELTAS.get(text(event.get("type")))
            key = names.get(text(event.get("item_id")), "")
            whole = decided.get(key)
            if member is not None and whole is not None:
                if member == "delta" and key in sent:
                    continue
                sent.add(key)
                event[member] = text(whole.get("input")) if "custom" in text(event.get("type")) else write_args(whole)
            kept.append(event)
        return kept


def _items(held: Sequence[Body]) -> dict[str, dict[str, Any]]:
    """Each acting item once, as it stands when it is done."""
    found: dict[str, dict[str, Any]] = {}
    for event in held:
        if event.get("type") == DONE and _is_acting(event.get("item")):
            found[_key(event["item"])] = event["item"]
    for event in held:
        for item in _acting(entry(event.get("response"))):
            found.setdefault(_key(item), item)
    return found


def _acting(answer: Body) -> list[dict[str, Any]]:
    return [item for item in entries(answer.get("output")) if _is_acting(item)]


def _is_acting(item: Any) -> bool:
    return text(entry(item).get("type")) in ACTING


def _key(item: dict[str, Any]) -> str:
    return text(item.get("call_id")) or text(item.get("id"))


def _read(item: dict[str, Any]) -> ToolCall:
    kind = text(item.get("type"))
    if kind == "function_call":
        return ToolCall(_key(item), text(item.get("name")), parse_args(text(item.get("arguments"))))
    if kind == "custom_tool_call":
        return ToolCall(_key(item), text(item.get("name")), {"input": text(item.get("input"))})
    if kind == "mcp_approval_request":
        return ToolCall(_key(item), text(item.get("name")), parse_args(text(item.get("arguments"))))
    given = _action(item)
    args = strict_object(given)
    return ToolCall(_key(item), kind.removesuffix("_call"), args if args is not None else {"input": given})


def _action(item: dict[str, Any]) -> Any:
    return item.get("action", item.get("actions", item.get("operation")))


def _write(item: dict[str, Any], args: dict[str, Any]) -> None:
    kind = text(item.get("type"))
    if kind in ("function_call", "mcp_approval_request"):
        item["arguments"] = write_args(args)
    elif kind == "custom_tool_call":
        item["input"] = text(args.get("input"))
    else:
        for member in ("action", "actions", "operation"):
            if member in item:
                item[member] = args if isinstance(item[member], dict) else args.get("input")
                return
