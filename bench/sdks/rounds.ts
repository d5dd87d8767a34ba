/** A program with the TypeScript SDK: for each line it reads, that many decisions; it prints the microseconds each took. */
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';
import { connect } from '../../sdk/typescript/src/index.ts';

const aegis = connect();
let done = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const micros: number[] = [];
  for (let left = Number(line); left > 0; left--) {
    done += 1;
    const begun = performance.now();
    await aegis.decide({ name: 'lookup_balance', args: { customer: `c-${String(done)}`, fields: ['balance', 'currency'] } });
    micros.push((performance.now() - begun) * 1_000);
  }
  console.log(JSON.stringify(micros));
}
