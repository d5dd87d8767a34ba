import { Type } from 'typebox';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, jsonObject, oneOf } from '../http/shapes.ts';
import { actionRecordRoute } from './action-record.ts';
import type { ApiDeps } from './deps.ts';
import { page, PageQuery } from './pages.ts';
import { decisionFor } from './sealed-texts.ts';
import { EVERYONE } from '../kernel/role.ts';
import type { Decision } from '../kernel/decision.ts';
import type { EntryOf } from '../kernel/entry.ts';
import { EFFECT_CHOICES } from '../kernel/decision.ts';

type Parts = Pick<ApiDeps, 'store'>;

/** Decided actions as the log has them, newest first; an agent sees its own. */
export function actionListRoutes({ store }: Parts): readonly Route[] {
  return [
    actionRecordRoute({ store }),
    route({
      method: 'GET',
      path: '/v1/actions',
      auth: 'key',
      role: EVERYONE,
      tenant: 'key',
      audited: [],
      doc: { summary: 'Decided actions, by agent, session or place', tag: 'actions' },
      query: Type.Object({ ...PageQuery.properties, effect: Type.Optional(oneOf(...EFFECT_CHOICES)) }, CLOSED),
      response: Type.Object({ actions: Type.Array(jsonObject()), next: Type.Optional(Type.Integer()) }),
      handle: async ({ principal, query, signal }) => {
        const gone = signal();
        const own = principal.role === 'agent' ? { agent: principal.agent } : {};
        const { effect, limit = 100, reverse = true, ...rest } = query;
        const filter = { ...rest, ...own, reverse, type: 'action-decided' };
        const found: object[] = [];
        let next: number | undefined;
        // The store does not know effects: pages are read until enough match, at most a thousand entries per answer.
        for (let read = 0; read < 1000 && found.length < limit;) {
          const at = next === undefined ? {} : reverse ? { to: next } : { from: next };
          const got = await page(store, principal.tenant, { ...filter, ...at, limit: Math.min(limit, 1000 - read) }, gone);
          const decided = got.entries.filter((entry) => entry.type === 'action-decided');
          const wanted = decided.filter(({ body }) => effect === undefined || body.decision.effect === effect);
          for (const entry of wanted) found.push(view(entry, await decisionFor(principal, store, entry)));
          read += got.entries.length;
          next = got.next;
          if (next === undefined || gone.aborted) break;
        }
        return { actions: found.slice(0, limit), ...(next === undefined ? {} : { next }) };
      },
    }),
  ];
}

function view(entry: EntryOf<'action-decided'>, decision: Decision): object {
  const { action } = entry.body;
  const { id, name, kind, door, enforcement, argsDigest } = action;
  const { effect, risk, reasons, policy, shadow } = decision;
  return {
    action: id,
    index: entry.index,
    at: entry.at,
    agent: entry.agent,
    session: entry.session,
    kind,
    name,
    door,
    enforcement,
    argsDigest,
    effect,
    risk,
    reasons,
    policy,
    ...(shadow === undefined ? {} : { shadow }),
  };
}
