import type { Inspect } from '../src/inspect/inspect.ts';
import { readText } from '../src/inspect/read-text.ts';
import type { Finding } from '../src/kernel/finding.ts';
import type { EffectOf } from './effect.ts';
import type { Half } from './halves.ts';
import { HALVES, halvesOf } from './halves.ts';
import { noiseOf } from './noise.ts';
import type { FileOfRows, Row } from './row.ts';
import { callOf, READ_KINDS, textOf } from './row.ts';
import type { Share } from './wilson.ts';
import { share } from './wilson.ts';

/** What became of one row. `detected`: the reader said what the row is about, whatever the policy made of it. */
interface Outcome {
  readonly denied: boolean;
  readonly asked: boolean;
  readonly detected: boolean;
}

/** Whether the figure of a row is the effect on a call, or detection in a text or value. */
export type Measure = 'effect' | 'detection';

export interface Figures {
  readonly denied: Share;
  readonly asked: Share;
  readonly detected: Share;
  /** The figure that counts: denied or asked where the effect is measured, else detected. */
  readonly hit: Share;
}

/** One kind and label of one file. */
export interface Line extends Figures {
  readonly file: string;
  readonly kind: string;
  readonly label: string;
  readonly measure: Measure;
  readonly halves: Readonly<Record<Half, Figures>>;
  /** Rows not scored, by reason. */
  readonly unscored: Readonly<Record<string, number>>;
  /** Rows of the half that may be read whose outcome is not what the label asks for. */
  readonly missed: readonly string[];
}

export interface Judges {
  readonly inspect: Inspect;
  readonly effectOf: EffectOf;
}

const ALARMING = new Set(['HIGH', 'CRITICAL']);

export function measureOf(kind: string): Measure {
  return READ_KINDS.has(kind) || kind === 'secret' || kind === 'pii' ? 'detection' : 'effect';
}

function outcomeOf(row: Row, { inspect, effectOf }: Judges): Outcome {
  if (READ_KINDS.has(row.kind)) return read(row);
  const call = callOf(row);
  const reading = inspect(call);
  const effect = effectOf(call, reading);
  const detected =
    row.kind === 'secret' || row.kind === 'pii'
      ? reading.findings.some((one) => one.detector === row.kind && one.risk !== 'LOW')
      : reading.findings.some((one) => one.risk !== 'LOW');
  return { denied: effect === 'deny', asked: effect !== 'allow' && effect !== 'deny', detected };
}

/** A text that a model reads is neither denied nor asked about: what is found in it changes what may follow. */
function read(row: Row): Outcome {
  const value = row.text === undefined && row.args !== undefined ? row.args : textOf(row);
  const findings = readText(value, { context: row.kind === 'tool_description' ? 'declaration' : 'result' });
  return { denied: false, asked: false, detected: findings.some(alarming) };
}

function alarming(one: Finding): boolean {
  return (one.detector === 'injection' || one.detector === 'unicode') && ALARMING.has(one.risk);
}

interface Tally {
  of: number;
  denied: number;
  asked: number;
  detected: number;
  hit: number;
}

const empty = (): Tally => ({ of: 0, denied: 0, asked: 0, detected: 0, hit: 0 });

function count(tally: Tally, outcome: Outcome, hit: boolean): void {
  tally.of += 1;
  if (outcome.denied) tally.denied += 1;
  if (outcome.asked) tally.asked += 1;
  if (outcome.detected) tally.detected += 1;
  if (hit) tally.hit += 1;
}

function figures({ of, denied, asked, detected, hit }: Tally): Figures {
  return { denied: share(denied, of), asked: share(asked, of), detected: share(detected, of), hit: share(hit, of) };
}

/** Scores the rows of one file, a line for every kind and label. */
export function score({ file, rows }: FileOfRows, judges: Judges): Line[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(`${row.kind} ${row.label}`, [...(groups.get(`${row.kind} ${row.label}`) ?? []), row]);
  return [...groups.values()].map((group) => scoreGroup(file, group, judges));
}

function scoreGroup(file: string, group: readonly Row[], judges: Judges): Line {
  const { kind = '', label = '' } = group[0] ?? {};
  const measure = measureOf(kind);
  const unscored: Record<string, number> = {};
  const scored = group.filter((row) => {
    const why = noiseOf(row);
    if (why !== undefined) unscored[why] = (unscored[why] ?? 0) + 1;
    return why === undefined;
  });
  const halves = halvesOf(scored);
  const whole = empty();
  const tallies: Record<Half, Tally> = { develop: empty(), held: empty() };
  const missed: string[] = [];
  for (const row of scored) {
    const outcome = outcomeOf(row, judges);
    const hit = measure === 'effect' ? outcome.denied || outcome.asked : outcome.detected;
    const half = halves.get(row.id) ?? 'develop';
    count(whole, outcome, hit);
    count(tallies[half], outcome, hit);
    if (half === 'develop' && hit === /benign/.test(label)) missed.push(row.id);
  }
  const [develop, held] = HALVES.map((half) => figures(tallies[half])) as [Figures, Figures];
  return { file, kind, label, measure, ...figures(whole), halves: { develop, held }, unscored, missed };
}
