import type { ProtectionState } from '../kernel/agent.ts';
import type { Enforcement } from '../kernel/action.ts';
import type { Effect } from '../kernel/decision.ts';
import type { Entry } from '../kernel/entry.ts';
import type { Millis } from '../kernel/ids.ts';
import type { Told } from './told.ts';
import { trim } from './trim.ts';

/** One agent in numbers, over the whole log. */
export interface AgentRow {
  readonly agent: string;
  readonly firstSeen: Millis;
  readonly lastSeen: Millis;
  readonly actions: number;
  readonly effects: Readonly<Record<Effect, number>>;
  readonly sessions: number;
  readonly usdMicros: number;
  readonly tokens: number;
  /** Whether the last canary through its integrations was stopped; absent where there was none. */
  readonly protection?: ProtectionState;
  readonly integrations: readonly { readonly name: string; readonly enforcement: Enforcement; readonly lastSeen: Millis }[];
}

type Running = { -readonly [Field in keyof Omit<AgentRow, 'effects' | 'integrations'>]: AgentRow[Field] } & {
  readonly effects: Record<Effect, number>;
  readonly integrations: Map<string, { readonly enforcement: Enforcement; readonly lastSeen: Millis }>;
};

const MOST_AGENTS = 100_000;
/** Ways in that one agent is remembered by. */
const MOST_INTEGRATIONS = 32;

export class AgentsView {
  readonly #agents = new Map<string, Running>();
  #sorted: readonly string[] | null = null;
  readonly #most: number;

  constructor(most = MOST_AGENTS) {
    this.#most = most;
  }

  get size(): number {
    return this.#agents.size;
  }

  fold(entry: Entry, { charge, row }: Told): void {
    if (entry.agent === undefined || entry.agent === '') return;
    const own = this.#of(entry.agent, entry.at);
    own.lastSeen = entry.at;
    if (entry.type === 'session-opened') own.sessions++;
    if (entry.type === 'canary-answered') own.protection = entry.body.protection;
    if (charge !== null) {
      own.usdMicros += charge.usdMicros;
      own.tokens += charge.tokens;
    }
    if (row === null) return;
    const { effect, integration, enforcement } = row;
    own.actions++;
    own.effects[effect]++;
    if (own.integrations.size < MOST_INTEGRATIONS || own.integrations.has(integration))
      own.integrations.set(integration, { enforcement, lastSeen: entry.at });
  }

  #of(agent: string, at: Millis): Running {
    const known = this.#agents.get(agent);
    if (known !== undefined) return known;
    const effects = { deny: 0, defer: 0, ask: 0, modify: 0, allow: 0 };
    const fresh = { agent, firstSeen: at, lastSeen: at, actions: 0, effects, sessions: 0, usdMicros: 0, tokens: 0, integrations: new Map() };
    this.#agents.set(agent, fresh);
    this.#sorted = null;
    trim(this.#agents, this.#most);
    return fresh;
  }

  *all(): Generator<AgentRow> {
    for (const own of this.#agents.values()) yield plain(own);
  }

  /** By name; `q` is part of it in any case, `after` the last name of the page before. */
  page(terms: {
    /** This one alone. */
    readonly agent?: string | undefined;
    readonly q?: string | undefined;
    readonly after?: string | undefined;
    readonly limit: number;
  }): {
    readonly agents: readonly AgentRow[];
    readonly next?: string;
  } {
    const { agent, after, limit } = terms;
    if (agent !== undefined) {
      const own = this.#agents.get(agent);
      return { agents: own === undefined ? [] : [plain(own)] };
    }
    const part = terms.q?.toLowerCase() ?? '';
    const sorted = (this.#sorted ??= [...this.#agents.keys()].sort());
    const agents: AgentRow[] = [];
    for (const name of sorted) {
      if ((after !== undefined && name <= after) || !name.toLowerCase().includes(part)) continue;
      const last = agents.at(-1);
      if (agents.length === limit && last !== undefined) return { agents, next: last.agent };
      const own = this.#agents.get(name);
      if (own !== undefined) agents.push(plain(own));
    }
    return { agents };
  }
}

function plain({ integrations, effects, ...rest }: Running): AgentRow {
  return { ...rest, effects: { ...effects }, integrations: [...integrations].map(([name, seen]) => ({ name, ...seen })) };
}
