/**
 * What a decision costs a program in each language: the SDKs ask one daemon over HTTP on this machine, in turns, in one run, beside a
 * client that writes prepared bytes and reads no answer.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { agentKey, startDaemon, stop } from './process.ts';
import { rawClient } from './raw-client.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROUNDS = 10;
const A_ROUND = 200;
const GO_ADDS_MS = 0.5;
const OVER_TYPESCRIPT = 1.3;

/** Makes this many decisions, and answers the microseconds each took. */
type Turn = (count: number) => Promise<readonly number[]>;

interface Taker {
  readonly turn: Turn;
  readonly end: () => Promise<unknown>;
}

export async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-bench-sdks-'));
  const daemon = await startDaemon(join(folder, 'data'));
  const takers = new Map<string, Taker>();
  try {
    const key = await agentKey(daemon.said);
    const env = { ...process.env, AEGIS_URL: daemon.said.url, AEGIS_SOCKET: 'off', AEGIS_KEY: key, AEGIS_AGENT: 'bench', HOME: folder };
    takers.set('raw', await raw(daemon.said.url, key));
    for (const [name, command] of commands(folder)) takers.set(name, program(command, { ...env, PYTHONPATH: join(ROOT, 'sdk/python/src') }));
    const took = new Map([...takers.keys()].map((name) => [name, [] as number[]]));
    for (const { turn } of takers.values()) await turn(A_ROUND);
    for (let round = 0; round < ROUNDS; round++) for (const [name, { turn }] of takers) took.get(name)?.push(...(await turn(A_ROUND)));
    return figures(took);
  } finally {
    for (const { end } of takers.values()) await end();
    await stop(daemon.child);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The languages that are installed here; the others are said on stderr. */
function commands(folder: string): readonly (readonly [string, readonly string[]])[] {
  const built = join(folder, 'rounds');
  const go = [process.env['GO'], 'go', '/usr/local/go/bin/go'].find(
    (one) => one !== undefined && spawnSync(one, ['build', '-o', built, './internal/rounds'], { cwd: join(ROOT, 'sdk/go') }).status === 0,
  );
  const python = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']).status === 0;
  if (go === undefined) console.error('The Go SDK is not measured: there is no Go 1.22 or newer.');
  if (!python) console.error('The Python SDK is not measured: there is no Python 3.10 or newer.');
  const typescript = [process.execPath, '--disable-warning=ExperimentalWarning', join(ROOT, 'bench/sdks/rounds.ts')];
  return [
    ['TypeScript', typescript],
    ...(python ? [['Python', ['python3', join(ROOT, 'bench/sdks/rounds.py')]] as const] : []),
    ...(go === undefined ? [] : [['Go', [built]] as const]),
  ];
}

function program([file = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Taker {
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async turn(count) {
      child.stdin.write(`${String(count)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${file} ended`);
      return JSON.parse(value) as number[];
    },
    async end() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

async function raw(url: string, key: string): Promise<Taker> {
  const client = await rawClient(url, key);
  let done = 0;
  return {
    async turn(count) {
      const micros: number[] = [];
      for (let left = count; left > 0; left--) {
        done += 1;
        const args = { customer: `r-${String(done)}`, fields: ['balance', 'currency'] };
        const begun = performance.now();
        await client.act({ session: 'raw', name: 'lookup_balance', args });
        micros.push((performance.now() - begun) * 1_000);
      }
      return micros;
    },
    end: () => Promise.resolve(client.close()),
  };
}

function figures(took: ReadonlyMap<string, readonly number[]>): readonly Figure[] {
  const of = (name: string, share: number): number => quantile(Float64Array.from(took.get(name) ?? []), share) / 1_000;
  const [floor, typescript] = [of('raw', 0.5), of('TypeScript', 0.5)];
  return [...took.keys()]
    .filter((name) => name !== 'raw')
    .map((name) => {
      const median = of(name, 0.5);
      const base = { name: `sdks: a decision asked from ${name}`, unit: 'ms', n: ROUNDS * A_ROUND, median, p99: of(name, 0.99) };
      if (name === 'TypeScript') {
        return { ...base, peer: `prepared bytes: ${floor.toFixed(2)} ms`, ratio: median / floor, goal: 'reported', holds: true };
      }
      const ratio = median / typescript;
      const adds = name === 'Go' ? `, adds ≤ ${String(GO_ADDS_MS)} ms to prepared bytes` : '';
      const small = name !== 'Go' || median - floor <= GO_ADDS_MS;
      const goal = `≤ ${String(OVER_TYPESCRIPT)} × TypeScript${adds}`;
      return { ...base, peer: `TypeScript: ${typescript.toFixed(2)} ms`, ratio, goal, holds: ratio <= OVER_TYPESCRIPT && small };
    });
}
