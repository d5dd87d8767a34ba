import type { Entry } from '../kernel/entry.ts';
import type { Millis } from '../kernel/ids.ts';
import { Buckets } from './buckets.ts';
import type { Told } from './told.ts';

/** What may be forecast: other amounts are spent by the call, whose number says little of the next. */
export type Paced = 'usdMicros' | 'tokens';

type Sums = Map<string, Record<Paced, number>>;

const STEP = 300_000;
const HOUR = 3_600_000;
/** Agents of one stretch. */
const MOST_NAMES = 10_000;

/** How fast agents spend: what was settled of the last hour, by five minutes. */
export class PaceView {
  readonly #stretches = new Buckets<Sums>(STEP, HOUR / STEP + 1, () => new Map());

  fold({ at }: Entry, { charge }: Told): void {
    if (charge === null || (charge.usdMicros === 0 && charge.tokens === 0)) return;
    const sums = this.#stretches.at(at);
    const sum = sums.get(charge.agent) ?? { usdMicros: 0, tokens: 0 };
    if (!sums.has(charge.agent) && sums.size >= MOST_NAMES) return;
    sum.usdMicros += charge.usdMicros;
    sum.tokens += charge.tokens;
    sums.set(charge.agent, sum);
  }

  /** What these agents spent per millisecond, over the last hour or since the first of them spent anything in it. */
  of(who: string | ((agent: string) => boolean), field: Paced, at: Millis): number {
    let [sum, since] = [0, at];
    for (const [start, sums] of this.#stretches.between(at - HOUR, at + 1)) {
      const spent = typeof who === 'string' ? (sums.get(who)?.[field] ?? 0) : total(sums, who, field);
      if (spent > 0) since = Math.min(since, start);
      sum += spent;
    }
    return sum === 0 ? 0 : sum / Math.max(STEP, at - since);
  }
}

function total(sums: Sums, isOne: (agent: string) => boolean, field: Paced): number {
  let sum = 0;
  for (const [agent, spent] of sums) if (isOne(agent)) sum += spent[field];
  return sum;
}

/** When nothing is left at this pace; null where that is after the period, or never. */
export function exhaustedAt(terms: { readonly left: number; readonly pace: number; readonly at: Millis; readonly resetsAt?: Millis }): Millis | null {
  const { left, pace, at, resetsAt = Number.MAX_SAFE_INTEGER } = terms;
  if (left <= 0) return at;
  const end = pace === 0 ? Number.POSITIVE_INFINITY : at + left / pace;
  return end < resetsAt ? Math.round(end) : null;
}
