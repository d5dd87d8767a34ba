from __future__ import annotations

import asyncio
import concurrent.futures
import dataclasses
import datetime
import decimal
import inspect
import threading
from typing import Any, AsyncIterator, Dict, Iterator, List

import pytest

import aegis
from aegis import agents
from gateway import Gateway


@pytest.fixture(autouse=True)
def connected(gateway: Gateway) -> None:
    agents.use(aegis.connect(**gateway.settings()), {**gateway.settings()})


def denying(*names: str) -> Any:
    return lambda asked: {"effect": "deny"} if asked["name"] in names else None


@aegis.monitor
def add(first: int, second: int = 2, *more: int, **named: int) -> int:
    """Adds."""
    return first + second + sum(more) + sum(named.values())


@aegis.monitor()
async def later(text: str) -> str:
    return text.upper()


@aegis.monitor(name="count")
def counted(upto: int) -> Iterator[int]:
    yield from range(upto)


@aegis.monitor
async def streamed(upto: int) -> AsyncIterator[int]:
    for one in range(upto):
        yield one


class Tools:
    def __init__(self) -> None:
        self.ran: List[str] = []

    @aegis.monitor
    def method(self, text: str) -> str:
        self.ran.append(text)
        return text

    @aegis.monitor
    @classmethod
    def of_class(cls, text: str) -> str:
        return f"{cls.__name__} {text}"

    @staticmethod
    @aegis.monitor
    def static(text: str) -> str:
        return text

    @aegis.monitor
    async def amethod(self, text: str) -> str:
        return text


def test_every_kind(gateway: Gateway) -> None:
    """[SDK-24] Functions, methods, static and class methods, generators and their async forms are asked about by name and run."""
    tools = Tools()
    assert add(1) == 3 and add(1, 1, 5, x=7) == 14
    assert (tools.method("a"), Tools.of_class("b"), Tools.static("c"), tools.static("d")) == ("a", "Tools b", "c", "d")
    assert list(counted(3)) == [0, 1, 2]

    async def rest() -> Any:
        return [await later("a"), await tools.amethod("e"), [one async for one in streamed(2)]]

    assert asyncio.run(rest()) == ["A", "e", [0, 1]]
    asked = [(one["name"], one["args"]) for one in gateway.proposals()]
    assert asked == [
        ("add", {"first": 1, "second": 2, "more": [], "named": {}}),
        ("add", {"first": 1, "second": 1, "more": [5], "named": {"x": 7}}),
        ("method", {"text": "a"}),
        ("of_class", {"text": "b"}),
        ("static", {"text": "c"}),
        ("static", {"text": "d"}),
        ("count", {"upto": 3}),
        ("later", {"text": "a"}),
        ("amethod", {"text": "e"}),
        ("streamed", {"upto": 2}),
    ]
    assert [one["status"] for one in gateway.outcomes()] == ["succeeded"] * 10
    assert [one.get("result") for one in gateway.outcomes()][-4:] == [[0, 1, 2], "A", "e", [0, 1]]


def test_keeps_what_it_was() -> None:
    """[SDK-24] Name, docstring, signature and kind stay; decorating twice asks once."""
    assert (add.__name__, add.__doc__) == ("add", "Adds.")
    assert list(inspect.signature(add).parameters) == ["first", "second", "more", "named"]
    assert inspect.iscoroutinefunction(later) and inspect.isgeneratorfunction(counted) and inspect.isasyncgenfunction(streamed)
    assert aegis.monitor(add) is add
    with pytest.raises(aegis.AegisSetupError, match="methods that act"):
        aegis.monitor(Tools)
    with pytest.raises(TypeError):
        add()  # type: ignore[call-arg]


def test_denied(gateway: Gateway) -> None:
    """[SDK-24] What is denied does not run, whatever its kind."""
    gateway.rule = denying("method", "later", "count", "streamed")
    tools = Tools()
    with pytest.raises(aegis.AegisBlockedError) as told:
        tools.method("a")
    assert tools.ran == [] and str(told.value) == "Aegis denied method"
    assert (told.value.tool_name, told.value.risk_level, told.value.code) == ("method", "LOW", "TOOL_BLOCKED")
    with pytest.raises(aegis.AegisBlockedError):
        asyncio.run(later("a"))
    with pytest.raises(aegis.AegisBlockedError):
        list(counted(1))

    async def iterate() -> None:
        async for _ in streamed(1):
            pytest.fail("ran")

    with pytest.raises(aegis.AegisBlockedError):
        asyncio.run(iterate())
    assert gateway.outcomes() == []


