import type { EntryDraft } from '../../../src/kernel/entry.ts';
import { periodEnd } from '../../../src/kernel/ledger.ts';
import { handlers } from './handlers.ts';
import { dropHolders, startOf } from './state.ts';
import type { Plain, PlainSession } from './state.ts';

/** The ledger of a session that lies under this name. */
function ledgerOf(now: Plain, agent: string, name: string): string {
  const written = (part: string): string => part.replaceAll('/', '%2F');
  return now.semantics < 3 ? `session/${written(name)}` : `session/${written(agent)}~${written(name.slice(agent.length + 1))}`;
}

/** DEC-16: four looks an entry at what may have run out, and the oldest of what is kept in number. */
function sweep(now: Plain): void {
  const { queues, actions, approvals, sessions, ledgers } = now;
  if (queues.finished.length > 4_096) actions.delete(queues.finished.shift() ?? '');
  for (let i = 0; i < 2 && queues.decided[0] !== undefined; i++) {
    const state = actions.get(queues.decided[0]);
    if (state?.settled === false && queues.decided.length <= 16_384) break;
    if (state?.settled === false) actions.delete(queues.decided[0]);
    queues.decided.shift();
  }
  if (queues.approvals.length > 4_096) approvals.delete(queues.approvals.shift() ?? '');
  const which = queues.closed.length > 16_384 ? queues.closed : queues.opened.length > 65_536 ? queues.opened : null;
  const gone = which?.shift();
  const left = gone === undefined ? undefined : sessions.get(gone);
  if (gone !== undefined && left !== undefined && (which === queues.closed || !left.closed)) {
    sessions.delete(gone);
    ledgers.delete(ledgerOf(now, left.agent, gone));
  }
  for (let i = 0; i < 4; i++) {
    const tagged = queues.sweep.shift();
    if (tagged !== undefined && isStillNeeded(now, tagged)) queues.sweep.push(tagged);
  }
}

function isStillNeeded(now: Plain, tagged: string): boolean {
  const [kind = ''] = tagged.split(':');
  const key = tagged.slice(kind.length + 1);
  if (kind === 'lock') {
    dropHolders(now, key, (holder) => holder.expiresAt <= now.at);
    return now.locks.has(key);
  }
  const grant = now.grants.get(key);
  const end = periodEnd(key);
  const needed = {
    rate: (now.rates.get(key)?.second ?? -Infinity) + 60 >= Math.floor(now.at / 1000),
    grant: grant !== undefined && grant.expiresAt > now.at && grant.used < grant.uses,
    ledger: now.ledgers.has(key) && (end === null || end + 2 * 86_400_000 > now.at),
  }[kind];
  if (needed === true) return true;
  ({ rate: now.rates, grant: now.grants, ledger: now.ledgers })[kind]?.delete(key);
  return false;
}

/**
 * What `fold` is to come to, written a second time without anything that makes it fast: one state, changed in place, and after an entry that
 * threw everything folded again without it.
 */
export function plainFolder(semantics: number): { add(entry: EntryDraft): void; readonly now: () => Plain } {
  let now = startOf(semantics);
  const folded: { readonly entry: EntryDraft; readonly counts: boolean }[] = [];
  const take = (entry: EntryDraft, counts: boolean): void => {
    if (Number.isSafeInteger(entry.at)) now.at = Math.max(now.at, entry.at);
    if (counts && Object.hasOwn(handlers, entry.type)) handlers[entry.type]?.(now, entry.body as never, { ...entry, index: now.size });
    sweep(now);
    now.size++;
  };
  return {
    now: () => now,
    add(entry) {
      try {
        take(entry, true);
        folded.push({ entry, counts: true });
      } catch {
        now = startOf(semantics);
        for (const one of folded) take(one.entry, one.counts);
        take(entry, false);
        folded.push({ entry, counts: false });
      }
    },
  };
}

function byKey(pairs: Iterable<readonly [string, unknown]>): readonly (readonly [string, unknown])[] {
  return [...pairs].sort(([a], [b]) => (a < b ? -1 : 1));
}

function plainSession({ prints, ...rest }: PlainSession): unknown {
  return { ...rest, prints: byKey(prints) };
}

/** In the form of a snapshot, every map in the order of its keys. */
export function imageOf(now: Plain): Record<string, unknown> {
  const image: Record<string, unknown> = { version: 3 };
  for (const [name, value] of Object.entries(now)) image[name] = value instanceof Map ? byKey(value as Map<string, unknown>) : value;
  image['sessions'] = byKey([...now.sessions].map(([id, session]) => [id, plainSession(session)]));
  return image;
}
