"""OpenAI Chat Completions, and Mistral chat, which differs in that arguments may be an object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .dialect import Body, Incoming, ToolCall, ToolResult
from .json_args import parse_args, strict_object, write_args
from .shapes import entries, entry, text, text_of

#: The deprecated single call of a message. It has no id.
LEGACY = "function_call"


class OpenAIChat:
    """`choices[].message.tool_calls[].function`; streamed as deltas by choice and by index of the call."""

    def __init__(self, name: str) -> None:
        self.name = name

    def incoming(self, params: Body) -> Incoming:
        messages = entries(params.get("messages"))
        return Incoming(
            users=tuple(text_of(one.get("content")) for one in messages if one.get("role") == "user"),
            results=tuple(
                ToolResult(text(one.get("tool_call_id")) or LEGACY, text_of(one.get("content")), False)
                for one in messages
                if one.get("role") in ("tool", "function")
            ),
        )

    def calls(self, answer: Body) -> list[ToolCall]:
        return [_read(call) for choice in entries(answer.get("choices")) for call in _calls(choice.get("message"))]

    def replace(self, answer: Body, args: Sequence[dict[str, Any] | None]) -> None:
        calls = [call for choice in entries(answer.get("choices")) for call in _calls(choice.get("message"))]
        for call, decided in zip(calls, args, strict=True):
            if decided is not None:
                _write(call, decided)

    def holds(self, chunk: Body) -> bool:
        return any(_calls(choice.get("delta")) for choice in entries(chunk.get("choices")))

    def assemble(self, held: Sequence[Body]) -> list[ToolCall]:
        return [_read(call) for call in _assembled(held).values()]

    def rewrite(self, held: Sequence[Body], args: Sequence[dict[str, Any] | None]) -> list[Body]:
        decided = dict(zip(_assembled(held), args, strict=True))
        written: set[str] = set()
        for key, delta in _deltas(held):
            whole = decided[key]
            if whole is None:
                continue
            # The whole arguments ride on the first delta of a call; later ones carry none.
            if key not in written:
                _write(delta, whole)
            else:
                _part(delta).update({name: "" for name in ("arguments", "input") if name in _part(delta)})
            written.add(key)
        return list(held)


def _calls(message: Any) -> list[dict[str, Any]]:
    said = entry(message)
    legacy = said.get(LEGACY)
    # The object itself is passed on, so that arguments are written where they were read.
    old = [{"id": LEGACY, "index": LEGACY, "function": legacy}] if isinstance(legacy, dict) else []
    return entries(said.get("tool_calls")) + old


def _part(call: dict[str, Any]) -> dict[str, Any]:
    inner = call.get("function") or call.get("custom")
    return inner if isinstance(inner, dict) else {}


def _is_custom(call: dict[str, Any]) -> bool:
    return "function" not in call and "custom" in call


def _read(call: dict[str, Any]) -> ToolCall:
    part = _part(call)
    given = part.get("arguments")
    if _is_custom(call):
        # Custom tools take free text in place of JSON.
        args: dict[str, Any] | None = {"input": text(part.get("input"))}
    else:
        args = strict_object(given) if isinstance(given, dict) else parse_args(text(given))
    return ToolCall(text(call.get("id")), text(part.get("name")), args)


def _write(call: dict[str, Any], args: dict[str, Any]) -> None:
    part = _part(call)
    if _is_custom(call):
        part["input"] = text(args.get("input"))
    else:
        part["arguments"] = args if isinstance(part.get("arguments"), dict) else write_args(args)


def _deltas(held: Sequence[Body]) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for chunk in held:
        for choice in entries(chunk.get("choices")):
            for at, call in enumerate(_calls(choice.get("delta"))):
                found.append((f"{choice.get('index')}/{call.get('index', at)}", call))
    return found


def _assembled(held: Sequence[Body]) -> dict[str, dict[str, Any]]:
    """Each call once, with its arguments as one text."""
    calls: dict[str, dict[str, Any]] = {}
    texts: dict[tuple[str, str], list[str]] = {}
    for key, delta in _deltas(held):
        kind = "custom" if _is_custom(delta) else "function"
        call = calls.setdefault(key, {"id": "", kind: {}})
        call["id"] = call["id"] or text(delta.get("id"))
        whole, part = _part_of(call), _part(delta)
        for member in ("name", "arguments", "input"):
            given = part.get(member)
            if isinstance(given, str):
                texts.setdefault((key, member), []).append(given)
            elif isinstance(given, dict):
                whole[member] = given
    for (key, member), pieces in texts.items():
        _part_of(calls[key])[member] = "".join(pieces)
    return calls


def _part_of(call: dict[str, Any]) -> dict[str, Any]:
    """The part of an assembled call, also while it is empty."""
    part: dict[str, Any] = call["function"] if "function" in call else call["custom"]
    return part
