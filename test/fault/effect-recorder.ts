/**
 * An agent's side in a process of its own: asks, and does its "effect" (a line appended and synced) only after an answer said allow.
 * Each line on stdin is the next address to ask; whatever got no answer is asked again under the same id. Prints `ack` per answer.
 */
import { appendFileSync, closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { asker } from './daemon.ts';

interface Orders {
  readonly effects: string;
  readonly acknowledged: string;
  readonly key: string;
  readonly width: number;
}

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders;
const effects = openSync(orders.effects, 'a');
let ask: ReturnType<typeof asker> | null = null;
let arrived = Promise.withResolvers<unknown>();
let over = false;
let next = 0;

async function decided(id: string, n: number): Promise<boolean> {
  while (!over) {
    const asked = ask;
    if (asked === null) {
      await arrived.promise;
      continue;
    }
    try {
      // Every fifth is a class the shipped policy denies: a denial must survive as well.
      const args = n % 5 === 0 ? { command: 'rm -rf /' } : { customer: n };
      const body = { id, session: `s-${String(n % 4)}`, name: n % 5 === 0 ? 'bash' : 'lookup_balance', args };
      const { status, body: answer } = await asked('POST', '/v1/actions', { key: orders.key, body });
      if (status !== 200) continue;
      if (answer['effect'] === 'allow') {
        writeSync(effects, `${id}\n`);
        fdatasyncSync(effects);
      }
      appendFileSync(orders.acknowledged, `${id} ${String(answer['effect'])} ${String(answer['worldIndex'])}\n`);
      process.stdout.write('ack\n');
      return true;
    } catch {
      // Nobody there, or gone in the middle: nothing was allowed. Asked again where the next one listens.
      if (ask === asked) {
        ask = null;
        arrived = Promise.withResolvers();
      }
    }
  }
  return false;
}

async function worker(): Promise<void> {
  while (!over) {
    const n = next++;
    await decided(`act-${String(n)}`, n);
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (url) => {
  ask = asker(url);
  arrived.resolve(null);
});
lines.on('close', () => {
  over = true;
  arrived.resolve(null);
});
await Promise.all(Array.from({ length: orders.width }, worker));
closeSync(effects);
