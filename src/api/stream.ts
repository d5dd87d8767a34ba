import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import { holderName } from '../http/exchange.ts';
import { isStill } from '../http/keys.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, integer } from '../http/shapes.ts';
import { createShares } from '../http/shares.ts';
import type { Shares } from '../http/shares.ts';
import type { TenantId } from '../kernel/ids.ts';
import { PEOPLE } from '../kernel/role.ts';
import { PIECE } from '../log/in-turns.ts';
import type { LogStore } from '../log/store.ts';
import type { ApiParts } from './deps.ts';
import { opened } from './pages.ts';

type Parts = ApiParts<LogGate, 'store'>;

const PAGE = PIECE;
const HEARTBEAT_MS = 15_000;
/** Open streams of all tenants, and of all people of one. */
const MOST_STREAMS = { all: 256, tenant: 192 } as const;

/** The log as it grows, one event per entry, `id` = index: whoever comes back with Last-Event-ID misses nothing and sees nothing twice. */
export function streamRoutes({ gate, store }: Parts): readonly Route[] {
  const tenants = createShares(MOST_STREAMS.all);
  const people = new Map<TenantId, Shares>();
  const peopleOf = (tenant: TenantId): Shares => {
    const own = people.get(tenant) ?? createShares(MOST_STREAMS.tenant);
    people.set(tenant, own);
    return own;
  };
  return [
    route({
      method: 'GET',
      path: '/v1/stream',
      auth: 'key',
      role: PEOPLE,
      tenant: 'key',
      audited: [],
      doc: { summary: 'Entries as they become durable (SSE); resumable with Last-Event-ID or `from`', tag: 'log' },
      query: Type.Object({ from: Type.Optional(integer(0, Number.MAX_SAFE_INTEGER)) }, CLOSED),
      response: { contentType: 'text/event-stream; charset=utf-8' },
      handle: async ({ principal, query, lastEventId, signal }) => {
        const from = startOf(lastEventId, query.from) ?? (await store.head(principal.tenant)).size;
        const aborted = signal();
        const [ofTenant, own] = [tenants.take(principal.tenant), peopleOf(principal.tenant).take(holderName(principal))];
        const done = (): void => {
          ofTenant?.();
          own?.();
        };
        if (ofTenant === null || own === null) {
          done();
          throw new AegisError('RATE_LIMITED', { retryAfterMs: 5_000 });
        }
        if (aborted.aborted) done();
        else aborted.addEventListener('abort', done, { once: true });
        return { contentType: 'text/event-stream; charset=utf-8', body: follow({ gate, store, principal, from, aborted, done }) };
      },
    }),
  ];
}

/** @throws AegisError REQUEST_INVALID: a resume point nobody can read must not silently skip entries */
function startOf(lastEventId: string | undefined, from: number | undefined): number | undefined {
  if (lastEventId === undefined || lastEventId === '') return from;
  if (!/^\d{1,15}$/.test(lastEventId)) throw new AegisError('REQUEST_INVALID', { detail: 'Last-Event-ID must be an index this stream sent' });
  return Number(lastEventId) + 1;
}

interface Following {
  readonly gate: Pick<LogGate, 'follow' | 'current' | 'world'>;
  readonly store: LogStore;
  readonly principal: Principal;
  readonly from: number;
  readonly aborted: AbortSignal;
  readonly done: () => void;
}

async function* follow({ gate, store, principal, from, aborted, done }: Following): AsyncGenerator<string> {
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
      const entries = await store.read(tenant, { from: next, limit: PAGE });
      // Whoever was removed, through any daemon, is told nothing of what came after (GATE-26).
      await gate.current(tenant);
      if (!isStill(principal, gate)) return clearTimeout(timer);
      for (const sealed of entries) {
        const entry = opened(sealed);
        next = sealed.index + 1;
        yield `id: ${String(sealed.index)}\nevent: ${entry.type}\ndata: ${JSON.stringify(entry)}\n\n`;
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
