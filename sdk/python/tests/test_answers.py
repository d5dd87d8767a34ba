from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import aegis
from aegis.reach.channel import POOL
from scripted import cases, scripted
from signing import ANSWER_KEY

CASES = cases()


@pytest.mark.parametrize("form", ["blocking", "awaited"])
@pytest.mark.parametrize(("case", "over"), CASES, ids=[f"{case['id']}-{over}" for case, over in CASES])
def test_answers(case: Any, over: str, form: str, tmp_path: Path) -> None:
    """[SDK-9, DOOR-16, DOOR-29] Whatever a daemon, or something in its place, answers: only a whole allow lets it run."""
    with scripted(case, over) as played:
        # What a flood may hold before the time is over is bounded as well, but takes longer to come.
        timeout = 600.0 if "then" not in case["answer"] else 0.4
        made = aegis.connect(
            played.url,
            socket=played.socket,
            answer_key=ANSWER_KEY,
            key="k",
            agent_id="a",
            session="s",
            timeout=timeout,
            ask_timeout=0,
            journal=str(tmp_path / "j.jsonl"),
        )
        proposal = aegis.Proposal("look", {})
        error = None
        runs = False
        try:
            decision = made.decide(proposal) if form == "blocking" else asyncio.run(made.adecide(proposal))
            runs = decision.effect in ("allow", "modify")
        except (aegis.AegisUnavailableError, aegis.AegisRefusedError) as caught:
            error = caught
        assert runs == case["expect"]["runs"], error
        if "refusal" in case["expect"]:
            assert isinstance(error, aegis.AegisRefusedError) and error.code == case["expect"]["refusal"]
        assert played.strayed == [], "what was asked over one transport is not asked over another"
        POOL.close()


def test_the_answer_key(tmp_path: Path) -> None:
    """[DOOR-29] With another key than the daemon's nothing is told to it and nothing is allowed; without one it is believed."""
    [(case, over)] = [(case, over) for case, over in CASES if case["id"] == "CLIENT-01" and over == "http"]
    terms: Any = {"socket": "off", "key": "k", "agent_id": "a", "journal": str(tmp_path / "j.jsonl")}
    with scripted(case, over) as played:
        assert aegis.connect(played.url, answer_key="", **terms).decide(aegis.Proposal("look", {})).effect == "allow"
        other = aegis.connect(played.url, answer_key="A" * 43, **terms)
        with pytest.raises(aegis.AegisUnavailableError, match="NOT_AEGIS"):
            other.decide(aegis.Proposal("look", {}))
        with pytest.raises(aegis.AegisSetupError, match="not an answer key"):
            aegis.connect(played.url, answer_key="short", **terms)
        POOL.close()
