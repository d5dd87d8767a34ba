"""
One bank agent as its own program: a LangGraph agent with all seventeen tools. The one line that puts Aegis in between is `aegis.auto()`;
who it is comes from AEGIS_URL, AEGIS_KEY, AEGIS_AGENT and AEGIS_SESSION.

    python examples/bank/agent.py "What is the balance of customer 3?"
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import aegis

aegis.auto()

from langchain.agents import create_agent  # noqa: E402  (before or after auto(), both work)
from langchain_openai import ChatOpenAI  # noqa: E402
from tools import TOOLS  # noqa: E402

STAFF: list[dict[str, Any]] = json.loads((Path(__file__).parent / "staff.json").read_text(encoding="utf-8"))


def main() -> int:
    staff = next((one for one in STAFF if one["id"] == os.environ.get("AEGIS_AGENT")), None)
    if staff is None or len(sys.argv) != 2:
        print(f'usage: AEGIS_AGENT={"|".join(one["id"] for one in STAFF)} python examples/bank/agent.py "<prompt>"', file=sys.stderr)
        return 2
    agent = create_agent(
        ChatOpenAI(model=os.environ.get("OPENAI_MODEL", "gpt-4o-mini"), max_retries=0),
        TOOLS,
        system_prompt=f"You are the {staff['title']} agent of a bank. You work on customer {staff['customer']}.",
    )
    asked: Any = {"messages": [("user", sys.argv[1])]}
    limits: Any = {"recursion_limit": 60}
    if staff["streaming"]:
        # `messages` streams the model's tokens, and so OpenAI's SSE wire format.
        for chunk, _ in agent.stream(asked, limits, stream_mode="messages"):
            if chunk.type == "AIMessageChunk" and isinstance(chunk.content, str):
                print(chunk.content, end="", flush=True)
        print()
    else:
        print(agent.invoke(asked, limits)["messages"][-1].content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
