"""Google's Agent Development Kit: tools of agents, awaited and streamed, of versions 1 and 2."""

from __future__ import annotations

import gc
import inspect
import pickle
import warnings
from typing import Any, Dict, Iterator, List, Optional

import pytest
from libraries.cases import LESS, PAY, Agent, Case, Loop, each_case, hold, saying
from libraries.one_loop import closed_at_the_end, run

# The library warns about itself.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from google.adk.agents import Agent as Runs
    from google.adk.agents.run_config import RunConfig, StreamingMode
    from google.adk.code_executors.unsafe_local_code_executor import UnsafeLocalCodeExecutor
    from google.adk.models.base_llm import BaseLlm
    from google.adk.models.google_llm import Gemini
    from google.adk.models.llm_response import LlmResponse
    from google.adk.plugins.base_plugin import BasePlugin
    from google.adk.runners import InMemoryRunner
    from google.adk.tools.base_tool import BaseTool
    from google.adk.tools.function_tool import FunctionTool
    from google.genai import types

from aegis import AegisHaltedError  # noqa: E402

__all__ = ["closed_at_the_end"]

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def gemini(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", agent.model)
    monkeypatch.setenv("GOOGLE_API_KEY", "k")
    yield
    # A blocking run leaves its connections to the collector.
    gc.collect()


class Look(BaseTool):
    """A tool class of one's own."""

    def __init__(self, agent: Agent) -> None:
        super().__init__(name="look", description="Looks.")
        self.agent = agent

    def _get_declaration(self) -> types.FunctionDeclaration:
        at = types.Schema(type=types.Type.STRING)
        return types.FunctionDeclaration(name="look", description="Looks.", parameters=types.Schema(type=types.Type.OBJECT, properties={"at": at}))

    async def run_async(self, *, args: Dict[str, Any], tool_context: Any) -> Any:
        return {"result": self.agent.look(**args)}


def tools(agent: Agent) -> List[Any]:
    def pay(to: str, amount: float) -> str:
        """Pays somebody."""
        return agent.pay(to, amount)

    return [pay, Look(agent)]


def said(text: str) -> types.Content:
    return types.Content(role="user", parts=[types.Part(text=text)])


async def events(runner: InMemoryRunner, message: types.Content, config: Optional[RunConfig] = None) -> List[Any]:
    terms = {} if config is None else {"run_config": config}
    return [one async for one in runner.run_async(user_id="u", session_id="s", new_message=message, **terms)]


def runner_of(agent: Agent, given: Optional[List[Any]] = None, **terms: Any) -> InMemoryRunner:
    plugins = terms.pop("plugins", None)
    made = Runs(name="t", model=Gemini(model="gemini-2.5-flash"), tools=tools(agent) if given is None else given, **terms)
    return InMemoryRunner(agent=made, app_name="t", **({} if plugins is None else {"plugins": plugins}))


async def closed(runner: InMemoryRunner) -> None:
    client = runner.agent.model.api_client
    await client.aio.aclose()
    client.close()


async def opened(runner: InMemoryRunner) -> None:
    await runner.session_service.create_session(app_name="t", user_id="u", session_id="s")


def text_of(found: List[Any]) -> str:
    """The result as Gemini carries it, in the words of the other libraries' tests."""
    parts = [part for event in found if not event.partial for part in (event.content.parts if event.content else None) or []]
    whole = "".join(part.text or "" for part in parts)
    return whole[whole.index("done after") :].replace('{"result":"', "").replace('{"error":"', "").replace('"}', "")


def ran(agent: Agent, words: str, config: Optional[RunConfig] = None, **terms: Any) -> str:
    async def go() -> str:
        runner = runner_of(agent, **terms)
        await opened(runner)
        try:
            return text_of(await events(runner, said(words), config))
        finally:
            await closed(runner)

    return run(go())


def awaited(agent: Agent, words: str) -> str:
    return ran(agent, words)


def streamed(agent: Agent, words: str) -> str:
    return ran(agent, words, RunConfig(streaming_mode=StreamingMode.SSE))


def blocking(agent: Agent, words: str) -> str:
    runner = runner_of(agent)
    run(opened(runner))
    try:
        return text_of(list(runner.run(user_id="u", session_id="s", new_message=said(words))))
    finally:
        run(closed(runner))


@pytest.mark.parametrize("way", [awaited, streamed, blocking], ids=lambda way: way.__name__)
@each_case
def test_agents(agent: Agent, case: Case, way: Loop) -> None:
    """[SDK-70] A tool of an ADK agent runs as decided; a denial is an error the model reads, and the run goes on."""
    hold(agent, way, case, library_runs=True)


def test_parallel_calls(agent: Agent) -> None:
    """[SDK-70] Of several calls in one answer each is decided for itself."""
    agent.gateway.rule = lambda proposal: {"effect": "deny"} if proposal["args"].get("amount") == 900 else None
    answer = awaited(agent, saying(("pay", PAY), ("pay", LESS), ("look", {"at": "the door"})))
    assert "Aegis denied pay" in answer and "paid 100" in answer and "saw the door" in answer
    assert sorted(agent.effects(), key=lambda one: one[0]) == [["look", {"at": "the door"}], ["pay", LESS]]
    assert len({one["id"] for one in agent.gateway.proposals()}) == 3


@pytest.mark.parametrize("effect", ["deny", "halted"])
def test_beside_a_plugin(agent: Agent, effect: str) -> None:
    """[SDK-70] A plugin that makes an answer of every error keeps no halt from ending the run."""
    agent.gateway.rule = lambda _: {"effect": "deny", **({"code": "HALTED"} if effect == "halted" else {})}

    class Forgiving(BasePlugin):
        async def on_tool_error_callback(self, **_: Any) -> Dict[str, Any]:
            return {"result": "never mind"}

    if effect == "halted":
        with pytest.raises(AegisHaltedError):
            ran(agent, saying(("pay", PAY)), plugins=[Forgiving(name="f")])
    else:
        assert "Aegis denied pay" in ran(agent, saying(("pay", PAY)), plugins=[Forgiving(name="f")])
    assert agent.effects() == []


def test_a_class_made_of_another(agent: Agent) -> None:
    """[SDK-70] A class that hands its call on to the class it is made of, with other arguments, is one action."""

    class Doubling(FunctionTool):
        async def run_async(self, *, args: Dict[str, Any], tool_context: Any) -> Any:
            return await super().run_async(args={**args, "amount": args["amount"] * 2}, tool_context=tool_context)

    assert "paid 1800" in ran(agent, saying(("pay", PAY)), given=[Doubling(tools(agent)[0])])
    assert [one["args"] for one in agent.gateway.proposals()] == [PAY]
    assert [one["status"] for one in agent.gateway.outcomes()] == ["succeeded"]


def test_a_confirmation(agent: Agent) -> None:
    """[SDK-71] A call that waits for the user's confirmation is carried out later: one action, reported when it has ended."""

    async def go() -> str:
        runner = runner_of(agent, [FunctionTool(tools(agent)[0], require_confirmation=True)])
        await opened(runner)
        found = await events(runner, said(saying(("pay", PAY))))
        calls = [call for event in found for call in event.get_function_calls() if call.name == "adk_request_confirmation"]
        assert len(calls) == 1
        assert agent.effects() == [] and agent.gateway.outcomes() == []
        answer = types.FunctionResponse(id=calls[0].id, name=calls[0].name, response={"confirmed": True})
        answered = await events(runner, types.Content(role="user", parts=[types.Part(function_response=answer)]))
        await closed(runner)
        return text_of(answered)

    assert "paid 900" in run(go())
    assert agent.effects() == [["pay", PAY]]
    assert len({one["id"] for one in agent.gateway.proposals()}) == 1
    assert [one["status"] for one in agent.gateway.outcomes()] == ["succeeded"]


CODE = "print('counted', 2 + 3)"


@pytest.mark.parametrize("effect", ["allow", "modify", "deny", "halted"])
def test_code_of_a_model(agent: Agent, effect: str) -> None:
    """[SDK-72] Code that an agent's executor runs is decided before any of it is run, and a denial is what the model reads."""
    decided: Dict[str, Any] = {
        "modify": {"effect": "modify", "args": {"code": "print('counted', 1)", "language": "python"}},
        "halted": {"effect": "deny", "code": "HALTED"},
    }.get(effect, {"effect": effect})
    agent.gateway.rule = lambda _: decided

    read: List[Any] = []

    class Says(BaseLlm):
        """Writes code once, and then ends."""

        async def generate_content_async(self, llm_request: Any, stream: bool = False) -> Any:
            read.append(str(llm_request.contents[-1]))
            text = f"```python\n{CODE}\n```" if len(read) == 1 else "done after all"
            yield LlmResponse(content=types.Content(role="model", parts=[types.Part(text=text)]))

    async def go() -> str:
        made = Runs(name="t", model=Says(model="says"), code_executor=UnsafeLocalCodeExecutor())
        runner = InMemoryRunner(agent=made, app_name="t")
        await opened(runner)
        return text_of(await events(runner, said("count")))

    if effect == "halted":
        with pytest.raises(AegisHaltedError):
            run(go())
    else:
        expected = {"allow": "counted 5", "modify": "counted 1", "deny": "Aegis denied execute_code"}
        assert run(go()) == "done after all"
        assert expected[effect] in read[1]
    assert [one["args"] for one in agent.gateway.proposals()] == [{"code": CODE, "language": "python"}]
    assert [one["status"] for one in agent.gateway.outcomes()] == (["succeeded"] if effect in ("allow", "modify") else [])


def test_kept(agent: Agent) -> None:
    """[SDK-70] What is patched keeps its name, its signature and its kind."""
    assert list(inspect.signature(FunctionTool.run_async).parameters) == ["self", "args", "tool_context"]
    assert inspect.iscoroutinefunction(FunctionTool.run_async)
    assert pickle.loads(pickle.dumps(FunctionTool.run_async)) is FunctionTool.run_async
    assert isinstance(tools(agent)[1], BaseTool)
