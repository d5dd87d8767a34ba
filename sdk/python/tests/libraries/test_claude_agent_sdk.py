"""Claude Agent SDK: the program it brings along, whole, against a scripted model; its own tools, an agent's, and those of subagents."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import pytest
from claude_agent_sdk import AgentDefinition, ClaudeAgentOptions, ClaudeSDKClient, HookMatcher, create_sdk_mcp_server, query, tool
from claude_agent_sdk._internal.query import Query
from libraries.cases import LESS, PAY, TRACE, Agent, Case, each_case, saying
from libraries.one_loop import closed_at_the_end, run

from aegis import AegisBlockedError, AegisHaltedError

__all__ = ["closed_at_the_end"]

NAME = "mcp__bank__pay"
LOOK = "mcp__bank__look"


def options(agent: Agent, home: Path, **terms: Any) -> ClaudeAgentOptions:
    @tool("pay", "Pays somebody.", {"to": str, "amount": float})
    async def pay(args: Dict[str, Any]) -> Any:
        return {"content": [{"type": "text", "text": agent.pay(**args)}]}

    @tool("look", "Looks.", {"at": str})
    async def look(args: Dict[str, Any]) -> Any:
        return {"content": [{"type": "text", "text": agent.look(**args)}]}

    # Nothing of this machine's own settings, and no other host is spoken to. The program runs as root in a container only where it is said to be one.
    env = {
        "ANTHROPIC_BASE_URL": agent.model,
        "ANTHROPIC_API_KEY": "k",
        "HOME": str(home),
        "CLAUDE_CONFIG_DIR": str(home / "config"),
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",
    }
    return ClaudeAgentOptions(
        env=env,
        model="claude-sonnet-4-5",
        permission_mode="bypassPermissions",
        mcp_servers={"bank": create_sdk_mcp_server("bank", tools=[pay, look])},
        cwd=home,
        setting_sources=[],
        max_turns=6,
        **terms,
    )


Messages = List[Any]


async def asked(agent: Agent, home: Path, words: str, **terms: Any) -> Messages:
    return [one async for one in query(prompt=words, options=options(agent, home, **terms))]


async def talked(agent: Agent, home: Path, words: str, **terms: Any) -> Messages:
    async with ClaudeSDKClient(options(agent, home, **terms)) as client:
        await client.query(words)
        return [one async for one in client.receive_response()]


def result(messages: Messages) -> str:
    return str(messages[-1].result)


def rule(agent: Agent, case: Case) -> None:
    def decide(proposal: Dict[str, Any]) -> Optional[Dict[str, Any]]:
        if proposal["name"] != NAME:
            return None
        if case.final is not None:
            agent.gateway.finish(proposal["id"], case.final)
        return case.effect

    agent.gateway.rule = decide
    if case.away:
        agent.gateway.broken = (503, "gone")


@pytest.mark.parametrize("way", [asked, talked], ids=lambda way: way.__name__)
@each_case
def test_agents(agent: Agent, case: Case, way: Any, tmp_path: Path) -> None:
    """[SDK-73] A tool of the program runs as decided; a denial is an error its model reads and goes on from; a halt, and Aegis away, end the run."""
    rule(agent, case)
    words = saying((NAME, PAY))
    if case.ends:
        assert case.raises is not None
        with pytest.raises(case.raises):
            run(way(agent, tmp_path, words))
    else:
        said = result(run(way(agent, tmp_path, words)))
        assert said.startswith("done after: ") and ("paid" in said) is (case.runs_with is not None)
        assert ("Aegis denied" in said) is (case.raises is AegisBlockedError)
        proposals = [one for one in agent.gateway.proposals() if one["name"] == NAME]
        assert [one["args"] for one in proposals] == [PAY]
        assert [one["status"] for one in agent.gateway.outcomes()] == (["succeeded"] if case.runs_with else [])
        assert proposals[0]["cwd"] == str(tmp_path)
    assert agent.effects() == ([["pay", case.runs_with]] if case.runs_with else [])
    # The same agent goes on, asked for something else.
    agent.gateway.broken = None
    assert "saw the door" in result(run(way(agent, tmp_path, saying((LOOK, {"at": "the door"})))))


def command(effects: Path) -> str:
    return f"{sys.executable} -S -c {json.dumps(TRACE)} {effects} '[\"bash\", {{}}]'"


def subagent(words: str) -> str:
    return saying(("Task", {"description": "d", "subagent_type": "helper", "prompt": words}))


@pytest.mark.parametrize("effect", ["allow", "deny"])
@pytest.mark.parametrize("by", ["the agent", "a subagent"])
def test_its_own_tools(agent: Agent, effect: str, by: str, tmp_path: Path) -> None:
    """[SDK-73] A command of the program's own shell is decided, whether its agent or a subagent runs it."""
    agent.gateway.rule = lambda proposal: {"effect": effect} if proposal["name"] == "Bash" else None
    helper = AgentDefinition(description="helps", prompt="help", background=False)
    words = saying(("Bash", {"command": command(tmp_path / "effects"), "description": "d"}))
    run(asked(agent, tmp_path, words if by == "the agent" else subagent(words), agents={"helper": helper}))
    bash = [one for one in agent.gateway.proposals() if one["name"] == "Bash"]
    assert [one["args"]["command"] for one in bash] == [command(tmp_path / "effects")]
    assert agent.effects() == ([["bash", {}]] if effect == "allow" else [])
    statuses = [one["status"] for one in agent.gateway.outcomes() if one["id"] == bash[0]["id"]]
    assert statuses == (["succeeded"] if effect == "allow" else [])


