/** What grows: the pause of a snapshot, and what sessions cost in memory and in time. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { agentKey, rssMb, startDaemon, stop } from './process.ts';
import { rawClient } from './raw-client.ts';

const CONNECTIONS = 16;
/** Entries between two snapshots of the world. */
const SNAPSHOT = 50_000;
const AROUND = 2_000;
const SESSIONS = [10_000, 100_000] as const;

export async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-bench-scale-'));
  const data = join(folder, 'data');
  let daemon = await startDaemon(data);
  const pid = daemon.child.pid ?? 0;
  try {
    const key = await agentKey(daemon.said);
    const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => rawClient(daemon.said.url, key)));
    let made = 0;
    /** So many actions, each in a session of its own or in one of the last thousand, with the time of each. */
    const acts = async (count: number, fresh: boolean): Promise<Float64Array> => {
      const samples = new Float64Array(count);
      let next = 0;
      await Promise.all(
        clients.map(async (client) => {
          for (let at = next++; at < count; at = next++) {
            const session = fresh ? made : Math.max(0, made - 1 - (at % 1_000));
            if (fresh) made++;
            const begun = performance.now();
            await client.act({ session: `s-${String(session)}`, name: 'lookup_balance', args: { customer: `c-${String(at)}`, n: made + at } });
            samples[at] = performance.now() - begun;
          }
        }),
      );
      return samples;
    };
    const cpuMs = (): number => Number(readFileSync(`/proc/${String(pid)}/task/${String(pid)}/schedstat`, 'utf8').split(' ', 1)[0]) / 1e6;
    const figures: Figure[] = [];
    const sizeOf = async (): Promise<number> => {
      const headers = { authorization: `Bearer ${daemon.said.firstKeys[0]?.key ?? ''}` };
      const answer = await fetch(`${daemon.said.url}/v1/log?limit=1&reverse=true`, { headers });
      const { entries } = (await answer.json()) as { readonly entries: readonly { readonly index: number }[] };
      return (entries[0]?.index ?? 0) + 1;
    };
    for (const sessions of SESSIONS) {
      // A new session is two entries. What crosses a snapshot is measured on the way, in stretches that hold it.
      while (made < sessions) {
        const size = await sizeOf();
        const left = SNAPSHOT - (size % SNAPSHOT);
        const crossing = left <= AROUND * 2;
        const samples = await acts(Math.min(sessions - made, crossing ? AROUND * 2 : Math.ceil((left - AROUND) / 2)), true);
        if (!crossing) continue;
        const p99 = quantile(samples, 0.99);
        const name = `scale: across the snapshot at ${String(Math.round((size + left) / 1_000))} k entries`;
        const worst = samples.at(-1) ?? 0;
        const peer = `slowest: ${worst.toFixed(0)} ms`;
        figures.push({ name, unit: 'ms', n: samples.length, median: quantile(samples, 0.5), p99, peer, goal: 'p99 ≤ 60 ms', holds: p99 <= 60 });
      }
      const begun = cpuMs();
      const count = 5_000;
      await acts(count, false);
      const each = ((cpuMs() - begun) / count) * 1_000;
      const at = `${String(sessions / 1_000)} k sessions`;
      figures.push({ name: `scale: action at ${at}, ordering thread`, unit: 'µs', n: count, median: each, goal: 'reported', holds: true });
      figures.push({ name: `scale: RSS at ${at}`, unit: 'MB', n: 1, median: rssMb(daemon.child), goal: 'reported', holds: true });
    }
    for (const client of clients) client.close();
    await stop(daemon.child);
    const begun = performance.now();
    daemon = await startDaemon(data);
    const took = performance.now() - begun;
    const name = `scale: start with ${String(SESSIONS.at(-1))} sessions`;
    figures.push({ name, unit: 'ms', n: 1, median: took, goal: '≤ 2000 ms', holds: took <= 2_000 });
    return figures;
  } finally {
    await stop(daemon.child);
    rmSync(folder, { recursive: true, force: true });
  }
}
