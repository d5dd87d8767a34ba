import type { Effect } from '../kernel/decision.ts';
import type { Millis } from '../kernel/ids.ts';
import { Buckets } from './buckets.ts';
import type { Told } from './told.ts';

/** How often one reason decided, with one effect. */
export interface ReasonRow {
  readonly code: string;
  readonly effect: Effect;
  readonly count: number;
  readonly lastSeen: Millis;
}

type Counts = Map<string, { readonly code: string; readonly effect: Effect; count: number; lastSeen: Millis }>;

const HOUR = 3_600_000;
/** Codes of one hour: a policy's own codes are somebody's words. */
const MOST_CODES = 1_000;

/** By the hour, thirty days; the hour that a limit falls in counts whole. */
export class ReasonsView {
  readonly #hours = new Buckets<Counts>(HOUR, 720, () => new Map());

  fold({ row }: Told): void {
    if (row === null) return;
    const { reason: code, effect, at } = row;
    const hour = this.#hours.at(at);
    const key = `${effect} ${code}`;
    const known = hour.get(key);
    if (known !== undefined) {
      known.count++;
      known.lastSeen = at;
    } else if (hour.size < MOST_CODES) hour.set(key, { code, effect, count: 1, lastSeen: at });
  }

  /** The most frequent first. */
  read(since: number, until: number): readonly ReasonRow[] {
    const sums: Counts = new Map();
    for (const [, hour] of this.#hours.between(since, until))
      for (const [key, { code, effect, count, lastSeen }] of hour) {
        const sum = sums.get(key) ?? { code, effect, count: 0, lastSeen };
        sum.count += count;
        sum.lastSeen = lastSeen;
        sums.set(key, sum);
      }
    return [...sums.values()].sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
  }
}
