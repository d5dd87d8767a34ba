"""Several questions at once, of one answer of a model: none of it is handed out unless all of it may be."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Callable, Deque, Dict, List, Sequence, Tuple, Union

from .errors import blocked
from .flow import adrive, drive
from .wire.decision import Decision

if TYPE_CHECKING:
    from .asking import Question


#: They are decided in the order of the answer. One that is not answered in this time holds up the next ones no longer.
ORDER_SECONDS = 1.0


def decided(question: "Question", answered: Callable[[], None] = lambda: None) -> Decision:
    """The decision that lets it run; raises what says that it may not."""
    return _permitted(question, drive(question.deciding(answered)))


async def adecided(question: "Question", answered: Callable[[], None]) -> Decision:
    return _permitted(question, await adrive(question.deciding(answered)))


def _permitted(question: "Question", decision: Decision) -> Decision:
    if decision.effect not in ("allow", "modify"):
        raise blocked(question.proposal.name, decision)
    return decision


def in_threads(questions: "Sequence[Question]") -> List[Decision]:
    """
    Raises the first error, as soon as it is there; what was allowed beside it is not done, what waits is withdrawn. Whoever blocks has
    no event loop, so each question has a thread while it is open.
    """
    ended: Deque[Tuple[int, Union[Decision, BaseException]]] = deque()
    arrived = threading.Semaphore(0)

    def ask(at: int, answered: threading.Event) -> None:
        try:
            ended.append((at, decided(questions[at], answered.set)))
        except BaseException as error:
            ended.append((at, error))
        arrived.release()

    found: Dict[int, Decision] = {}
    refused = -1
    try:
        for at in range(len(questions)):
            answered = threading.Event()
            threading.Thread(target=ask, args=(at, answered), name="aegis-question", daemon=True).start()
            answered.wait(ORDER_SECONDS)
        while len(found) < len(questions):
            arrived.acquire()
            at, outcome = ended.popleft()
            if isinstance(outcome, BaseException):
                refused = at
                raise outcome
            found[at] = outcome
    except BaseException:
        for at, question in enumerate(questions):
            if at != refused:
                question.leave()
        raise
    return [found[at] for at in range(len(questions))]


async def in_tasks(questions: "Sequence[Question]") -> List[Decision]:
    """The same on an event loop."""
    import asyncio

    loop = asyncio.get_running_loop()
    tasks: "List[asyncio.Task[Decision]]" = []
    try:
        for question in questions:
            answered = asyncio.Event()
            tasks.append(loop.create_task(adecided(question, answered.set)))
            await asyncio.wait({tasks[-1], waiting := loop.create_task(answered.wait())}, timeout=ORDER_SECONDS, return_when="FIRST_COMPLETED")
            waiting.cancel()
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task, question in zip(tasks, questions):
            if not task.done():
                # Withdraws by itself.
                task.cancel()
            elif not task.cancelled() and task.exception() is None:
                loop.run_in_executor(None, question.withdraw)
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
