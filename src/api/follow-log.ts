import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import { isStill } from '../http/keys.ts';
import type { LoggedEntry } from './pages.ts';
import type { RecentEntries } from './recent-entries.ts';

const HEARTBEAT_MS = 15_000;

export interface Following {
  readonly gate: Pick<LogGate, 'follow' | 'current' | 'world'>;
  readonly recent: RecentEntries;
  readonly principal: Principal;
  readonly from: number;
  readonly aborted: AbortSignal;
  readonly done: () => void;
}

/**
 * The index that whoever comes back goes on from: behind `Last-Event-ID`, else `from`.
 * @throws AegisError REQUEST_INVALID: a resume point nobody can read must not silently skip entries
 */
export function resumePoint(lastEventId: string | undefined, from: number | undefined): number | undefined {
  if (lastEventId === undefined || lastEventId === '') return from;
  if (!/^\d{1,15}$/.test(lastEventId)) throw new AegisError('REQUEST_INVALID', { detail: 'Last-Event-ID must be an index this stream sent' });
  return Number(lastEventId) + 1;
}

/** The log as it grows, one event for each entry that has one; `id` is the entry's index. Ends with the standing of who reads. */
export async function* followLog(
  { gate, recent, principal, from, aborted, done }: Following,
  event: (entry: LoggedEntry) => { readonly name: string; readonly data: object } | null,
): AsyncGenerator<string> {
  const { tenant } = principal;
  let next = from;
  let wake: () => void = () => undefined;
  const unfollow = gate.follow((of) => {
    if (of === tenant) wake();
  });
  const stop = (): void => wake();
  aborted.addEventListener('abort', stop, { once: true });
  try {
    yield 'retry: 1000\n\n';
    while (!aborted.aborted) {
      // Armed before reading: an entry that lands between reading and waiting still wakes us.
      let timer: NodeJS.Timeout | undefined;
      const woken = new Promise<boolean>((resolve) => {
        wake = () => resolve(true);
        timer = setTimeout(() => resolve(false), HEARTBEAT_MS);
      });
      const entries = await recent.read(tenant, next);
      // Whoever was removed, through any daemon, is told nothing of what came after (GATE-26).
      await gate.current(tenant);
      if (!isStill(principal, gate)) return clearTimeout(timer);
      for (const entry of entries) {
        const told = event(entry);
        next = entry.index + 1;
        if (told !== null) yield `id: ${String(entry.index)}\nevent: ${told.name}\ndata: ${JSON.stringify(told.data)}\n\n`;
      }
      if (entries.length === 0 && !aborted.aborted && !(await woken)) yield ': still here\n\n';
      clearTimeout(timer);
    }
  } finally {
    unfollow();
    aborted.removeEventListener('abort', stop);
    done();
  }
}