def test_halted(gateway: Gateway) -> None:
    """[SDK-24] A halt is told as one."""
    gateway.rule = lambda _: {"effect": "deny", "code": "HALTED"}
    with pytest.raises(aegis.AegisHaltedError):
        add(1)


def test_modified(gateway: Gateway) -> None:
    """[SDK-4] Changed arguments are what runs; what was not changed keeps its type, and unknown ones are refused."""

    @aegis.monitor
    def pay(amount: int, on: datetime.date, *notes: str) -> Any:
        return amount, on, notes

    gateway.rule = lambda asked: {"effect": "modify", "args": {**asked["args"], "amount": 1, "notes": ["x"]}}
    assert pay(9, datetime.date(2026, 12, 1)) == (1, datetime.date(2026, 12, 1), ("x",))
    gateway.rule = lambda asked: {"effect": "modify", "args": {"other": 1}}
    with pytest.raises(aegis.AegisSetupError, match="other"):
        pay(9, datetime.date(2026, 12, 1))


def test_what_was_decided_runs(gateway: Gateway) -> None:
    """[SDK-25] The function runs with a copy: what somebody changes while the decision is awaited does not run."""
    given = {"to": ["ann"]}
    ran: List[Any] = []

    @aegis.monitor
    def send(message: Dict[str, Any]) -> None:
        ran.append(message)

    def change(asked: Dict[str, Any]) -> None:
        given["to"].append("eve")

    gateway.rule = change
    send(given)
    assert ran == [{"to": ["ann"]}] and given == {"to": ["ann", "eve"]}


@dataclasses.dataclass
class Order:
    item: str
    price: decimal.Decimal


class Strange:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_values(gateway: Gateway) -> None:
    """[SDK-25] Values with fields or a text of their own are said whole; what JSON cannot say is described, never an error."""

    @aegis.monitor
    def take(value: Any) -> Any:
        return value

    order = Order("pen", decimal.Decimal("1.50"))
    assert take(order) == order and take(order) is not order
    cyclic: List[Any] = []
    cyclic.append(cyclic)
    strange = Strange()
    for value in (strange, cyclic, 2**60, float("inf"), b"\xff", "\ud800", {1: 2}, (1, 2), {3}):
        take(value)
    assert take(strange) is strange
    asked = [one["args"]["value"] for one in gateway.proposals()]
    assert asked[0] == {"item": "pen", "price": "1.50"}
    assert [one.get("unreadable") for one in gateway.proposals()][2:8] == [["/value"], ["/value/0"], None, ["/value"], ["/value"], ["/value"]]
    assert asked[2:11] == ["<Strange>", ["<list>"], str(2**60), "inf", "/w==", "\\ud800", {"1": 2}, [1, 2], [3]]


def test_a_failure_is_reported(gateway: Gateway) -> None:
    """[SDK-24] A function that fails is reported as failed and raises its own error; a generator that is closed early, as cancelled."""

    @aegis.monitor
    def fail() -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError):
        fail()
    pieces = counted(9)
    assert next(pieces) == 0
    pieces.close()
    unused = counted(9)
    unused.close()
    assert [(one["status"], one.get("errorCode"), one.get("result")) for one in gateway.outcomes()] == [
        ("failed", "KeyError", "'gone'"),
        ("cancelled", None, [0]),
    ]
    assert len(gateway.proposals()) == 2, "a generator nobody iterates asks nothing"


def test_generators_keep_their_protocol() -> None:
    """[SDK-24] What is sent and thrown into a generator arrives in it, and its return value comes out."""

    @aegis.monitor
    def echo() -> Any:
        got = yield "first"
        try:
            yield got
        except ValueError:
            yield "caught"
        return "end"

    def outer() -> Any:
        return (yield from echo())

    running = outer()
    assert (next(running), running.send("sent"), running.throw(ValueError())) == ("first", "sent", "caught")
    with pytest.raises(StopIteration) as end:
        next(running)
    assert end.value.value == "end"


