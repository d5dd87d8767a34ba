import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, jsonObject, oneOf } from '../http/shapes.ts';
import { actionRecordRoute } from './action-record.ts';
import { actionRow } from './action-row.ts';
import type { ApiParts } from './deps.ts';
import { actionsInFlight } from './in-flight.ts';
import type { InFlightReply } from './in-flight.ts';
import { page, PageQuery } from './pages.ts';
import type { Page } from './pages.ts';
import { decisionFor } from './sealed-texts.ts';
import { EVERYONE } from '../kernel/role.ts';
import { EFFECT_CHOICES } from '../kernel/decision.ts';

type Parts = ApiParts<Pick<LogGate, 'inFlight' | 'now'>, 'store'>;

/** Decided actions as the log has them, newest first; an agent sees its own. */
export function actionListRoutes(parts: Parts): readonly Route[] {
  const { store } = parts;
  return [
    actionRecordRoute({ store }),
    route({
      method: 'GET',
      path: '/v1/actions',
      auth: 'key',
      role: EVERYONE,
      tenant: 'key',
      audited: [],
      doc: {
        summary: 'Decided actions, by agent, session or place; `state=unsettled`: those that were allowed and have no outcome yet',
        tag: 'actions',
      },
      query: Type.Object(
        { ...PageQuery.properties, effect: Type.Optional(oneOf(...EFFECT_CHOICES)), state: Type.Optional(oneOf('unsettled')) },
        CLOSED,
      ),
      response: Type.Object({ actions: Type.Array(jsonObject()), next: Type.Optional(Type.Integer()), count: Type.Optional(Type.Integer()) }),
      handle: async ({ principal, query, signal }) => {
        const gone = signal();
        const own = principal.role === 'agent' ? { agent: principal.agent } : {};
        if (query.state !== undefined) return unsettled(parts, principal, { ...query, ...own });
        const { effect, limit = 100, reverse = true, state: _state, ...rest } = query;
        const filter = { ...rest, ...own, reverse, type: 'action-decided' };
        const found: object[] = [];
        let next: number | undefined;
        // The store does not know effects: pages are read until enough match, at most a thousand entries per answer.
        for (let read = 0; read < 1000 && found.length < limit;) {
          const at = next === undefined ? {} : reverse ? { to: next } : { from: next };
          const got = await page(store, principal.tenant, { ...filter, ...at, limit: Math.min(limit, 1000 - read) }, gone);
          const decided = got.entries.filter((entry) => entry.type === 'action-decided');
          const wanted = decided.filter(({ body }) => effect === undefined || body.decision.effect === effect);
          for (const entry of wanted) found.push(actionRow(entry, await decisionFor(principal, store, entry)));
          read += got.entries.length;
          next = got.next;
          if (next === undefined || gone.aborted) break;
        }
        return { actions: found.slice(0, limit), ...(next === undefined ? {} : { next }) };
      },
    }),
  ];
}

/** What an unsettled action can be looked for by. */
const SCOPE: ReadonlySet<string> = new Set(['state', 'agent', 'session', 'limit', 'to']);

/** @throws AegisError REQUEST_INVALID for a filter that is not one of these */
function unsettled(parts: Parts, principal: Principal, query: Page): Promise<InFlightReply> {
  const odd = Object.entries(query).find(([field, value]) => value !== undefined && !SCOPE.has(field) && !(field === 'reverse' && value === true));
  if (odd !== undefined)
    throw new AegisError(
      'REQUEST_INVALID',
      { detail: `state=unsettled takes agent, session, limit and to, newest first; it does not take ${odd[0]}` },
      `/${odd[0]}`,
    );
  const { agent, session, limit = 100, to } = query;
  return actionsInFlight(parts, principal, { agent, session, limit, to });
}
