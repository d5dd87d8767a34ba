"""AutoGen: assistant agents, workbenches, and executors of code."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, AsyncIterator

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_core import CancellationToken
from autogen_core.code_executor import CodeBlock
from autogen_core.tools import FunctionTool, StaticWorkbench
from autogen_ext.code_executors.local import LocalCommandLineCodeExecutor
from autogen_ext.models.openai import OpenAIChatCompletionClient
from libraries.cases import PAY, Agent, Case, Loop, decide_by, each_case, hold
from libraries.one_loop import closed_at_the_end, run

from aegis import AegisBlockedError

__all__ = ["closed_at_the_end"]
pytestmark = pytest.mark.filterwarnings("ignore:Using LocalCommandLineCodeExecutor:UserWarning")


def tools(agent: Agent) -> Any:
    async def look(at: str) -> str:
        return agent.look(at)

    return [FunctionTool(agent.pay, "Pays.", name="pay"), FunctionTool(look, "Looks.", name="look")]


def assistant(agent: Agent, model: Any, **terms: Any) -> AssistantAgent:
    return AssistantAgent("t", model_client=model, tools=tools(agent), reflect_on_tool_use=True, **terms)


def model(agent: Agent) -> OpenAIChatCompletionClient:
    info: Any = {"vision": False, "function_calling": True, "json_output": False, "family": "unknown", "structured_output": False}
    return OpenAIChatCompletionClient(model="m", base_url=f"{agent.model}/v1", api_key="k", max_retries=0, model_info=info)


@asynccontextmanager
async def held(agent: Agent) -> AsyncIterator[OpenAIChatCompletionClient]:
    client = model(agent)
    try:
        yield client
    finally:
        await client.close()


def awaited(agent: Agent, words: str) -> str:
    async def go() -> str:
        async with held(agent) as client:
            said = await assistant(agent, client).run(task=words)
        return str(said.messages[-1].content)  # type: ignore[union-attr]

    return run(go())


def streamed(agent: Agent, words: str) -> str:
    async def go() -> str:
        last: Any = None
        async with held(agent) as client:
            async for last in assistant(agent, client, model_client_stream=True).run_stream(task=words):
                pass
        return str(last.messages[-1].content)

    return run(go())


@pytest.mark.parametrize("way", [awaited, streamed], ids=lambda way: way.__name__)
@each_case
def test_agents(agent: Agent, case: Case, way: Loop) -> None:
    """[SDK-70] A tool of an AutoGen agent runs as decided, on whatever thread; a denial is an error the model reads, and the run goes on."""
    hold(agent, way, case, library_runs=True)


def test_workbench_and_by_hand(agent: Agent) -> None:
    """[SDK-70] A workbench says what was denied as a result; a tool called by hand raises it."""
    decide_by(agent, Case("deny", {"effect": "deny"}))

    async def go() -> Any:
        said = await StaticWorkbench(tools(agent)).call_tool("pay", PAY, call_id="c")
        with pytest.raises(AegisBlockedError):
            await tools(agent)[0].run_json(PAY, CancellationToken())
        return said

    said = run(go())
    assert said.is_error and "Aegis denied pay" in said.to_text()
    assert agent.effects() == []


def test_code(agent: Agent, tmp_path: Path) -> None:
    """[SDK-72] Blocks of code are actions: all are decided before the first runs, and a denial is a failed run the agent reads."""
    agent.gateway.rule = lambda one: {"effect": "deny"} if "rm" in one["args"]["code"] else None

    async def go(*codes: str) -> Any:
        async with LocalCommandLineCodeExecutor(work_dir=tmp_path) as executor:
            return await executor.execute_code_blocks([CodeBlock(code=code, language="sh") for code in codes], CancellationToken())

    said = run(go("echo hello > here", "rm -rf /srv"))
    assert (said.exit_code, "Aegis denied execute_code" in said.output) == (1, True)
    assert not (tmp_path / "here").exists()
    said = run(go("echo hello"))
    assert (said.exit_code, said.output.strip()) == (0, "hello")
    assert [one["args"] for one in agent.gateway.proposals()][-1] == {"language": "sh", "code": "echo hello"}
