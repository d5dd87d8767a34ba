import type { Entry } from '../kernel/entry.ts';
import type { EntryIndex, TenantId } from '../kernel/ids.ts';
import { openEntry } from '../log/entry.ts';
import type { LogStore } from '../log/store.ts';

export interface Counts {
  readonly totals: Totals;
  readonly policyName: string | undefined;
  /** Decisions since a time, by the hour: the hour that `from` falls in counts whole. */
  since(from: number): { readonly actions24h: number; readonly denied24h: number };
}

export interface Totals {
  /** Entries counted so far. */
  readonly size: EntryIndex;
  readonly entries: Readonly<Record<string, number>>;
  readonly effects: Readonly<Record<string, number>>;
  readonly risks: Readonly<Record<string, number>>;
  readonly codes: Readonly<Record<string, number>>;
  readonly agents: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Counts for people, derived from the log on demand and deletable: no decision reads them. */
export interface Tally {
  of(tenant: TenantId): Promise<Counts>;
}

interface Running {
  size: number;
  readonly entries: Map<string, number>;
  readonly effects: Map<string, number>;
  readonly risks: Map<string, number>;
  readonly codes: Map<string, number>;
  readonly agents: Map<string, Map<string, number>>;
  /** Hour of the epoch → decided and denied. */
  readonly hours: Map<number, { decided: number; denied: number }>;
  policyName: string | undefined;
}

const PAGE = 128;
const HOUR_MS = 3_600_000;
const MAX_HOURS = 24 * 8;

/** Reads only what came since it was last asked; two questions at once share one reading. */
export function createTally(store: LogStore): Tally {
  const tenants = new Map<TenantId, { running: Running; reading: Promise<void> }>();
  return {
    of: async (tenant) => {
      const fresh = (): Running => ({
        size: 0,
        entries: new Map(),
        effects: new Map(),
        risks: new Map(),
        codes: new Map(),
        agents: new Map(),
        hours: new Map(),
        policyName: undefined,
      });
      const held = tenants.get(tenant) ?? { running: fresh(), reading: Promise.resolve() };
      tenants.set(tenant, held);
      const reading = held.reading.then(() => catchUp(store, tenant, held.running));
      held.reading = reading.catch(() => undefined);
      await reading;
      return { totals: plain(held.running), policyName: held.running.policyName, since: (from) => since(held.running, from) };
    },
  };
}

async function catchUp(store: LogStore, tenant: TenantId, running: Running): Promise<void> {
  for (;;) {
    const read = await store.read(tenant, { from: running.size, limit: PAGE });
    for (const { bytes, index } of read) {
      count(running, openEntry(bytes, index));
      running.size = index + 1;
    }
    if (read.length < PAGE) return;
  }
}

function count(running: Running, entry: Entry): void {
  add(running.entries, entry.type);
  if (entry.type === 'policy-activated') running.policyName = entry.body.name;
  if (entry.type !== 'action-decided') return;
  const { effect, risk, reasons } = entry.body.decision;
  add(running.effects, effect);
  add(running.risks, risk);
  for (const code of new Set(reasons.map((reason) => reason.code))) add(running.codes, code);
  const agent = entry.agent ?? '';
  const own = running.agents.get(agent) ?? new Map<string, number>();
  running.agents.set(agent, own);
  add(own, effect);
  const hour = Math.floor(entry.at / HOUR_MS);
  const slot = running.hours.get(hour) ?? { decided: 0, denied: 0 };
  running.hours.set(hour, slot);
  slot.decided++;
  if (effect === 'deny') slot.denied++;
  if (running.hours.size > MAX_HOURS) running.hours.delete(Math.min(...running.hours.keys()));
}

function since({ hours }: Running, from: number): { readonly actions24h: number; readonly denied24h: number } {
  let [actions24h, denied24h] = [0, 0];
  for (const [hour, { decided, denied }] of hours) {
    if ((hour + 1) * HOUR_MS <= from) continue;
    actions24h += decided;
    denied24h += denied;
  }
  return { actions24h, denied24h };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function plain({ size, entries, effects, risks, codes, agents }: Running): Totals {
  const record = (map: Map<string, number>): Record<string, number> => Object.fromEntries([...map].sort());
  const byAgent = Object.fromEntries([...agents].sort(([a], [b]) => (a < b ? -1 : 1)).map(([agent, map]) => [agent, record(map)]));
  return { size, entries: record(entries), effects: record(effects), risks: record(risks), codes: record(codes), agents: byAgent };
}
