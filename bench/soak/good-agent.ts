import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { daemonClient } from '../../src/client/daemon-client.ts';
import type { Place } from './place.ts';

/** What a well-behaved agent saw: how long each answer took, and everything that was no decision. */
export interface Seen {
  readonly tookMs: Readonly<Record<string, number[]>>;
  readonly wrong: string[];
}

/** What an agent needs to know of the place. */
export type AgentPlace = Pick<Place, 'url' | 'models' | 'socket' | 'keys'>;

type Ask = (n: number) => Promise<string | null>;

const PACE_MS = 20;

async function post(url: string, key: string, body: object): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
}

/** Each gives null when it was answered as it should be, and else what was said. */
function doors({ url, models, socket, keys }: AgentPlace): Readonly<Record<string, Ask>> {
  const local = daemonClient({ url, key: keys.good, mostBytes: 1_048_576, env: { AEGIS_SOCKET: socket } });
  const action = (n: number): object => ({ id: randomUUID(), session: `g${String(n % 16)}`, name: 'look_up', args: { n } });
  const expect = (text: string, right: boolean): string | null => (right ? null : text.slice(0, 300));
  return {
    http: async (n) => {
      const { status, text } = await post(`${url}/v1/actions`, keys.good, action(n));
      return expect(text, status === 200 && text.includes('"effect":"allow"'));
    },
    socket: async (n) => {
      const { status, body } = await local.ask({ method: 'POST', path: '/v1/actions', body: action(n), timeoutMs: 60_000 });
      const text = JSON.stringify(body);
      return expect(text, status === 200 && text.includes('"effect":"allow"'));
    },
    mcp: async (n) => {
      const call = { jsonrpc: '2.0', id: n, method: 'tools/call', params: { name: 'look', arguments: { n } } };
      const { status, text } = await post(`${url}/mcp/good`, keys.good, call);
      return expect(text, status === 200 && text.includes('seen'));
    },
    model: async (n) => {
      const asked = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: `good day ${String(n)}` }] };
      const { status, text } = await post(`${models}/v1/chat/completions`, keys.good, asked);
      return expect(text, status === 200 && text.includes('Good day.'));
    },
  };
}

/** Asks at every door in turn until it is told to stop. */
async function behave(place: AgentPlace, stopped: () => boolean): Promise<Seen> {
  const asks = Object.entries(doors(place));
  const seen: Seen = { tookMs: Object.fromEntries(asks.map(([name]) => [name, []])), wrong: [] };
  for (let n = 0; !stopped(); n++) {
    const [name, ask] = asks[n % asks.length] ?? [];
    if (name === undefined || ask === undefined) break;
    const begun = performance.now();
    const wrong = await ask(n).catch((error: unknown) => `${String(error)} ${String((error as { cause?: unknown }).cause ?? '')}`);
    seen.tookMs[name]?.push(performance.now() - begun);
    if (wrong !== null) seen.wrong.push(`${name}: ${wrong}`);
    await pause(PACE_MS);
  }
  return seen;
}

/** The agent in a thread of its own, so that it does not wait for those who make the trouble. */
export function sendAgent({ url, models, socket, keys }: Place, signal: AbortSignal): Promise<Seen> {
  const place: AgentPlace = { url, models, socket, keys };
  const worker = new Worker(new URL(import.meta.url), { workerData: place });
  signal.addEventListener('abort', () => worker.postMessage('stop'), { once: true });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

if (!isMainThread) {
  let stopped = false;
  parentPort?.once('message', () => (stopped = true));
  parentPort?.postMessage(await behave(workerData as AgentPlace, () => stopped));
}
