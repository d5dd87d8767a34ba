import type { Entry } from '../kernel/entry.ts';
import type { Millis } from '../kernel/ids.ts';
import { Buckets } from './buckets.ts';
import type { Told } from './told.ts';

export interface Spent {
  readonly usdMicros: number;
  readonly tokens: number;
}

/** What was spent in a stretch of days, by whom and on what. */
export interface SpendRows {
  readonly total: Spent;
  readonly byAgent: readonly (Spent & { readonly agent: string })[];
  /** '' is what no model took. */
  readonly byModel: readonly (Spent & { readonly model: string })[];
  /** '' is what no tool took. */
  readonly byTool: readonly (Spent & { readonly tool: string })[];
  readonly byDay: readonly (Spent & { readonly at: Millis })[];
}

type Sums = Map<string, { usdMicros: number; tokens: number }>;

const DAY = 86_400_000;
/** Agents, models and tools of one day. */
const MOST_NAMES = 10_000;

/** By the day (UTC), four hundred of them; the day that a limit falls in counts whole. */
export class SpendView {
  readonly #days = new Buckets<{ readonly agents: Sums; readonly models: Sums; readonly tools: Sums }>(DAY, 400, () => ({
    agents: new Map(),
    models: new Map(),
    tools: new Map(),
  }));

  fold({ at }: Entry, { charge }: Told): void {
    if (charge === null || (charge.usdMicros === 0 && charge.tokens === 0)) return;
    const { agents, models, tools } = this.#days.at(at);
    add(agents, charge.agent, charge);
    // What no model took is a tool's.
    add(models, charge.model, charge);
    add(tools, charge.tool, charge);
  }

  read(since: number, until: number): SpendRows {
    const [agents, models, tools]: readonly [Sums, Sums, Sums] = [new Map(), new Map(), new Map()];
    const byDay = [...this.#days.between(since, until)].map(([at, day]) => {
      const sum = { usdMicros: 0, tokens: 0 };
      for (const [agent, spent] of day.agents) {
        add(agents, agent, spent);
        sum.usdMicros += spent.usdMicros;
        sum.tokens += spent.tokens;
      }
      for (const [model, spent] of day.models) add(models, model, spent);
      for (const [tool, spent] of day.tools) add(tools, tool, spent);
      return { at, ...sum };
    });
    const total = { usdMicros: 0, tokens: 0 };
    for (const { usdMicros, tokens } of byDay) {
      total.usdMicros += usdMicros;
      total.tokens += tokens;
    }
    const sorted = (sums: Sums): readonly (readonly [string, Spent])[] => [...sums].sort(([, a], [, b]) => b.usdMicros - a.usdMicros);
    return {
      total,
      byAgent: sorted(agents).map(([agent, spent]) => ({ agent, ...spent })),
      byModel: sorted(models).map(([model, spent]) => ({ model, ...spent })),
      byTool: sorted(tools).map(([tool, spent]) => ({ tool, ...spent })),
      byDay,
    };
  }
}

function add(sums: Sums, name: string, { usdMicros, tokens }: Spent): void {
  const sum = sums.get(name) ?? { usdMicros: 0, tokens: 0 };
  if (!sums.has(name) && sums.size >= MOST_NAMES) return;
  sum.usdMicros += usdMicros;
  sum.tokens += tokens;
  sums.set(name, sum);
}
