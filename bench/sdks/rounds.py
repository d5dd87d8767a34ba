"""A program with the Python SDK: for each line it reads, that many decisions; it prints the microseconds each took."""

import json
import sys
import time

import aegis

made = aegis.connect()
done = 0
for line in sys.stdin:
    micros = []
    for _ in range(int(line)):
        done += 1
        proposal = aegis.Proposal("lookup_balance", {"customer": f"c-{done}", "fields": ["balance", "currency"]})
        begun = time.perf_counter()
        made.decide(proposal)
        micros.append((time.perf_counter() - begun) * 1e6)
    print(json.dumps(micros), flush=True)
