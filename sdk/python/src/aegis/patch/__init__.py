"""
Patches: what makes a library of others ask before a tool runs. This page is the interface for whoever writes one.

**A patch is one module in this folder** that imports nothing of the library at its top, and holds one value:

    PATCH = Patch(
        package="smolagents",                      # the top-level import name; the key in `catalogue.py`
        distribution="smolagents",                 # whose version is looked up
        tested=("1.20", "1.27"),                   # oldest version that is tested, and the first that is not
        modules={"smolagents.tools": _tools},      # module name -> what to do once it was loaded
        guards="Tool.__call__",                    # for `aegis.coverage()`: what is asked about
        leaves="tools of the executor's sandbox",  # and what is not; "" for nothing known
    )

    def _tools(module):                            # called once, right after the module was executed, or at once when it already was
        replace(module.Tool, "__call__", _called)

    def _called(original):                         # gets the original function, returns the guarded one of the same kind
        def call(self, *args, **kwargs):
            return guard(self.name, {...}, lambda decided: original(self, **decided), framework="smolagents")
        return call

and one line in `catalogue.py`: `"smolagents": "smolagents"` (import name -> module in this folder).

**`replace(owner, name, make)`** changes a function, method, static or class method of a class or module. It keeps name, docstring,
signature, `isinstance`, pickling and the kind (plain, coroutine, generator, async generator); it wraps once, however often it is called
and however long a chain of subclasses is; it can be undone, also when somebody else wrapped the result meanwhile; names bound with
`from x import f` before are bound anew where `owner` is a module. It raises AegisSetupError where the library has no such thing: let that
happen, it is reported as not guarded, and refused in `strict`.

**Asking.** All of these find the client and the session by themselves, at the time of the call (`agent_context` and `session` apply), and
raise AegisBlockedError (AegisHaltedError, AegisTimeoutError), AegisUnavailableError, AegisRefusedError or AegisSetupError where
nothing may run. `args` is any mapping; what JSON cannot say is described and asked about. Terms, all optional, by name:
`call_id` (the model API's id of the call: the same call seen twice is one action, a retry is no second approval), `framework`,
`description`, `schema`, `kind` ("tool"), `parent`, `claims`, `cwd` (the folder it is carried out in, where that is another one).

- `guard(name, args, run, **terms)` and `await aguard(...)`: asks, calls `run(decided_args)`, reports the outcome, returns the result
  (masked or withheld where the policy says so: AegisWithheldError). `run` gets a copy of the arguments, or the changed ones. Called within
  itself with the same name and arguments it asks nothing. Results that are generators or coroutines are reported when they end.
- `permit(name, args, **terms)` and `await apermit(...)`: asks, and returns a `Permit` with `.args`, `.decision`, `.changed`, `.done(result)`
  -> the result as the model may read it, `.failed(error)`, and `adone`, `afailed`. For frameworks that ask in one place and run in another.
- `decide_calls([ToolCall(id, name, args), …], framework)` and `await adecide_calls(...)`: for a model's answer, before it is handed out:
  the arguments by call id, or an error on the first that may not run. A framework patch that runs one of them through `guard` with
  its `call_id` and the same arguments asks no second time and reports the outcome.
- `report_result(call_id, value, failed)`, `report_user(text)` and `areport_…`: what a request to a model brings back from the world.

**A denial** must reach the agent in the way its framework goes on from: turn AegisBlockedError into the framework's tool error or into the
tool's answer (`str(error)` is written for the model). Let AegisHaltedError, AegisUnavailableError and the others through unless the
framework would retry them for ever.

**Values**: `values.render(value)` -> `.json`, `.value` (a copy to run with), `.unread`; `values.parse_arguments(text)` for arguments as a
model wrote them; `values.to_json(value)`.

**Tests** speak to `tests/gateway.py`: a scripted Aegis over HTTP and the local socket (`with Gateway(rule) as aegis: …`), whose
`proposals()` and `outcomes()` say what was asked and reported.
"""

from __future__ import annotations

from ..calls import ToolCall, adecide_calls, areport_result, areport_user, decide_calls, report_result, report_user
from ..guard import aguard, guard
from ..permit import Permit, apermit, permit
from ..values import parse_arguments, render, to_json
from .replace import replace
from .target import Patch

__all__ = [
    "Patch",
    "Permit",
    "ToolCall",
    "adecide_calls",
    "aguard",
    "apermit",
    "areport_result",
    "areport_user",
    "decide_calls",
    "guard",
    "parse_arguments",
    "permit",
    "render",
    "replace",
    "report_result",
    "report_user",
    "to_json",
]
