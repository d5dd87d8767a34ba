import type { Entry } from '../kernel/entry.ts';
import type { EntryIndex, Millis } from '../kernel/ids.ts';
import type { Told } from './told.ts';
import { trim } from './trim.ts';

/** One session in numbers. */
export interface SessionRow {
  readonly session: string;
  readonly agent: string;
  readonly parent?: string;
  readonly openedAt: Millis;
  readonly lastSeen: Millis;
  /** Of its newest entry; pages go on below it. */
  readonly index: EntryIndex;
  readonly closed: boolean;
  readonly actions: number;
  readonly denied: number;
  readonly asked: number;
  readonly usdMicros: number;
  readonly tokens: number;
}

type Running = { -readonly [Field in keyof SessionRow]: SessionRow[Field] };

const MOST_SESSIONS = 100_000;

/** Sessions in the order they were last of use; the one that was idle longest makes room. */
export class SessionsView {
  readonly #sessions = new Map<string, Running>();
  readonly #most: number;

  constructor(most = MOST_SESSIONS) {
    this.#most = most;
  }

  get size(): number {
    return this.#sessions.size;
  }

  fold(entry: Entry, { charge, row }: Told): void {
    const { agent, session, at, index } = entry;
    if (agent === undefined || session === undefined) return;
    const key = `${agent} ${session}`;
    const known = this.#sessions.get(key);
    const own = known ?? {
      session,
      agent,
      openedAt: at,
      lastSeen: at,
      index,
      closed: false,
      actions: 0,
      denied: 0,
      asked: 0,
      usdMicros: 0,
      tokens: 0,
    };
    own.lastSeen = at;
    own.index = index;
    if (entry.type === 'session-opened') {
      own.closed = false;
      if (entry.body.parent !== undefined) own.parent = entry.body.parent;
    }
    if (entry.type === 'session-closed') own.closed = true;
    if (row !== null) {
      own.actions++;
      if (row.effect === 'deny') own.denied++;
      if (row.effect === 'ask') own.asked++;
    }
    own.usdMicros += charge?.usdMicros ?? 0;
    own.tokens += charge?.tokens ?? 0;
    // To the end: it was of use last.
    this.#sessions.delete(key);
    this.#sessions.set(key, own);
    trim(this.#sessions, this.#most);
  }

  /** The last of use first; `q` is part of the name of the session or its agent in any case. */
  page(terms: {
    readonly agent?: string | undefined;
    readonly q?: string | undefined;
    readonly before?: number | undefined;
    readonly limit: number;
  }): {
    readonly sessions: readonly SessionRow[];
    readonly next?: number;
  } {
    const { agent, before = Number.POSITIVE_INFINITY, limit } = terms;
    const part = terms.q?.toLowerCase() ?? '';
    const sessions: SessionRow[] = [];
    for (const own of [...this.#sessions.values()].reverse()) {
      if (own.index >= before || (agent !== undefined && own.agent !== agent)) continue;
      if (part !== '' && !own.session.toLowerCase().includes(part) && !own.agent.toLowerCase().includes(part)) continue;
      const last = sessions.at(-1);
      if (sessions.length === limit && last !== undefined) return { sessions, next: last.index };
      sessions.push({ ...own });
    }
    return { sessions };
  }
}
