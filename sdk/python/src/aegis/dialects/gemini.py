"""Gemini generateContent: `candidates[].content.parts[].functionCall`, whole in one part also where it is streamed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .dialect import Body, Incoming, ToolCall, ToolResult
from .json_args import strict_object
from .partial_args import PartialArgs
from .shapes import entries, entry, text, text_of


class Gemini:
    name = "gemini"

    def incoming(self, params: Body) -> Incoming:
        contents = [one for one in entries(params.get("contents")) if one.get("role") in (None, "user", "function")]
        answers = [
            entry(part.get("functionResponse"))
            for one in contents
            for part in entries(one.get("parts"))
            if isinstance(part.get("functionResponse"), dict)
        ]
        return Incoming(
            users=tuple(text_of(one.get("parts")) for one in contents),
            results=tuple(
                ToolResult(text(one.get("id")), one.get("response"), "error" in entry(one.get("response"))) for one in answers
            ),
        )

    def calls(self, answer: Body) -> list[ToolCall]:
        return [_read(call) for call in _calls(answer)]

    def replace(self, answer: Body, args: Sequence[dict[str, Any] | None]) -> None:
        for call, decided in zip(_calls(answer), args, strict=True):
            if decided is not None:
                call["args"] = decided

    def holds(self, chunk: Body) -> bool:
        return bool(_calls(chunk))

    def assemble(self, held: Sequence[Body]) -> list[ToolCall]:
        return [begun.read() for begun in _assembled(held)]

    def rewrite(self, held: Sequence[Body], args: Sequence[dict[str, Any] | None]) -> list[Body]:
        for begun, decided in zip(_assembled(held), args, strict=True):
            if decided is not None:
                first, *later = begun.pieces
                for member in ("partialArgs", "willContinue"):
                    first.pop(member, None)
                first["args"] = decided
                for piece in later:
                    piece.clear()
                    piece[_SPENT] = True
        return [chunk for chunk in held if not _spent(chunk)]


#: Marks a piece whose arguments were written anew in the first.
_SPENT = "aegis-spent"


class _Begun:
    """A call, written at once or in pieces."""

    def __init__(self, call: dict[str, Any]) -> None:
        self.pieces = [call]
        self._partial: PartialArgs | None = PartialArgs() if "partialArgs" in call or call.get("willContinue") is True else None
        if self._partial is not None:
            self._partial.add(call.get("partialArgs"))

    def add(self, piece: dict[str, Any]) -> None:
        self.pieces.append(piece)
        if self._partial is not None:
            self._partial.add(piece.get("partialArgs"))

    def read(self) -> ToolCall:
        call = self.pieces[0]
        if self._partial is None:
            return _read(call)
        ended = self.pieces[-1].get("willContinue") is not True
        return ToolCall(text(call.get("id")), text(call.get("name")), self._partial.args() if ended else None)


def _assembled(held: Sequence[Body]) -> list[_Begun]:
    calls: list[_Begun] = []
    open_calls: dict[str, _Begun] = {}
    for chunk in held:
        for candidate in entries(chunk.get("candidates")):
            key = str(candidate.get("index", 0))
            for call in _calls_of(candidate):
                begun = open_calls.get(key)
                if begun is None:
                    begun = _Begun(call)
                    calls.append(begun)
                else:
                    begun.add(call)
                if call.get("willContinue") is True:
                    open_calls[key] = begun
                else:
                    open_calls.pop(key, None)
    return calls


def _spent(chunk: Body) -> bool:
    """Takes spent pieces out; says whether nothing is left that the agent's library wants."""
    taken = False
    for candidate in entries(chunk.get("candidates")):
        content = entry(candidate.get("content"))
        parts = entries(content.get("parts"))
        kept = [part for part in parts if _SPENT not in entry(part.get("functionCall"))]
        if len(kept) != len(parts):
            taken = True
            content["parts"] = kept
    said = any(entry(one.get("content")).get("parts") or "finishReason" in one for one in entries(chunk.get("candidates")))
    return taken and not said and "usageMetadata" not in chunk


def _calls(answer: Body) -> list[dict[str, Any]]:
    return [call for candidate in entries(answer.get("candidates")) for call in _calls_of(candidate)]


def _calls_of(candidate: dict[str, Any]) -> list[dict[str, Any]]:
    parts = entries(entry(candidate.get("content")).get("parts"))
    return [entry(part.get("functionCall")) for part in parts if isinstance(part.get("functionCall"), dict)]


def _read(call: dict[str, Any]) -> ToolCall:
    return ToolCall(text(call.get("id")), text(call.get("name")), strict_object(call.get("args") or {}))
