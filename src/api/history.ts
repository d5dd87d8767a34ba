import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { AgentQuery, CLOSED, integer, jsonObject, NameParams } from '../http/shapes.ts';
import { readsPayloads } from '../http/payload-readers.ts';
import type { SessionPlace } from '../kernel/owned.ts';
import { PEOPLE } from '../kernel/role.ts';
import type { ApiParts } from './deps.ts';
import { faulty } from './policies.ts';
import { POLICY_FIELDS, sentPolicy } from './policy-body.ts';
import { sessionFor } from './session-for.ts';

type Parts = ApiParts<LogGate, 'policyFaults' | 'replay' | 'simulate'>;

const doc = (summary: string) => ({ summary, tag: 'history' });
const READ = { method: 'GET', auth: 'key', tenant: 'key', audited: [] } as const;
const Report = Type.Object({
  compared: Type.Integer(),
  erased: Type.Integer(),
  first: Type.Optional(Type.Object({ index: Type.Integer(), detail: Type.String() })),
});

/** The past decided again: as it was (replay), or under another policy (simulate). Nothing is recorded. */
export function historyRoutes(deps: Parts): readonly Route[] {
  // All of the log is folded for it: one at a time.
  let busy = false;
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    if (busy) throw new AegisError('RATE_LIMITED', { retryAfterMs: 2_000 });
    busy = true;
    try {
      return await work();
    } finally {
      busy = false;
    }
  };
  const again = async (principal: Principal, signal: AbortSignal, place?: SessionPlace): Promise<unknown> => {
    const of = { tenant: principal.tenant, ...(place === undefined ? {} : { place: { agent: place.agent, session: place.session } }) };
    const { equal, erased, difference } = await deps.replay(of, signal);
    const counts = { compared: equal + (difference === null ? 0 : 1), erased: erased.length };
    if (difference === null) return counts;
    const { index, recorded, replayed } = difference;
    const detail = readsPayloads(principal, undefined) ? `recorded ${recorded}, replayed ${replayed}` : 'The decision comes out otherwise.';
    return { ...counts, first: { index, detail } };
  };
  return [
    route({
      ...READ,
      path: '/v1/replay',
      role: PEOPLE,
      doc: doc('Every recorded decision made again on the recorded facts'),
      response: Report,
      handle: ({ principal, signal }) => alone(() => again(principal, signal())),
    }),
    route({
      ...READ,
      path: '/v1/sessions/:id/replay',
      role: PEOPLE,
      doc: doc('Every decision of one session made again, each on everything the log held before it'),
      params: NameParams,
      query: AgentQuery,
      response: Report,
      handle: ({ principal, params, query, signal }) => {
        const place = sessionFor(principal, { ...params, ...query }, deps.gate.world(principal.tenant));
        return alone(() => again(principal, signal(), place));
      },
    }),
    simulateRoute(deps, alone),
  ];
}

const simulateRoute = (deps: Parts, alone: <T>(work: () => Promise<T>) => Promise<T>): Route =>
  route({
    method: 'POST',
    path: '/v1/policies/simulate',
    auth: 'key',
    role: PEOPLE,
    tenant: 'key',
    audited: [],
    doc: doc('Which past actions a document would have decided differently'),
    body: Type.Object({ ...POLICY_FIELDS, limit: Type.Optional(integer(1, 1_000_000)) }, CLOSED),
    response: Type.Object({ decided: Type.Integer(), erased: Type.Integer(), flipped: Type.Integer(), flips: Type.Array(jsonObject()) }),
    handle: async ({ principal, body, signal }) => {
      const { limit = 10_000 } = body;
      const policy = sentPolicy(body);
      const checked = await deps.policyFaults(policy, signal());
      if (checked.faults.length > 0) return faulty(checked);
      const report = await alone(() => deps.simulate({ ...policy, tenant: principal.tenant, limit }, signal()));
      if (readsPayloads(principal, undefined)) return report;
      return { ...report, flips: report.flips.map((flip) => ({ ...flip, reason: flip.reason.split(' ', 1).join() })) };
    },
  });
