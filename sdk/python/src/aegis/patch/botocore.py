"""Amazon's library (boto3): Converse, ConverseStream, InvokeModel and InvokeModelWithResponseStream of bedrock-runtime."""

from __future__ import annotations

import io
import json
from types import ModuleType
from typing import Any, Callable, Dict, Iterator, Tuple, cast

from ..answers.chunk import Chunk
from ..answers.deciding import tell
from ..answers.json_object import json_object
from ..answers.pieces import held
from ..answers.reading import Reading, decide_whole
from ..answers.same_object import behave
from ..dialects.any_of import AnyOf
from ..dialects.dialect import Dialect
from ..dialects.dialects import ANTHROPIC, BEDROCK_CONVERSE, OPENAI_CHAT
from ..flow import drive
from ..scope import current
from . import Patch, replace
from .callers import left_to_tools

FRAMEWORK = "boto3"
#: The body of InvokeModel is the model's own dialect.
BODY = AnyOf("bedrock-invoke", (ANTHROPIC, BEDROCK_CONVERSE, OPENAI_CHAT))
#: Operation -> its dialect, and the member of the answer that is streamed.
OPERATIONS: Dict[str, Tuple[Dialect, str]] = {
    "Converse": (BEDROCK_CONVERSE, ""),
    "ConverseStream": (BEDROCK_CONVERSE, "stream"),
    "InvokeModel": (BODY, ""),
    "InvokeModelWithResponseStream": (BODY, "body"),
}


def _client(module: ModuleType) -> None:
    replace(module.BaseClient, "_make_api_call", _called)


def _called(original: Callable[..., Any]) -> Callable[..., Any]:
    def make_api_call(self: Any, operation_name: str, api_params: Any) -> Any:
        answer = original(self, operation_name, api_params)
        known = OPERATIONS.get(operation_name)
        if known is None or self.meta.service_model.service_name != "bedrock-runtime" or left_to_tools():
            return answer
        dialect, streamed = known
        drive(tell(dialect.incoming(_asked(operation_name, api_params))))
        if streamed:
            _hold(answer[streamed], dialect, wrapped=streamed == "body")
        elif operation_name == "Converse":
            drive(decide_whole(dialect, answer, FRAMEWORK, current()))
        else:
            answer["body"] = _decided_body(answer["body"], dialect)
        return answer

    return make_api_call


def _asked(operation: str, params: Dict[str, Any]) -> Dict[str, Any]:
    if operation.startswith("Converse"):
        return params
    try:
        value = json.loads(params.get("body") or b"{}")
    except (ValueError, TypeError, RecursionError):
        return {}
    return cast(Dict[str, Any], value) if isinstance(value, dict) else {}


def _decided_body(body: Any, dialect: Dialect) -> Any:
    """The body again, of the same class, with nothing undecided in it."""
    reading = Reading(dialect, FRAMEWORK, streamed=False, content_type="")
    data = reading.feed(body.read()) + drive(reading.finish())
    body.close()
    return type(body)(io.BytesIO(data), len(data))


def _hold(stream: Any, dialect: Dialect, wrapped: bool) -> None:
    """The same stream; only what it yields is held back. `wrapped`: the model's events lie as bytes in those of Amazon."""
    stream._aegis_dialect = dialect
    stream._aegis_scope = current()
    behave(stream, _wrapped_kind if wrapped else _plain_kind)


def _plain_kind(kind: Any) -> Any:
    return _held_kind(kind, _plain_chunk, dict)


def _wrapped_kind(kind: Any) -> Any:
    return _held_kind(kind, _body_chunk, _body_event)


def _held_kind(kind: Any, chunk: Callable[[Dict[str, Any]], Chunk], event: Callable[[Any], Dict[str, Any]]) -> Any:
    class Held(kind):  # type: ignore[misc]
        def __iter__(self) -> Iterator[Any]:
            for one in held(map(chunk, super().__iter__()), self._aegis_dialect, FRAMEWORK, self._aegis_scope):
                yield one.origin if getattr(one, "raw", b"") else event(one)

    return Held


def _plain_chunk(event: Dict[str, Any]) -> Chunk:
    return Chunk(event, b"parsed", origin=event)


def _body_chunk(event: Dict[str, Any]) -> Chunk:
    value = json_object(event.get("chunk", {}).get("bytes", b""))
    return Chunk(value or {}, b"parsed", opaque=value is None, origin=event)


def _body_event(body: Dict[str, Any]) -> Dict[str, Any]:
    return {"chunk": {"bytes": json.dumps(body, ensure_ascii=False).encode()}}


PATCH = Patch(
    package="botocore",
    distribution="botocore",
    tested=("1.35", "2"),
    modules={"botocore.client": _client},
    guards="tool calls of converse, converse_stream, invoke_model and invoke_model_with_response_stream",
    leaves="bedrock agents, bidirectional streams, aiobotocore",
)
