"""AutoGen's extensions: code that its executors run."""

from __future__ import annotations

from dataclasses import replace as changed
from importlib import import_module
from types import ModuleType
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, List

from ..errors import AegisError
from . import Patch, aguard, replace
from .callers import OUTER
from .told import told

EXECUTORS = {
    "autogen_ext.code_executors.local": "LocalCommandLineCodeExecutor",
    "autogen_ext.code_executors.docker._docker_code_executor": "DockerCommandLineCodeExecutor",
    "autogen_ext.code_executors.jupyter._jupyter_code_executor": "JupyterCodeExecutor",
}


def _executor(owner: str) -> Callable[[ModuleType], None]:
    return lambda module: replace(getattr(module, owner), "execute_code_blocks", _executed)


def _executed(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def execute_code_blocks(self: Any, code_blocks: List[Any], cancellation_token: Any) -> Any:
        results: List[Any] = []

        async def next_block(decided: List[Any]) -> Any:
            """Every block is decided before the first one runs."""
            if len(decided) == len(code_blocks):
                results.append(await original(self, decided, cancellation_token))
                return {"exit_code": results[0].exit_code, "output": results[0].output}
            block = code_blocks[len(decided)]

            async def run(args: Dict[str, Any]) -> Any:
                return await next_block([*decided, changed(block, code=args["code"])])

            return await aguard("execute_code", {"language": block.language, "code": block.code}, run, framework="autogen")

        try:
            await next_block([])
        except AegisError as error:
            return import_module("autogen_core.code_executor").CodeResult(exit_code=1, output=told(error))
        return results[0]

    return execute_code_blocks


#: Clients that ask a model in a task of its own, where nobody sees any more who wants the answer.
CLIENTS = {
    "autogen_ext.models.openai._openai_client": "BaseOpenAIChatCompletionClient",
    "autogen_ext.models.anthropic._anthropic_client": "BaseAnthropicChatCompletionClient",
}


def _client(owner: str) -> Callable[[ModuleType], None]:
    def patch(module: ModuleType) -> None:
        replace(getattr(module, owner), "create", _asked)
        replace(getattr(module, owner), "create_stream", _streamed)

    return patch


def _asked(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def create(*args: Any, **kwargs: Any) -> Any:
        # The calls of the answer are asked about where the tools run.
        token = OUTER.set("autogen_core")
        try:
            return await original(*args, **kwargs)
        finally:
            OUTER.reset(token)

    return create


def _streamed(original: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def create_stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        source = original(*args, **kwargs)
        while True:
            token = OUTER.set("autogen_core")
            try:
                piece = await source.__anext__()
            except StopAsyncIteration:
                return
            finally:
                OUTER.reset(token)
            yield piece

    return create_stream


PATCH = Patch(
    package="autogen_ext",
    distribution="autogen-ext",
    tested=("0.7.5", "0.8"),
    modules={
        **{name: _executor(owner) for name, owner in EXECUTORS.items()},
        **{name: _client(owner) for name, owner in CLIENTS.items()},
    },
    guards="code blocks of its local, Docker and Jupyter executors",
    leaves="the browser of its web surfer, tools of assistants that the provider runs",
)
