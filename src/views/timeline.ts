import type { Effect } from '../kernel/decision.ts';
import type { Entry } from '../kernel/entry.ts';
import type { Millis } from '../kernel/ids.ts';
import { Buckets } from './buckets.ts';
import type { Told } from './told.ts';

/** Decisions and cost of one stretch of time. */
export type TimelineRow = { readonly at: Millis; readonly usdMicros: number } & Readonly<Record<Effect, number>>;

type Counts = Record<Effect, number> & { usdMicros: number };

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
/** What a timeline may be drawn in. */
export const STEPS = [MINUTE, HOUR, DAY] as const;
export type Step = (typeof STEPS)[number];

const fresh = (): Counts => ({ deny: 0, defer: 0, ask: 0, modify: 0, allow: 0, usdMicros: 0 });

/** Two days by the minute, ninety by the hour, eleven years by the day. */
export class TimelineView {
  readonly #buckets: Readonly<Record<Step, Buckets<Counts>>> = {
    [MINUTE]: new Buckets(MINUTE, 2_880, fresh),
    [HOUR]: new Buckets(HOUR, 2_160, fresh),
    [DAY]: new Buckets(DAY, 4_015, fresh),
  };

  fold(entry: Entry, { charge, row }: Told): void {
    if (row === null && charge === null) return;
    for (const step of STEPS) {
      const counts = this.#buckets[step].at(entry.at);
      if (row !== null) counts[row.effect]++;
      counts.usdMicros += charge?.usdMicros ?? 0;
    }
  }

  /** Stretches in which anything happened, oldest first. */
  read(step: Step, since: number, until: number): readonly TimelineRow[] {
    return [...this.#buckets[step].between(since, until)].map(([at, counts]) => ({ at, ...counts }));
  }
}
