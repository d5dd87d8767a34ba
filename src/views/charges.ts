import type { Entry, EntryOf } from '../kernel/entry.ts';
import { trim } from './trim.ts';

/** What one settled action cost. */
export interface Charge {
  readonly agent: string;
  readonly session: string;
  /** The model of a model's action; '' for a tool's. */
  readonly model: string;
  /** The tool; '' for a model's action. */
  readonly tool: string;
  readonly usdMicros: number;
  readonly tokens: number;
}

interface Reserved {
  readonly session: string;
  readonly model: string;
  readonly tool: string;
  readonly usdMicros: number;
  readonly tokens: number;
}

/** Allowed actions without an outcome whose reservation is remembered; the oldest are forgotten. */
const MOST_OPEN = 65_536;

/** Finds what a settlement costs: its own word, else what was reserved when the action was decided (SPEND). */
export class Charges {
  readonly #open = new Map<string, Reserved>();

  /** @returns the charge that this entry settles; null where it settles none */
  of(entry: Entry): Charge | null {
    if (entry.type === 'action-decided') this.#reserve(entry);
    return entry.type === 'action-settled' ? this.#settle(entry) : null;
  }

  #reserve({ agent, session, body: { action, decision } }: EntryOf<'action-decided'>): void {
    if (decision.effect !== 'allow' && decision.effect !== 'modify') return;
    const { usdMicros = 0, tokens = 0 } = decision.reserve ?? {};
    const key = keyOf(agent, action.id);
    this.#open.delete(key);
    const on = action.kind === 'model' ? { model: action.claims.model ?? action.name, tool: '' } : { model: '', tool: action.name };
    this.#open.set(key, { session: session ?? '', ...on, usdMicros, tokens });
    trim(this.#open, MOST_OPEN);
  }

  #settle({ agent, session, body }: EntryOf<'action-settled'>): Charge {
    const key = keyOf(agent, body.action);
    const reserved = this.#open.get(key);
    this.#open.delete(key);
    const { usdMicros = reserved?.usdMicros ?? 0, tokens = reserved?.tokens ?? 0 } = body.usage;
    const { model = '', tool = '' } = reserved ?? {};
    return { agent: agent ?? '', session: session ?? reserved?.session ?? '', model, tool, usdMicros, tokens };
  }
}

const keyOf = (agent: string | undefined, action: string): string => `${agent ?? ''} ${action}`;
