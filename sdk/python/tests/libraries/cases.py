"""The cases every library is held to, and the agent they are tried with."""

# No annotations as text here: some libraries read those of a tool as they stand.

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Type

import pytest

from aegis import AegisBlockedError, AegisError, AegisHaltedError, AegisUnavailableError
from gateway import Gateway

Effect = Dict[str, Any]

#: Leaves a trace outside of this process, as a real tool would.
TRACE = "import sys, pathlib; f = pathlib.Path(sys.argv[1]).open('a'); f.write(sys.argv[2] + chr(10)); f.close()"


class Agent:
    def __init__(self, gateway: Gateway, model: str, effects: Path) -> None:
        self.gateway = gateway
        self.model = model
        self._effects = effects

        # Plain functions: some libraries take no methods, others copy them with all they are bound to.
        def pay(to: str, amount: float) -> str:
            """Pays somebody."""
            self.leave_trace("pay", {"to": to, "amount": amount})
            return f"paid {amount} to {to}"

        def look(at: str) -> str:
            """Looks at something."""
            self.leave_trace("look", {"at": at})
            return f"saw {at}"

        self.pay, self.look = pay, look

    def run(self, name: str, args: Dict[str, Any]) -> str:
        """One tool call, as an agent's own loop makes it."""
        return {"pay": self.pay, "look": self.look}[name](**args)

    def leave_trace(self, name: str, args: Dict[str, Any]) -> None:
        said = json.dumps([name, args], ensure_ascii=False)
        subprocess.run([sys.executable, "-S", "-c", TRACE, str(self._effects), said], check=True)

    def effects(self) -> List[Any]:
        """What the tools did, as seen from outside."""
        return [json.loads(line) for line in self._effects.read_text("utf-8").splitlines()] if self._effects.exists() else []


#: Talks to a model about `words`, runs the tools it calls, and returns what it says at the end.
Loop = Callable[[Agent, str], str]

PAY = {"to": "DE89 3704, 漢字", "amount": 900}
LESS = {"to": "DE89 3704, 漢字", "amount": 100}


def saying(*calls: Any, text: Optional[str] = "One moment.") -> str:
    """The user's words that have the model say this."""
    turn = {"calls": [{"name": name, "args": args} for name, args in calls]}
    return json.dumps(turn if text is None else {"text": text, **turn}, ensure_ascii=False)


@dataclass(frozen=True)
class Case:
    name: str
    effect: Optional[Effect] = None
    #: The final decision on an `ask`.
    final: Optional[Effect] = None
    away: bool = False
    runs_with: Optional[Dict[str, Any]] = None
    raises: Optional[Type[AegisError]] = None
    #: It ends a run also where the library runs the tools.
    ends: bool = False


CASES = [
    Case("allow", runs_with=PAY),
    Case("deny", {"effect": "deny"}, raises=AegisBlockedError),
    Case("modify", {"effect": "modify", "args": LESS}, runs_with=LESS),
    Case("ask-granted", {"effect": "ask"}, {"effect": "allow"}, runs_with=PAY),
    Case("ask-refused", {"effect": "ask"}, {"effect": "deny"}, raises=AegisBlockedError),
    Case("halted", {"effect": "deny", "code": "HALTED"}, raises=AegisHaltedError, ends=True),
    Case("unavailable", away=True, raises=AegisUnavailableError, ends=True),
]

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def decide_by(agent: Agent, case: Case) -> None:
    """Has the gateway decide `pay` as the case says, and allow everything else."""

    def rule(proposal: Dict[str, Any]) -> Optional[Effect]:
        if proposal["name"] != "pay":
            return None
        if case.final is not None:
            agent.gateway.finish(proposal["id"], case.final)
        return case.effect

    agent.gateway.rule = rule
    if case.away:
        agent.gateway.broken = (503, "gone")


def hold(agent: Agent, loop: Loop, case: Case, *, library_runs: bool = False, text: Optional[str] = "One moment.") -> None:
    """One case of one way of using a library: the effect outside, what the agent saw, and that it can go on."""
    decide_by(agent, case)
    words = saying(("pay", PAY), text=text)
    if case.raises is not None and (case.ends or not library_runs):
        with pytest.raises(case.raises) as raised:
            loop(agent, words)
        assert type(raised.value) is case.raises
        assert agent.effects() == []
    else:
        said = loop(agent, words)
        expected = [] if case.runs_with is None else [["pay", case.runs_with]]
        assert agent.effects() == expected, (agent.effects(), said)
        assert said.startswith("done after: ")
        assert ("paid" in said) is (case.runs_with is not None)
        _reported_once(agent, case)
    # The run goes on: the same agent, asked for something else.
    agent.gateway.broken = None
    assert "saw the door" in loop(agent, saying(("look", {"at": "the door"}), text=text))
    assert agent.effects()[-1] == ["look", {"at": "the door"}]


def _reported_once(agent: Agent, case: Case) -> None:
    """One call is one action, and what came of it is told once."""
    asked = [one for one in agent.gateway.proposals() if one["name"] == "pay"]
    assert [one["args"] for one in asked] == [PAY]
    outcomes = [one for one in agent.gateway.outcomes() if one["id"] == asked[0]["id"]]
    assert [one["status"] for one in outcomes] == ([] if case.runs_with is None else ["succeeded"])
