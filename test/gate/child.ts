/**
 * One gate in a process of its own, on a SQLite log others write too. Says what it did on stdout, one JSON line per decision, and performs
 * its "effect" (a line appended and flushed to a file) only after admit has answered allow.
 */
import { appendFileSync, closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { randomBytes, randomUUID } from 'node:crypto';
import { createGate } from '../../src/gate/create-gate.ts';
import { processTimers } from '../../src/gate/timers.ts';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import { dependencies, document, id, proposal } from './sample-gate.ts';

interface Orders {
  readonly path: string;
  readonly effects: string;
  readonly name: string;
  readonly calls: number;
  readonly width: number;
  readonly usdLimit: number;
}

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders;
const effects = openSync(orders.effects, 'a');

function effect(action: string): void {
  writeSync(effects, `${action}\n`);
  fsyncSync(effects);
}

const store = await openSqliteStore({ path: orders.path });
const { hand: _hand, ...base } = dependencies({
  store,
  policy: document({ budgets: [{ scope: 'tenant', usd: orders.usdLimit }], loops: { identical: { max: 1_000_000, windowMs: 1 } } }),
});
const gate = await createGate({
  ...base,
  store,
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  timers: processTimers,
  ids: { next: () => randomUUID() },
  random: { bytes: (length) => randomBytes(length) },
  onFault: (fault) => appendFileSync(`${orders.effects}.faults`, `${JSON.stringify(fault.what)}\n`),
});
await gate.register(id('default'), id(orders.name), { capabilities: [], maxPriority: 5, onUnavailable: 'deny' }, 'system');
process.stdout.write('"ready"\n');
// Everybody is open before anybody starts.
await new Promise((resolve) => process.stdin.once('end', resolve).resume());

let next = 0;
async function worker(): Promise<void> {
  while (next < orders.calls) {
    const n = next++;
    const key = `${orders.name}-${String(n)}-${randomUUID().slice(0, 8)}`;
    const decision = await gate.admit(
      proposal({ id: key, agent: orders.name, session: `s-${orders.name}`, args: { n }, claims: { usdMicros: 10_000 + (n % 7) * 1_000 } }),
    );
    if (decision.effect === 'allow') effect(key);
    process.stdout.write(`${JSON.stringify([key, decision.effect, decision.worldIndex])}\n`);
  }
}
await Promise.all(Array.from({ length: orders.width }, worker));
await gate.close();
await store.close();
closeSync(effects);
