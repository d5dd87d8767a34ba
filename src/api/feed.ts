import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import { holderName } from '../http/exchange.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, integer } from '../http/shapes.ts';
import { createShares } from '../http/shares.ts';
import { PEOPLE } from '../kernel/role.ts';
import type { ApiParts } from './deps.ts';
import { feedEvent } from './feed-event.ts';
import { followLog, resumePoint } from './follow-log.ts';
import { recentEntries } from './recent-entries.ts';
import { RowQuery } from './view-shapes.ts';

type Parts = ApiParts<LogGate, 'store'>;

/** Open feeds of everybody; each holder of a key has its share. */
const MOST_FEEDS = 256;

const MEDIA = 'text/event-stream; charset=utf-8';

/** Decisions as they become durable, as rows: what a list shows, pushed. */
export function feedRoutes({ gate, store }: Parts): readonly Route[] {
  const places = createShares(MOST_FEEDS);
  const recent = recentEntries(store);
  return [
    route({
      method: 'GET',
      path: '/v1/feed',
      auth: 'key',
      role: PEOPLE,
      tenant: 'key',
      audited: [],
      doc: {
        summary:
          'Decisions (`action`), outcomes (`outcome`), answers of people (`approval`), halts (`halt`) and policies (`policy`) as they become durable (SSE); resumable with Last-Event-ID or `from`',
        tag: 'dashboard',
      },
      query: Type.Object({ ...RowQuery, from: Type.Optional(integer(0, Number.MAX_SAFE_INTEGER)) }, CLOSED),
      response: { contentType: MEDIA },
      handle: async ({ principal, query: { from: start, ...filter }, lastEventId, signal }) => {
        const from = resumePoint(lastEventId, start) ?? (await store.head(principal.tenant)).size;
        const aborted = signal();
        const done = places.take(`${principal.tenant} ${holderName(principal)}`);
        if (done === null) throw new AegisError('RATE_LIMITED', { retryAfterMs: 5_000 });
        if (aborted.aborted) done();
        else aborted.addEventListener('abort', done, { once: true });
        const body = followLog({ gate, recent, principal, from, aborted, done }, (entry) => feedEvent(entry, filter));
        return { contentType: MEDIA, body };
      },
    }),
  ];
}
