"""
A research assistant with a page: six guided prompts that show what Aegis does with its tool calls.

    AEGIS_KEY=… AEGIS_AGENT=research-assistant python examples/research/assistant.py

The one line that puts Aegis in between is `aegis.auto()`. Without OPENAI_API_KEY a scripted model answers.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aegis

aegis.auto()

from openai import OpenAI  # noqa: E402  (before or after auto(), both work)
from page import serve  # noqa: E402
from tools import SCHEMAS, Tools  # noqa: E402

HERE = Path(__file__).resolve().parent
SYSTEM = "You are a research assistant of a company that sells solar storage. Use the tools; answer in at most three sentences."
Emit = Callable[[dict[str, Any]], None]


class Assistant:
    """An ordinary agent loop with the `openai` package; each prompt is a session of its own."""

    def __init__(self, model: str, tools: Tools) -> None:
        self.client = OpenAI()
        self.model = model
        self.tools = tools

    def answer(self, prompt: str, emit: Emit) -> None:
        messages: list[Any] = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt}]
        with aegis.session(f"research-{uuid.uuid4()}"), says(emit):
            try:
                self._loop(messages, emit)
            except aegis.AegisTimeoutError as error:
                emit({"type": "blocked", "tool": error.tool_name, "text": f"Nobody answered in time. {error.reason}"})
            except aegis.AegisBlockedError as error:
                # The model's answer held a call that may not run; a longer-lived agent would tell the model and go on.
                emit({"type": "blocked", "tool": error.tool_name, "text": error.reason})

    def _loop(self, messages: list[Any], emit: Emit) -> None:
        for _ in range(8):
            said = self.client.chat.completions.create(model=self.model, messages=messages, tools=SCHEMAS).choices[0].message
            messages.append(said)
            if said.content:
                emit({"type": "text", "text": said.content})
            if not said.tool_calls:
                return
            for call in said.tool_calls:
                messages.append({"role": "tool", "tool_call_id": call.id, "content": self._run(call.function, emit)})
        emit({"type": "text", "text": "I stopped after eight rounds."})

    def _run(self, asked: Any, emit: Emit) -> str:
        emit({"type": "call", "tool": asked.name, "arguments": asked.arguments})
        tool = self.tools.named(asked.name)
        try:
            result = f"There is no tool {asked.name}." if tool is None else tool(**json.loads(asked.arguments))
        except Exception as error:  # what went wrong is the model's to read
            result = f"{type(error).__name__}: {error}"
        emit({"type": "result", "text": result})
        return result


class says:
    """While it lasts, what the SDK says on standard error (that a call waits for a person, and how to answer) is shown on the page too."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit

    def __enter__(self) -> None:
        self.terminal, sys.stderr = sys.stderr, self  # type: ignore[assignment]

    def __exit__(self, *_: object) -> None:
        sys.stderr = self.terminal

    def write(self, text: str) -> int:
        if text.startswith("aegis: ") and " waits for a person" in text:
            self.emit({"type": "waiting", "tool": text.split()[1], "text": text.removeprefix("aegis: ").strip()})
        return self.terminal.write(text)

    def flush(self) -> None:
        self.terminal.flush()


def scripted_model() -> subprocess.Popen[str]:
    """Starts the scripted model, which speaks OpenAI's wire format, and points the `openai` package to it."""
    # A Node that reads TypeScript: the one `npm start` installed, else the one on the path (22.18 or newer).
    own = HERE.parents[1] / "node_modules" / "node" / "bin" / "node"
    node = str(own) if own.exists() else "node"
    program = subprocess.Popen(
        [node, "--disable-warning=ExperimentalWarning", str(HERE / "model.ts")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    url = program.stdout.readline().strip() if program.stdout else ""
    if not url:
        raise SystemExit("The scripted model did not start. Run `npm start` once, or install Node 22.18 or newer.")
    os.environ["OPENAI_BASE_URL"] = f"{url}/v1"
    os.environ["OPENAI_API_KEY"] = "scripted"
    return program


def main() -> None:
    parser = argparse.ArgumentParser(description="A research assistant whose tool calls Aegis decides.")
    parser.add_argument("--port", type=int, default=8501, help="port of the page on this machine (default 8501; 0 takes a free one)")
    parser.add_argument("--prompt", help="answer this one prompt in the terminal, as lines of JSON, and end")
    options = parser.parse_args()
    live = bool(os.environ.get("OPENAI_API_KEY"))
    program = None if live else scripted_model()
    try:
        with tempfile.TemporaryDirectory(prefix="research-") as folder:
            assistant = Assistant(os.environ.get("OPENAI_MODEL", "gpt-4o-mini"), Tools(Path(folder)))
            if options.prompt:
                assistant.answer(options.prompt, lambda event: print(json.dumps(event), flush=True))
            else:
                about = "A real model answers." if live else "A scripted model answers; it knows these six prompts."
                serve(assistant.answer, about, options.port)
    except KeyboardInterrupt:
        pass
    finally:
        if program is not None:
            program.communicate()


if __name__ == "__main__":
    main()
