"""OpenAI's agents library: function tools, shells, editors and custom tools of runs."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest
from agents import Agent as Runs
from agents import ApplyPatchTool, FunctionTool, LocalShellTool, ModelResponse, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, ShellTool
from agents import Usage, function_tool, set_tracing_disabled
from agents.editor import ApplyPatchOperation, ApplyPatchResult
from agents.models.interface import Model
from libraries.cases import Agent, Case, Loop, each_case, hold
from libraries.one_loop import closed_at_the_end, run
from openai import AsyncOpenAI
from openai.types.responses import ResponseOutputMessage, ResponseOutputText
from openai.types.responses.response_apply_patch_tool_call import OperationUpdateFile, ResponseApplyPatchToolCall
from openai.types.responses.response_function_shell_tool_call import Action, ResponseFunctionShellToolCall
from openai.types.responses.response_output_item import LocalShellCall, LocalShellCallAction

from aegis import AegisHaltedError

__all__ = ["closed_at_the_end"]
set_tracing_disabled(True)


def tools(agent: Agent) -> List[FunctionTool]:
    async def apay(to: str, amount: float) -> str:
        return agent.pay(to, amount)

    return [function_tool(apay, name_override="pay"), function_tool(agent.look, name_override="look")]


async def ran(agent: Agent, words: str, kind: Any, stream: bool = False) -> str:
    async with AsyncOpenAI(base_url=f"{agent.model}/v1", api_key="k", max_retries=0) as client:
        runs: Any = Runs(name="t", model=kind("m", client), tools=list(tools(agent)))
        if not stream:
            return str((await Runner.run(runs, words)).final_output)
        result = Runner.run_streamed(runs, words)
        async for _ in result.stream_events():
            pass
        return str(result.final_output)


def ran_chat(agent: Agent, words: str) -> str:
    return run(ran(agent, words, OpenAIChatCompletionsModel))


def ran_responses(agent: Agent, words: str) -> str:
    return run(ran(agent, words, OpenAIResponsesModel))


def streamed(agent: Agent, words: str) -> str:
    return run(ran(agent, words, OpenAIResponsesModel, stream=True))


@pytest.mark.parametrize("way", [ran_chat, ran_responses, streamed], ids=lambda way: way.__name__)
@each_case
def test_function_tools(agent: Agent, case: Case, way: Loop) -> None:
    """[SDK-70] A function tool of a run runs as decided; a denial is what the model reads, and the run goes on."""
    hold(agent, way, case, library_runs=True)


class _Says(Model):
    """Makes one built-in call, then ends."""

    def __init__(self, call: Any) -> None:
        self.call = call
        self.read: List[Any] = []

    async def get_response(self, system_instructions: Any, input: Any, *rest: Any, **terms: Any) -> ModelResponse:  # noqa: A002
        if isinstance(input, list) and len(input) > 1:
            self.read = input
            text = ResponseOutputText(text="ended", type="output_text", annotations=[])
            said: Any = ResponseOutputMessage(id="m", role="assistant", status="completed", type="message", content=[text])
        else:
            said = self.call
        return ModelResponse(output=[said], usage=Usage(), response_id=None)

    def stream_response(self, *rest: Any, **terms: Any) -> Any:
        raise NotImplementedError


SHELL = ResponseFunctionShellToolCall(
    id="i", call_id="c1", type="shell_call", status="completed", action=Action(commands=["ls", "rm -rf /srv"], max_output_length=None, timeout_ms=None)
)
LOCAL_SHELL = LocalShellCall(
    id="i", call_id="c1", type="local_shell_call", status="completed", action=LocalShellCallAction(command=["rm", "-rf", "/srv"], env={}, type="exec")
)
PATCH = ResponseApplyPatchToolCall(
    id="i", call_id="c1", type="apply_patch_call", status="completed", operation=OperationUpdateFile(type="update_file", path="a.py", diff="@@\n+x\n")
)


class _Editor:
    def __init__(self, agent: Agent) -> None:
        self.agent = agent

    def update_file(self, operation: ApplyPatchOperation) -> ApplyPatchResult:
        self.agent.leave_trace("edit", {"path": operation.path})
        return ApplyPatchResult(status="completed", output="edited")

    create_file = delete_file = update_file


def built_in(agent: Agent, kind: str) -> Any:
    def shell(request: Any) -> str:
        agent.leave_trace("shell", {"commands": request.data.action.commands})
        return "ran"

    async def local_shell(request: Any) -> str:
        agent.leave_trace("local_shell", {"command": request.data.action.command})
        return "ran"

    return {
        "shell": lambda: ShellTool(executor=shell),
        "local_shell": lambda: LocalShellTool(executor=local_shell),
        "apply_patch": lambda: ApplyPatchTool(editor=_Editor(agent)),
    }[kind]()


BUILT_IN: Dict[str, Any] = {"shell": SHELL, "local_shell": LOCAL_SHELL, "apply_patch": PATCH}
ARGS = {
    "shell": {"commands": ["ls", "rm -rf /srv"]},
    "local_shell": {"command": ["rm", "-rf", "/srv"]},
    "apply_patch": {"type": "update_file", "path": "a.py", "diff": "@@\n+x\n"},
}


@pytest.mark.parametrize("kind", list(BUILT_IN))
@pytest.mark.parametrize("effect", ["allow", "deny"])
def test_built_in_tools(agent: Agent, kind: str, effect: str) -> None:
    """[SDK-72] Shells and editors that the library drives itself are asked about with what they would do."""
    agent.gateway.rule = lambda _: {"effect": effect}
    model = _Says(BUILT_IN[kind])
    assert run(Runner.run(Runs(name="t", model=model, tools=[built_in(agent, kind)]), "go")).final_output == "ended"
    assert [one["args"] for one in agent.gateway.proposals()] == [ARGS[kind]]
    assert len(agent.effects()) == (effect == "allow")
    assert ("Aegis denied" in str(model.read)) is (effect == "deny")
    assert [one["status"] for one in agent.gateway.outcomes()] == (["succeeded"] if effect == "allow" else [])


def test_a_halt_ends_the_run(agent: Agent) -> None:
    """[SDK-72] A halted agent's run ends, whatever tool it wanted."""
    agent.gateway.rule = lambda _: {"effect": "deny", "code": "HALTED"}
    with pytest.raises(AegisHaltedError):
        run(Runner.run(Runs(name="t", model=_Says(SHELL), tools=[built_in(agent, "shell")]), "go"))
    assert agent.effects() == []