def test_results_that_come_later(gateway: Gateway) -> None:
    """[SDK-24] A plain function that hands out a coroutine or a generator is reported when that has ended."""

    async def inner() -> int:
        return 7

    assert asyncio.run(aegis.wrap(lambda: inner(), name="seven")()) == 7
    assert list(aegis.wrap(lambda: (one for one in range(2)), name="pieces")()) == [0, 1]
    assert [one["result"] for one in gateway.outcomes()] == [7, [0, 1]]


def test_withheld_results(gateway: Gateway) -> None:
    """[SDK-26] Instructions found in a result are masked or withheld where the policy says so, in pieces too."""
    gateway.findings = [{"detector": "injection", "code": "INJECTION_OVERRIDE", "risk": "HIGH", "pointer": "/0"}]
    gateway.rule = lambda _: {"obligations": {"injectedResults": "mask"}}
    assert list(aegis.wrap(lambda: ["bad", "good"], name="read")()) == ["[withheld by Aegis: INJECTION_OVERRIDE]", "good"]

    @aegis.monitor
    def pieces() -> Iterator[str]:
        yield "bad"
        yield "good"

    assert list(pieces()) == ["[withheld by Aegis: INJECTION_OVERRIDE]", "good"]
    gateway.rule = lambda _: {"obligations": {"injectedResults": "withhold"}}
    with pytest.raises(aegis.AegisWithheldError, match="INJECTION_OVERRIDE"):
        aegis.wrap(lambda: ["bad"], name="read")()


def test_once_per_call(gateway: Gateway) -> None:
    """[SDK-27] A call that passes two guards is asked about once, and a nested call of another kind by itself."""
    inner = aegis.monitor(name="look")(lambda at: at)
    assert aegis.guard("look", {"at": 1}, lambda args: inner(**args)) == 1
    assert aegis.guard("other", {"at": 1}, lambda args: inner(**args)) == 1
    assert [one["name"] for one in gateway.proposals()] == ["look", "other", "look"]
    # Three guards deep is still one; twice in a row is two.
    outer = aegis.wrap(lambda at: aegis.guard("look", {"at": at}, lambda args: inner(**args)), name="look")
    assert outer(at=1) == 1 and len(gateway.proposals()) == 4
    assert aegis.guard("look", {"at": 1}, lambda args: [inner(**args), inner(**args)]) == [1, 1]
    assert len(gateway.proposals()) == 6

    async def awaited() -> None:
        ainner = aegis.wrap(later, name="later")
        await aegis.aguard("later", {"text": "a"}, lambda args: ainner(**args))

    asyncio.run(awaited())
    assert len(gateway.proposals()) == 7


def test_call_ids(gateway: Gateway) -> None:
    """[SDK-27] The same call by its id is the same action until it succeeded; with other arguments it is another."""

    def fail(_: Any) -> None:
        raise OSError("busy")

    with pytest.raises(OSError):
        aegis.guard("look", {"at": 1}, fail, call_id="0")
    for at in (1, 1, 2):
        aegis.guard("look", {"at": at}, lambda args: args, call_id="0")
    ids = [one["id"] for one in gateway.proposals()]
    assert ids[0] == ids[1] and len(set(ids)) == 3


def test_calls_of_one_answer(gateway: Gateway) -> None:
    """[SDK-27] Calls decided where the model's answer was read are not asked again where they run, and are reported there."""
    from aegis.patch import ToolCall, adecide_calls, decide_calls, report_result, report_user

    calls = [ToolCall("c1", "look", {"at": 1}), ToolCall("c2", "look", {"at": 2}), ToolCall("c3", "pay", {"to": "ann"})]
    gateway.rule = lambda asked: {"effect": "modify", "args": {"to": "bob"}} if asked["name"] == "pay" else None
    decided = decide_calls(calls)
    assert decided == {"c1": {"at": 1}, "c2": {"at": 2}, "c3": {"to": "bob"}}
    assert aegis.guard("look", {"at": 1}, lambda args: args["at"], call_id="c1") == 1
    assert aegis.guard("pay", {"to": "bob"}, lambda args: args["to"], call_id="c3") == "bob"
    report_result("c2", "seen")
    report_result("unknown", "x")
    report_user("Pay Ann.")
    report_user("Pay Ann.")
    assert len(gateway.proposals()) == 3 and [one["result"] for one in gateway.outcomes()] == [1, "bob", "seen"]
    assert len([one for one in gateway.seen if one["path"].endswith("/content")]) == 1
    # Other arguments than decided are another call.
    asyncio.run(adecide_calls([ToolCall("c4", "look", {"at": 1})]))
    assert aegis.guard("look", {"at": 9}, lambda args: args["at"], call_id="c4") == 9
    assert len(gateway.proposals()) == 5


