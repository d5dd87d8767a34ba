"""Functions that Google's library calls for the model."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Awaitable, Callable, Dict, Optional

from ..errors import AegisBlockedError, AegisError, AegisHaltedError, AegisWithheldError
from . import aguard, guard, replace
from .google_genai_run import FRAMEWORK, RUN, Run, calls_of


def guard_functions(module: ModuleType) -> None:
    replace(module, "invoke_function_from_dict_args", _invoked)
    replace(module, "invoke_function_from_dict_args_async", _ainvoked)
    replace(module, "get_function_response_parts", _taken)
    replace(module, "get_function_response_parts_async", _ataken)


def _invoked(original: Callable[..., Any]) -> Callable[..., Any]:
    def invoke(args: Dict[str, Any], function_to_invoke: Callable[..., Any]) -> Any:
        def run(decided: Dict[str, Any]) -> Any:
            # What the function itself asks a model is a run of its own.
            token = RUN.set(None)
            try:
                return original(decided, function_to_invoke)
            finally:
                RUN.reset(token)

        try:
            return guard(_name(function_to_invoke), args, run, **_terms(function_to_invoke))
        except AegisError as error:
            _note(error)
            raise

    return invoke


def _ainvoked(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def invoke(args: Dict[str, Any], function_to_invoke: Callable[..., Any]) -> Any:
        async def run(decided: Dict[str, Any]) -> Any:
            token = RUN.set(None)
            try:
                return await original(decided, function_to_invoke)
            finally:
                RUN.reset(token)

        try:
            return await aguard(_name(function_to_invoke), args, run, **_terms(function_to_invoke))
        except AegisError as error:
            _note(error)
            raise

    return invoke


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _terms(function: Callable[..., Any]) -> Dict[str, Any]:
    run = RUN.get()
    name = _name(function)
    waiting = [] if run is None else [one for one in run.taken if one.name == name and id(one) not in _STARTED]
    call_id = None
    if waiting:
        call_id = waiting[0].id
        _STARTED[id(waiting[0])] = waiting[0]
    return {"call_id": call_id, "framework": FRAMEWORK, "description": function.__doc__}


#: Calls whose function was started, by identity.
_STARTED: Dict[int, Any] = {}


def _note(error: AegisError) -> None:
    run = RUN.get()
    goes_on = isinstance(error, (AegisBlockedError, AegisWithheldError)) and not isinstance(error, AegisHaltedError)
    if run is not None and not goes_on:
        run.stop = error


def _taken(original: Callable[..., Any]) -> Callable[..., Any]:
    def respond(response: Any, function_map: Any) -> Any:
        run = _take(response)
        try:
            return _unless_stopped(run, original(response, function_map))
        finally:
            _forget(run)

    return respond


def _ataken(original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def respond(response: Any, function_map: Any) -> Any:
        run = _take(response)
        try:
            return _unless_stopped(run, await original(response, function_map))
        finally:
            _forget(run)

    return respond


def _take(response: Any) -> Optional[Run]:
    run = RUN.get()
    if run is not None:
        run.taken.extend(calls_of(response, first=True))
    return run


def _forget(run: Optional[Run]) -> None:
    for one in [] if run is None else run.taken:
        _STARTED.pop(id(one), None)


def _unless_stopped(run: Optional[Run], parts: Any) -> Any:
    if run is not None and run.stop is not None:
        raise run.stop
    return parts
