"""Amazon Bedrock through boto3, in loops as people write them."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List

import boto3
import pytest
from botocore.eventstream import EventStream
from botocore.response import StreamingBody
from libraries.cases import Agent, Case, Loop, each_case, hold, saying


def client(agent: Agent) -> Any:
    return boto3.client(
        "bedrock-runtime", endpoint_url=agent.model, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )


def own(ask: Callable[[Any, Any], Any], more: Callable[[Any, Agent], List[Any]], start: Callable[[str], Any]) -> Loop:
    def loop(agent: Agent, words: str) -> str:
        one = client(agent)
        messages: List[Any] = [{"role": "user", "content": start(words)}]
        try:
            while True:
                blocks = ask(one, messages)
                added = more(blocks, agent)
                if not added:
                    return "".join(block.get("text", "") for block in blocks)
                messages += added
        finally:
            one.close()

    return loop


def converse_more(blocks: Any, agent: Agent) -> List[Any]:
    uses = [block["toolUse"] for block in blocks if "toolUse" in block]
    done = [{"toolResult": {"toolUseId": one["toolUseId"], "content": [{"text": agent.run(one["name"], one["input"])}]}} for one in uses]
    return [{"role": "assistant", "content": blocks}, {"role": "user", "content": done}] if uses else []


def invoke_more(blocks: Any, agent: Agent) -> List[Any]:
    uses = [block for block in blocks if block["type"] == "tool_use"]
    done = [{"type": "tool_result", "tool_use_id": one["id"], "content": agent.run(one["name"], one["input"])} for one in uses]
    return [{"role": "assistant", "content": blocks}, {"role": "user", "content": done}] if uses else []


def converse(one: Any, messages: Any) -> Any:
    return one.converse(modelId="m", messages=messages)["output"]["message"]["content"]


def converse_stream(one: Any, messages: Any) -> Any:
    answer = one.converse_stream(modelId="m", messages=messages)
    assert isinstance(answer["stream"], EventStream)
    blocks: Dict[int, Any] = {}
    pieces: Dict[int, str] = {}
    for event in answer["stream"]:
        if "contentBlockStart" in event:
            started = event["contentBlockStart"]
            blocks[started["contentBlockIndex"]] = {"toolUse": {**started["start"]["toolUse"]}}
        if "contentBlockDelta" in event:
            at, delta = event["contentBlockDelta"]["contentBlockIndex"], event["contentBlockDelta"]["delta"]
            blocks.setdefault(at, {"text": ""})
            if "text" in delta:
                blocks[at]["text"] += delta["text"]
            else:
                pieces[at] = pieces.get(at, "") + delta["toolUse"]["input"]
    for at, text in pieces.items():
        blocks[at]["toolUse"]["input"] = json.loads(text)
    return [block for _, block in sorted(blocks.items())]


def body(messages: Any) -> str:
    return json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": messages})


def invoke(one: Any, messages: Any) -> Any:
    answer = one.invoke_model(modelId="m", body=body(messages))
    assert isinstance(answer["body"], StreamingBody)
    return json.loads(answer["body"].read())["content"]


def invoke_stream(one: Any, messages: Any) -> Any:
    blocks: Dict[int, Any] = {}
    pieces: Dict[int, str] = {}
    for event in one.invoke_model_with_response_stream(modelId="m", body=body(messages))["body"]:
        said = json.loads(event["chunk"]["bytes"])
        if said["type"] == "content_block_start":
            blocks[said["index"]] = said["content_block"]
        if said["type"] == "content_block_delta" and "text" in said["delta"]:
            blocks[said["index"]]["text"] += said["delta"]["text"]
        if said["type"] == "content_block_delta" and "partial_json" in said["delta"]:
            pieces[said["index"]] = pieces.get(said["index"], "") + said["delta"]["partial_json"]
    for at, text in pieces.items():
        blocks[at]["input"] = json.loads(text)
    return [block for _, block in sorted(blocks.items())]


LOOPS: Dict[str, Loop] = {
    **{one.__name__: own(one, converse_more, lambda words: [{"text": words}]) for one in (converse, converse_stream)},
    **{one.__name__: own(one, invoke_more, lambda words: words) for one in (invoke, invoke_stream)},
}


@each_case
@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_loop(agent: Agent, loop: Loop, case: Case) -> None:
    """[SDK-56, SDK-57] A call of the model runs only as it was decided, whole or streamed, and the agent can go on."""
    hold(agent, loop, case)


def test_words_at_once(agent: Agent) -> None:
    """[SDK-57] Words come before the decision is asked for, and a stream that is closed early asks nothing and leaves nothing open."""
    one = client(agent)
    answer = one.converse_stream(modelId="m", messages=[{"role": "user", "content": [{"text": saying(("pay", {"to": "x", "amount": 1}))}]}])
    events = iter(answer["stream"])
    assert "messageStart" in next(events)
    assert next(events)["contentBlockDelta"]["delta"] == {"text": "One mom"}
    assert agent.gateway.proposals() == []
    answer["stream"].close()
    one.close()
    assert agent.gateway.proposals() == []
