/** An agent in a process of its own: submits its orders over HTTP, some at a time, and prints what each was answered. */
import { asker } from '../fault/daemon.ts';

interface Orders {
  readonly url: string;
  readonly key: string;
  readonly sessions: number;
  readonly calls: number;
  readonly width: number;
  readonly usdMicros: number;
}

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders;
const ask = asker(orders.url);
let next = 0;
const effects: string[] = [];

async function worker(): Promise<void> {
  while (next < orders.calls) {
    const n = next++;
    const body = {
      session: `p${String(process.pid)}-${String(n % orders.sessions)}`,
      name: 'buy_report',
      args: { n, by: process.pid },
      claims: { usdMicros: orders.usdMicros },
    };
    const { status, body: answer } = await ask('POST', '/v1/actions', { key: orders.key, body });
    effects.push(status === 200 ? String(answer['effect']) : String(answer['code']));
    const id = String(answer['action']);
    // Half of what runs is settled for less: what comes back may be spent again, and no more than that.
    if (answer['effect'] === 'allow' && n % 2 === 0)
      await ask('POST', `/v1/actions/${encodeURIComponent(id)}/outcome`, {
        key: orders.key,
        body: { status: 'succeeded', usage: { usdMicros: Math.floor(orders.usdMicros / 2) } },
      });
  }
}

await Promise.all(Array.from({ length: orders.width }, worker));
process.stdout.write(JSON.stringify(effects));
