import type { Sample } from './sample.ts';

/** What an agent uses now: within the last minute, or since it was first looked at. */
export interface Burn {
  readonly tokensPerMinute: number;
  readonly callsPerMinute: number;
  /** Tokens between two looks, the newest last. */
  readonly steps: readonly number[];
}

const WINDOW_MS = 60_000;
const MOST_SAMPLES = 64;

/** The newest looks, and what they say of each agent. */
export interface History {
  add(sample: Sample): void;
  burn(agent: string): Burn;
}

export function history(): History {
  const samples: Sample[] = [];
  return {
    add(sample) {
      samples.push(sample);
      if (samples.length > MOST_SAMPLES) samples.shift();
    },
    burn(agent) {
      const seen = samples.flatMap(({ at, agents }) =>
        agents.filter((one) => one.agent === agent).map(({ tokens, calls }) => ({ at, tokens, calls })),
      );
      const last = seen.at(-1);
      if (last === undefined) return { tokensPerMinute: 0, callsPerMinute: 0, steps: [] };
      const first = seen.find(({ at }) => last.at - at <= WINDOW_MS) ?? last;
      const minutes = (last.at - first.at) / WINDOW_MS;
      // A budget that is settled for less than was reserved takes some back.
      const perMinute = (used: number): number => (minutes === 0 ? 0 : Math.max(0, Math.round(used / minutes)));
      return {
        tokensPerMinute: perMinute(last.tokens - first.tokens),
        callsPerMinute: perMinute(last.calls - first.calls),
        steps: seen.slice(1).map(({ tokens }, at) => Math.max(0, tokens - (seen[at]?.tokens ?? 0))),
      };
    },
  };
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** The newest steps as bars, the largest as the full one. */
export function sparkline(steps: readonly number[], columns: number): string {
  const shown = steps.slice(-columns);
  const most = Math.max(1, ...shown);
  return shown.map((step) => BARS[Math.min(BARS.length - 1, Math.floor((step / most) * (BARS.length - 1) + 0.5))]).join('');
}
