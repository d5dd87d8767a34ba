"""One logic for programs with and without asyncio: it is written as a generator of operations, and each operation can be done in both ways."""

from __future__ import annotations

from typing import Any, Callable, Generator, Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Operation(Protocol[T_co]):
    """Something that waits: `run` blocks the thread, `arun` leaves the event loop to others."""

    def run(self) -> T_co: ...

    async def arun(self) -> T_co: ...


Flow = Generator[Operation[Any], Any, T]


def drive(flow: Flow[T]) -> T:
    """Runs a flow in this thread."""
    try:
        operation = next(flow)
        while True:
            try:
                value = operation.run()
            except BaseException as error:
                operation = flow.throw(error)
            else:
                operation = flow.send(value)
    except StopIteration as end:
        result: T = end.value
        return result


async def adrive(flow: Flow[T]) -> T:
    """Runs a flow on the event loop; a cancelled task cancels it. Raises AegisSetupError where there is no event loop of asyncio."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        from .errors import AegisSetupError

        raise AegisSetupError(
            "The awaited form of Aegis needs a running event loop of asyncio. Elsewhere, call the blocking form in a thread."
        ) from None
    try:
        operation = next(flow)
        while True:
            try:
                value = await operation.arun()
            except BaseException as error:
                operation = flow.throw(error)
            else:
                operation = flow.send(value)
    except StopIteration as end:
        result: T = end.value
        return result


class Sleep:
    """Waits for a time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def run(self) -> None:
        import time

        time.sleep(self._seconds)

    async def arun(self) -> None:
        import asyncio

        await asyncio.sleep(self._seconds)


class Afterwards:
    """Something short to do for whoever is leaving: a thread does it at once, a cancelled task leaves it to a thread."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work

    def run(self) -> None:
        self._work()

    async def arun(self) -> None:
        import asyncio

        asyncio.get_running_loop().run_in_executor(None, self._work)


class OnDisk(Generic[T]):
    """Work with files: short, but it may wait for the disk."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work

    def run(self) -> T:
        return self._work()

    async def arun(self) -> T:
        import asyncio

        return await asyncio.get_running_loop().run_in_executor(None, self._work)