def test_parallel_calls(agent: Agent, tmp_path: Path) -> None:
    """[SDK-73] Of several calls in one answer each is decided for itself."""
    agent.gateway.rule = lambda proposal: {"effect": "deny"} if proposal["args"].get("amount") == 900 else None
    said = result(run(asked(agent, tmp_path, saying((NAME, PAY), (NAME, LESS), (LOOK, {"at": "the door"})))))
    assert "Aegis denied" in said and "paid 100" in said and "saw the door" in said
    assert sorted(agent.effects(), key=lambda one: one[0]) == [["look", {"at": "the door"}], ["pay", LESS]]


def test_a_tool_that_fails(agent: Agent, tmp_path: Path) -> None:
    """[SDK-73] A call that failed is reported as failed."""
    run(asked(agent, tmp_path, saying(("Bash", {"command": "exit 3", "description": "d"}))))
    assert [one["status"] for one in agent.gateway.outcomes()] == ["failed"]


@pytest.mark.parametrize("effect", ["allow", "deny"])
def test_beside_another_hook(agent: Agent, effect: str, tmp_path: Path) -> None:
    """[SDK-73] What a hook of the agent's own makes of the arguments is decided before it runs."""
    agent.gateway.rule = lambda proposal: {"effect": effect} if proposal["args"].get("amount") == 100 else None

    async def less(call: Any, tool_use_id: Optional[str], context: Any) -> Any:
        return {"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "allow", "updatedInput": LESS}}

    said = result(run(asked(agent, tmp_path, saying((NAME, PAY)), hooks={"PreToolUse": [HookMatcher(hooks=[less])]})))
    assert ("paid 100" in said) is (effect == "allow")
    assert sorted(one["args"]["amount"] for one in agent.gateway.proposals()) == [100, 900]
    assert agent.effects() == ([["pay", LESS]] if effect == "allow" else [])


@pytest.mark.parametrize("permission", ["default", "dontAsk"])
def test_its_own_permissions(agent: Agent, permission: str, tmp_path: Path) -> None:
    """[SDK-73] What Aegis allows is still refused where the agent's own permissions refuse it."""
    given = options(agent, tmp_path, disallowed_tools=["Write"])
    given.permission_mode = permission  # type: ignore[assignment]

    async def go() -> Messages:
        words = saying(("Write", {"file_path": str(tmp_path / "new"), "content": "x"}), (NAME, PAY))
        return [one async for one in query(prompt=words, options=given)]

    run(go())
    assert not (tmp_path / "new").exists() and agent.effects() == []


def test_a_broken_hook(agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[SDK-73] Where the hook itself fails the call does not run."""

    async def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr("aegis.patch.claude_agent_sdk.apermit", broken)
    assert "blocking" in result(run(asked(agent, tmp_path, saying((NAME, PAY)))))
    assert agent.effects() == []


def test_a_hook_that_does_not_answer(agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[SDK-73] Where the program no longer waits for the hook the call does not run."""

    async def silent(*_: Any, **__: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr("aegis.patch.claude_agent_sdk.LONGEST_SECONDS", 1)
    monkeypatch.setattr("aegis.patch.claude_agent_sdk.apermit", silent)
    assert "not executed" in result(run(asked(agent, tmp_path, saying((NAME, PAY)))))
    assert agent.effects() == []


def test_a_halted_run_does_nothing_more(agent: Agent, tmp_path: Path) -> None:
    """[SDK-73] Once a call was answered with a halt, none of the same answer runs."""
    agent.gateway.rule = lambda proposal: {"effect": "deny", "code": "HALTED"}
    with pytest.raises(AegisHaltedError):
        run(asked(agent, tmp_path, saying((NAME, PAY), (LOOK, {"at": "the door"}))))
    assert agent.effects() == []


def test_kept() -> None:
    """[SDK-73] What is patched keeps its name, its signature and its kind."""
    names: Tuple[str, ...] = tuple(inspect.signature(Query.__init__).parameters)
    assert names[:5] == ("self", "transport", "is_streaming_mode", "can_use_tool", "hooks")
    assert inspect.isasyncgenfunction(Query.receive_messages)
