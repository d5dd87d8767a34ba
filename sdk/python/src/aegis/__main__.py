"""`python -m aegis`: run a program under Aegis, or verify an export of its log."""

from __future__ import annotations

import sys
from typing import List

USAGE = """usage: python -m aegis run [--strict] [--quiet] (<script.py> | -m <module>) [arguments…]
       python -m aegis verify <export> [--key <vkey>] [--checkpoints <folder>] [--without-payloads] [--json]

  run    runs a program guarded, as if its first line were `import aegis; aegis.auto()`.
         Set AEGIS_KEY and AEGIS_AGENT; AEGIS_URL where Aegis does not listen at http://127.0.0.1:7411.
  verify verifies an export of the log, on any machine; `python -m aegis verify --help` says how.

examples:
  python -m aegis run agent.py --task report
  python -m aegis run -m my_agent
  python -m aegis verify audit.jsonl --key key.pub
"""


def main(arguments: List[str]) -> int:
    command, *rest = arguments or ["--help"]
    if command in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0
    if command == "run":
        from .run import run

        return run(rest, USAGE)
    if command == "verify":
        from .verify.command import verify

        return verify(rest)
    print(f"Unknown command {command}. Expected: run or verify.\n\n{USAGE}", file=sys.stderr, end="")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
