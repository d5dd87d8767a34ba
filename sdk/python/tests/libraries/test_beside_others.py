"""Patches of others on the same functions, in both orders, and taking ours off again."""

from __future__ import annotations

import importlib
import inspect
import pickle
from typing import Any, Callable, List

import boto3
import botocore.client
import openai
import pytest
import wrapt
from libraries.cases import Agent, saying
from openai._base_client import SyncAPIClient

import aegis
from aegis import AegisBlockedError

WORDS = saying(("pay", {"to": "x", "amount": 1}))


def bedrock(agent: Agent) -> Any:
    one = boto3.client("bedrock-runtime", endpoint_url=agent.model, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    try:
        return one.converse(modelId="m", messages=[{"role": "user", "content": [{"text": WORDS}]}])
    finally:
        one.close()


def chat(agent: Agent) -> Any:
    with openai.OpenAI(api_key="k", base_url=f"{agent.model}/v1", max_retries=0) as one:
        return one.chat.completions.create(model="m", messages=[{"role": "user", "content": WORDS}])


#: Who is patched, where, and how it is used.
PATCHED: Any = [
    pytest.param(botocore.client.BaseClient, "_make_api_call", bedrock, id="botocore"),
    pytest.param(SyncAPIClient, "_process_response", chat, id="openai"),
]


def traced(owner: Any, name: str, seen: List[str]) -> Callable[[], None]:
    """As instrumentations of OpenTelemetry wrap a method. Returns what takes it off again."""

    def wrapper(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        seen.append(name)
        return wrapped(*args, **kwargs)

    before = inspect.getattr_static(owner, name)
    wrapt.wrap_function_wrapper(owner, name, wrapper)
    return lambda: setattr(owner, name, before)


@pytest.mark.parametrize("owner, name, use", PATCHED)
@pytest.mark.parametrize("first", ["aegis", "other"])
def test_both_orders(agent: Agent, owner: Any, name: str, use: Any, first: str) -> None:
    """[SDK-60] Beside a tracer's wrapper every call is decided once and traced once, whichever came first, and both come off."""
    seen: List[str] = []
    agent.gateway.rule = lambda proposal: {"effect": "deny"} if proposal["name"] == "pay" else None
    if first == "other":
        aegis.unpatch()
    take_off = traced(owner, name, seen)
    if first == "other":
        aegis.auto(**agent.gateway.settings(), quiet=True)
    try:
        with pytest.raises(AegisBlockedError):
            use(agent)
        assert (seen, len(agent.gateway.proposals())) == ([name], 1)
        aegis.unpatch()
        assert use(agent)
        assert (seen, len(agent.gateway.proposals())) == ([name, name], 1)
    finally:
        take_off()


@pytest.mark.parametrize("owner, name, use", PATCHED)
def test_same_kind(agent: Agent, owner: Any, name: str, use: Any) -> None:
    """[SDK-60] A patched method shows its own signature, name and docstring; public methods were not touched at all."""
    patched = getattr(owner, name)
    original = patched.__wrapped__
    assert inspect.signature(patched) == inspect.signature(original)
    assert (patched.__name__, patched.__doc__, patched.__module__) == (original.__name__, original.__doc__, original.__module__)
    assert pickle.loads(pickle.dumps(patched)) is patched


def test_bound_before(agent: Agent) -> None:
    """[SDK-60] A name taken from a module before the patch is bound anew where modules hold it."""
    tools = importlib.import_module("google.genai._extra_utils")
    aegis.unpatch()
    holder = importlib.import_module("libraries.holder")
    vars(holder)["invoke"] = tools.invoke_function_from_dict_args
    try:
        aegis.auto(**agent.gateway.settings(), quiet=True)
        assert vars(holder)["invoke"] is tools.invoke_function_from_dict_args
        agent.gateway.rule = lambda _: {"effect": "deny"}
        with pytest.raises(AegisBlockedError):
            vars(holder)["invoke"]({"at": "x"}, agent.look)
        assert agent.effects() == []
    finally:
        aegis.unpatch()
        del vars(holder)["invoke"]


def test_coverage(agent: Agent) -> None:
    """[SDK-60] What each library's patch does not see is said."""
    import botocore.client  # noqa: F401 - both are imported by now
    import openai._base_client  # noqa: F401

    found = {one.name: one for one in aegis.coverage().libraries}
    assert found["openai"].state == found["botocore"].state == "guarded"
    assert "websocket" in found["openai"].leaves and "agents" in found["botocore"].leaves
