"""`@monitor`: a function of the agent's own, asked about before it runs."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Mapping, Optional, Tuple, TypeVar, Union, cast, overload

if TYPE_CHECKING:
    import inspect

from .errors import AegisSetupError
from .guard import aguard, guard
from .permit import apermit, is_running, permit
from .streams import astream, stream

F = TypeVar("F", bound=Callable[..., Any])

#: Set on what is guarded already: decorating it again, or a wrapper around it, asks once.
GUARDED = "__aegis_guarded__"

_OWNERS = ("self", "cls", "mcs")
_PLAIN = (str, int, float, bool, list, dict, type(None))


@overload
def monitor(function: F, /) -> F: ...


@overload
def monitor(*, name: Optional[str] = None, description: Optional[str] = None) -> Callable[[F], F]: ...


def monitor(
    function: Optional[F] = None, /, *, name: Optional[str] = None, description: Optional[str] = None
) -> Union[F, Callable[[F], F]]:
    """
    `@monitor` or `@monitor(name=…)` on a function, method, static or class method, generator, or the async form of any of them. Each
    call is decided on its arguments by name; without a permission it raises AegisBlockedError and the function does not run. The
    function runs with a copy of the arguments that nobody else can change. A generator asks when its first piece is wanted: one that
    nobody iterates asks nothing and does nothing. The name is the function's own unless another is given.
    """
    if function is None:
        return lambda inner: _monitored(inner, name, description)
    return _monitored(function, name, description)


def _monitored(function: F, name: Optional[str], description: Optional[str]) -> F:
    given: Any = function
    if isinstance(given, (staticmethod, classmethod)):
        inner = cast(Any, given).__func__
        return cast(F, type(given)(_monitored(inner, name, description)))
    if isinstance(given, type) or not callable(given):
        raise AegisSetupError("@monitor goes on a function or a method. For a class, put it on the methods that act.")
    if getattr(given, GUARDED, False):
        return function
    called = str(name or getattr(given, "__name__", type(given).__name__))
    import inspect

    told = description or (inspect.getdoc(given) if inspect.isroutine(given) else None)
    guarded = _wrapped(given, _Call(given, called, told))
    setattr(guarded, GUARDED, True)
    return cast(F, guarded)


def _wrapped(function: Callable[..., Any], call: "_Call") -> Callable[..., Any]:
    """The same kind of function, so that whoever looks at it sees what it was."""
    import inspect

    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        async def each(*args: Any, **kwargs: Any) -> Any:
            bound = call.bind(args, kwargs)
            if is_running(call.name, call.seen(bound)):
                source = function(*args, **kwargs)
            else:
                allowed = await apermit(call.name, call.seen(bound), description=call.description)
                source = astream(allowed, call.run(bound, allowed.args))
            async for piece in source:
                yield piece

        return each
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            bound = call.bind(args, kwargs)
            terms: Dict[str, Any] = {"description": call.description}
            return await aguard(call.name, call.seen(bound), lambda decided: call.run(bound, decided), **terms)

        return awaited
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def stepped(*args: Any, **kwargs: Any) -> Any:
            bound = call.bind(args, kwargs)
            if is_running(call.name, call.seen(bound)):
                return (yield from function(*args, **kwargs))
            allowed = permit(call.name, call.seen(bound), description=call.description)
            return (yield from stream(allowed, call.run(bound, allowed.args)))

        return stepped

    @functools.wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        bound = call.bind(args, kwargs)
        return guard(call.name, call.seen(bound), lambda decided: call.run(bound, decided), description=call.description)

    return plain


class _Call:
    """How a function's arguments are called."""

    def __init__(self, function: Callable[..., Any], name: str, description: Optional[str]) -> None:
        self._function = function
        self.name = name
        self.description = description
        self._signature: Optional[inspect.Signature] = None

    def bind(self, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> inspect.BoundArguments:
        """Raises TypeError for arguments the function does not take, as calling it would."""
        if self._signature is None:
            import inspect

            self._signature = inspect.signature(self._function)
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return bound

    def seen(self, bound: inspect.BoundArguments) -> Dict[str, Any]:
        """What is decided on: every argument by its name, but the object the method belongs to."""
        return {name: value for at, (name, value) in enumerate(bound.arguments.items()) if at > 0 or not _is_owner(name, value)}

    def run(self, bound: inspect.BoundArguments, decided: Mapping[str, Any]) -> Any:
        arguments: Dict[str, Any] = {}
        rest = dict(decided)
        for at, (name, parameter) in enumerate(bound.signature.parameters.items()):
            if at == 0 and name in bound.arguments and _is_owner(name, bound.arguments[name]):
                arguments[name] = bound.arguments[name]
            elif name in rest:
                value = rest.pop(name)
                arguments[name] = tuple(cast(Iterable[Any], value)) if parameter.kind is parameter.VAR_POSITIONAL else value
        if rest:
            raise AegisSetupError(f"The policy gave {self.name} arguments it does not take: {', '.join(sorted(rest))}.")
        changed = type(bound)(bound.signature, cast(Any, arguments))
        return self._function(*changed.args, **changed.kwargs)


def _is_owner(name: str, value: Any) -> bool:
    """The object a method belongs to. Plain data under such a name is an argument like any other."""
    return name in _OWNERS and type(value) not in _PLAIN
