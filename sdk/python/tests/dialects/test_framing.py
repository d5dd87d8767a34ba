from __future__ import annotations

import random
from typing import Any, List

import pytest

from aegis.answers.aws_event_stream import AwsEventStream
from aegis.answers.chunk import Chunk
from aegis.answers.server_sent_events import ServerSentEvents

STREAM = '\ufeffevent: a\ndata: {"n": 1}\n\n: a comment\ndata: {"n":\ndata:  2}\n\nid: 7\nretry: 5\ndata: [DONE]\n\ndata: {"n": "漢字 👍"}\n\n'


def fed(framing: Any, data: bytes, cuts: List[int]) -> List[Chunk]:
    found: List[Chunk] = []
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        found += framing.feed(data[start:end])
    return found + framing.finish()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("tail", ["", "data: {}"])
def test_events(end: str, tail: str) -> None:
    """[SDK-57] Events are the same wherever the pieces of a stream are cut, and their bytes are all of the stream."""
    data = (STREAM + tail).replace("\n", end).encode()
    whole = fed(ServerSentEvents(), data, [])
    assert [dict(one) for one in whole if not one.opaque] == [{"n": 1}, {"n": 2}, {"n": "漢字 👍"}, *([{}] if tail else [])]
    assert whole[0].event == "a"
    draw = random.Random(7)
    for _ in range(200):
        pieces = fed(ServerSentEvents(), data, sorted(draw.randrange(len(data) + 1) for _ in range(draw.randrange(12))))
        assert b"".join(one.raw for one in pieces) == data
        assert [(dict(one), one.event, one.opaque) for one in pieces if one.raw.strip()] == [
            (dict(one), one.event, one.opaque) for one in whole if one.raw.strip()
        ]


def test_messages() -> None:
    """[SDK-57] Messages of the AWS event stream are the same wherever they are cut; what is none passes as it came."""
    bodies = [{"type": "ping"}, {"type": "text", "text": "漢字"}, {}]
    data = b"".join(AwsEventStream().write(body, None) for body in bodies)
    draw = random.Random(7)
    for _ in range(200):
        found = fed(AwsEventStream(), data, sorted(draw.randrange(len(data) + 1) for _ in range(draw.randrange(6))))
        assert [dict(one) for one in found] == bodies
        assert b"".join(one.raw for one in found) == data
    broken = data[:40] + b"\x00" * 40
    assert b"".join(one.raw for one in fed(AwsEventStream(), broken, [])) == broken