def test_sessions_and_agents(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """[SDK-28] Session and agent follow the work into threads, executors and tasks; another agent has its own key and session."""
    monkeypatch.setenv("AEGIS_KEY_BILLING_BOT", "k2")
    pool = concurrent.futures.ThreadPoolExecutor(1)
    pool.submit(lambda: None).result()

    async def tasks() -> None:
        await asyncio.gather(later("task"), asyncio.to_thread(add, 1), asyncio.get_running_loop().run_in_executor(None, add, 1))

    with aegis.session("run-7"):
        thread = threading.Thread(target=add, args=(1,))
        thread.start()
        thread.join()
        pool.submit(add, 1).result()
        asyncio.run(tasks())
        add(1)
    assert [one["session"] for one in gateway.proposals()] == ["run-7"] * 6
    with aegis.agent_context("billing-bot"):
        pool.submit(add, 1).result()
    pool.submit(add, 1).result()
    pool.shutdown()
    asked = gateway.proposals()[6:]
    assert [one["agent"] for one in asked] == ["billing-bot", "a"] and asked[0]["session"] not in ("s", "run-7")
    with pytest.raises(aegis.AegisSetupError, match="AEGIS_KEY_NOBODY"):
        with aegis.agent_context("nobody"):
            pytest.fail("ran")


def test_agent_decorator(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """[SDK-28] @agent puts what a class or function does under that agent; its lists are a wish and change nothing."""
    monkeypatch.setenv("AEGIS_KEY_CLERK", "k3")

    @aegis.agent(name="clerk", allow=["add"], block=["later"])
    class Clerk:
        def work(self) -> int:
            return add(1)

        async def alate(self) -> str:
            return await later("a")

    @aegis.agent(name="clerk")
    def work() -> int:
        return add(1)

    assert Clerk().work() == 3 and work() == 3 and asyncio.run(Clerk().alate()) == "A"
    assert {one["agent"] for one in gateway.proposals()} == {"clerk"}
    assert "clerk" in [one.agent for one in aegis.coverage().wishes]


def test_ask(gateway: Gateway) -> None:
    """[SDK-20] `aegis.ask` is for anything else: it gives the arguments to run with, and reports how the block ended."""
    with aegis.ask("pay", {"amount": 1}) as permit:
        assert permit.args == {"amount": 1}
        permit.result = {"paid": True}

    async def later_on() -> None:
        with pytest.raises(KeyError):
            async with await aegis.aask("pay", {"amount": 2}):
                raise KeyError("x")

    asyncio.run(later_on())
    assert [(one["status"], one["result"]) for one in gateway.outcomes()] == [("succeeded", {"paid": True}), ("failed", "'x'")]
    gateway.rule = denying("pay")
    with pytest.raises(aegis.AegisBlockedError):
        aegis.ask("pay", {})


def test_wrap_tools(gateway: Gateway) -> None:
    """[SDK-24] Lists, dictionaries and objects of tools are guarded; what nobody knows how to guard is refused."""

    class Tool:
        name = "search"

        def __init__(self) -> None:
            self.func = lambda query: query

    def look(at: int) -> int:
        return at

    tool = Tool()
    by_name = aegis.wrap_tools({"find": look})
    listed = aegis.wrap_tools([look, tool])
    assert (by_name["find"](1), listed[0](2), tool.func("x")) == (1, 2, "x")
    assert [one["name"] for one in gateway.proposals()] == ["find", "look", "search"]
    with pytest.raises(aegis.AegisSetupError, match="Cannot guard"):
        aegis.wrap_tools([object()])


def test_calls_are_decided_in_order(gateway: Gateway) -> None:
    """[SDK-27] Calls of one answer are decided in the order they stand in, blocking and awaited."""
    from aegis.patch import ToolCall, adecide_calls, decide_calls

    calls = [ToolCall(f"call-{at}", f"tool{at}", {"at": at}) for at in range(12)]
    decide_calls(calls)
    asyncio.run(adecide_calls(calls))
    assert [one["name"] for one in gateway.proposals()] == [one.name for one in calls] * 2
