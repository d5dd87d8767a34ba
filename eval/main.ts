import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInspect } from '../src/inspect/create-inspect.ts';
import type { Inspect } from '../src/inspect/inspect.ts';
import { readText } from '../src/inspect/read-text.ts';
import type { EffectOf } from './effect.ts';
import { shippedPolicy } from './effect.ts';
import type { Row } from './row.ts';
import { callOf, READ_KINDS, textOf } from './row.ts';
import type { StreamLine } from './streams.ts';
import { evaluateStreams } from './streams.ts';
import type { Share } from './wilson.ts';
import { share } from './wilson.ts';

/** Counts of one file, kind and label. `stopped` counts denied and asked; for kinds scored by detection, detected. */
interface Tally {
  readonly file: string;
  readonly kind: string;
  readonly label: string;
  readonly scored: 'effect' | 'detection';
  rows: number;
  denied: number;
  asked: number;
  stopped: number;
  readonly missed: string[];
}

export interface Line {
  readonly file: string;
  readonly kind: string;
  readonly label: string;
  readonly scored: 'effect' | 'detection';
  readonly denied: Share;
  readonly asked: Share;
  readonly stopped: Share;
}

interface Judges {
  readonly inspect: Inspect;
  readonly effectOf: EffectOf;
}

function score(row: Row, { inspect, effectOf }: Judges): { readonly denied: boolean; readonly stopped: boolean; readonly scored: Tally['scored'] } {
  if (READ_KINDS.has(row.kind)) {
    const findings = readText(row.text === undefined && row.args !== undefined ? row.args : textOf(row), {
      context: row.kind === 'tool_description' ? 'declaration' : 'result',
    });
    const hits = findings.filter((one) => one.detector === 'injection' || one.detector === 'unicode');
    return {
      denied: hits.some((one) => one.risk === 'CRITICAL'),
      stopped: hits.some((one) => one.risk === 'CRITICAL' || one.risk === 'HIGH'),
      scored: 'detection',
    };
  }
  const call = callOf(row);
  const reading = inspect(call);
  if (row.kind === 'secret' || row.kind === 'pii') {
    const hit = reading.findings.some((one) => one.detector === row.kind);
    return { denied: false, stopped: hit, scored: 'detection' };
  }
  const effect = effectOf(call, reading);
  return { denied: effect === 'deny', stopped: effect !== 'allow', scored: 'effect' };
}

function rowsOf(path: string): Row[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** Scores every row of every `*.jsonl` of a folder. */
export async function evaluate(
  folder: string,
  only?: string,
): Promise<{ readonly lines: Line[]; readonly missed: ReadonlyMap<string, readonly string[]> }> {
  const judges = { inspect: await createInspect(), effectOf: await shippedPolicy() };
  const tallies = new Map<string, Tally>();
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.jsonl') || (only !== undefined && !file.includes(only))) continue;
    for (const row of rowsOf(join(folder, file))) {
      if (row.kind === 'llm_stream') continue;
      const label = row.severity === undefined || row.severity === null ? row.label : `${row.label}:${row.severity}`;
      const key = `${file} ${row.kind} ${label}`;
      const { denied, stopped, scored } = score(row, judges);
      const tally = tallies.get(key) ?? { file, kind: row.kind, label, scored, rows: 0, denied: 0, asked: 0, stopped: 0, missed: [] };
      tallies.set(key, tally);
      tally.rows += 1;
      if (denied) tally.denied += 1;
      if (stopped && !denied) tally.asked += 1;
      if (stopped) tally.stopped += 1;
      if (stopped === /benign/.test(label)) tally.missed.push(row.id);
    }
  }
  const lines = [...tallies.values()].map((one) => ({
    file: one.file,
    kind: one.kind,
    label: one.label,
    scored: one.scored,
    denied: share(one.denied, one.rows),
    asked: share(one.asked, one.rows),
    stopped: share(one.stopped, one.rows),
  }));
  return { lines, missed: new Map([...tallies].map(([key, one]) => [key, one.missed])) };
}

const STREAMS = 'llm_streams.jsonl';

/** The recorded streams of a folder, when it has any and they were asked for. */
function streamsIn(folder: string, only?: string): readonly StreamLine[] {
  if ((only !== undefined && !STREAMS.includes(only)) || !readdirSync(folder).includes(STREAMS)) return [];
  return evaluateStreams(join(folder, STREAMS));
}

function streamText({ dialect, streams, read, refused, calls, withCalls, failed }: StreamLine): string {
  const refusals = `${String(refused.length)} refused as nothing this dialect knows`;
  return (
    `${STREAMS.padEnd(36)} ${'llm_stream'.padEnd(20)} ${dialect.padEnd(24)} ${String(read)}/${String(streams)} read, ${refusals}; ` +
    `${String(calls)} calls in ${String(withCalls)} streams, ${String(read - failed.length)}/${String(read)} kept every promise\n`
  );
}

function percent(value: number): string {
  return `${(value * 100).toFixed(2)} %`;
}

async function main(argv: readonly string[]): Promise<number> {
  const at = argv.indexOf('--corpora');
  const folder = at < 0 ? undefined : argv[at + 1];
  if (folder === undefined) {
    process.stderr.write('Usage: npm run eval -- --corpora DIR [--only NAME] [--missed] [--json]\n');
    return 2;
  }
  const only = argv.includes('--only') ? argv[argv.indexOf('--only') + 1] : undefined;
  const { lines, missed } = await evaluate(folder, only);
  const streams = streamsIn(folder, only);
  if (argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ lines, streams }, null, 2)}\n`);
    return 0;
  }
  for (const line of lines) {
    const { hits, of, share: part, low, high } = line.stopped;
    const what = line.scored === 'detection' ? 'detected' : `stopped (${percent(line.denied.share)} denied, ${percent(line.asked.share)} asked)`;
    process.stdout.write(
      `${line.file.padEnd(36)} ${line.kind.padEnd(20)} ${line.label.padEnd(24)} ${hits}/${of} ${percent(part)} [${percent(low)}, ${percent(high)}] ${what}\n`,
    );
  }
  for (const line of streams) process.stdout.write(streamText(line));
  if (argv.includes('--missed'))
    for (const line of streams) for (const why of [...line.failed, ...line.refused]) process.stdout.write(`${STREAMS} ${why}\n`);
  if (argv.includes('--missed')) for (const [key, ids] of missed) if (ids.length > 0) process.stdout.write(`${key}: ${ids.join(' ')}\n`);
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
