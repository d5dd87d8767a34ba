import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { OperatorGate } from '../gate/operator-gate.ts';
import type { LogGate } from '../gate/log-gate.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, jsonObject } from '../http/shapes.ts';
import type { JsonObject } from '../kernel/json.ts';
import { PEOPLE } from '../kernel/role.ts';
import { count } from '../kernel/words/units.ts';
import { parseStrict } from '../wire/strict-json.ts';
import { openEntry } from '../log/entry.ts';
import type { ApiDeps, ApiParts } from './deps.ts';
import { POLICY_FIELDS, sentPolicy } from './policy-body.ts';
import type { Refusal } from '../http/problem.ts';

type Parts = ApiParts<OperatorGate & LogGate, 'store' | 'policyFaults'>;

const doc = (summary: string) => ({ summary, tag: 'policies' });
const DocumentBody = Type.Object(POLICY_FIELDS, CLOSED);

type Checked = Awaited<ReturnType<ApiDeps['policyFaults']>>;

/** The answer to a document with faults. */
export function faulty({ faults, omitted }: Checked): Refusal {
  return {
    refused: new AegisError('POLICY_INVALID', { faults: count(faults.length + omitted, 'fault'), first: '' }),
    extensions: { faults, ...(omitted === 0 ? {} : { omitted }) },
  };
}

/** Policies in force and to come. Activation is one entry; a faulty document changes nothing. */
export function policyRoutes(deps: Parts): readonly Route[] {
  return [currentRoute(deps), checkRoute(deps), activateRoute(deps)];
}

const currentRoute = ({ gate, store }: Parts): Route =>
  route({
    method: 'GET',
    path: '/v1/policies/current',
    auth: 'key',
    role: PEOPLE,
    tenant: 'key',
    audited: [],
    doc: doc('The policy in force: name, digest, the entry that activated it and its document'),
    response: jsonObject(),
    handle: async ({ principal }) => {
      const { tenant } = principal;
      const { policy } = gate.world(tenant);
      const [found] = await store.read(tenant, { type: 'policy-activated', limit: 1, reverse: true });
      const entry = found === undefined ? null : openEntry(found.bytes, found.index);
      if (policy === null || entry?.type !== 'policy-activated') throw new AegisError('NOT_FOUND', { what: 'active policy' });
      const bytes = entry.payload === undefined ? null : await store.payload(tenant, entry.payload);
      const kept = bytes === null || bytes === 'erased' ? null : (parseStrict(bytes, { bytes: 67_108_864 }) as JsonObject);
      return {
        digest: policy,
        name: entry.body.name,
        index: entry.index,
        at: entry.at,
        previous: entry.body.previous,
        document: kept?.['document'] ?? null,
      };
    },
  });

const checkRoute = ({ policyFaults }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/policies/check',
    auth: 'key',
    role: PEOPLE,
    tenant: 'key',
    audited: [],
    doc: doc('Every fault of a document with line, column and hint; nothing is changed'),
    body: DocumentBody,
    response: Type.Object({
      ok: Type.Boolean(),
      faults: Type.Array(jsonObject(), { description: 'In reading order; of very many the first' }),
      omitted: Type.Optional(Type.Integer({ description: 'How many more there are' })),
    }),
    handle: async ({ body, signal }) => {
      const { faults, omitted } = await policyFaults(sentPolicy(body), signal());
      return { ok: faults.length === 0, faults, ...(omitted === 0 ? {} : { omitted }) };
    },
  });

const activateRoute = ({ gate, policyFaults }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/policies/activate',
    auth: 'key',
    role: ['admin'],
    tenant: 'key',
    audited: ['policy-activated'],
    doc: doc('Check, compile, record and switch in one step; on any fault the old policy stays'),
    body: DocumentBody,
    response: Type.Object({ digest: Type.String(), index: Type.Integer() }),
    handle: async ({ principal, body }) => {
      const sent = sentPolicy(body);
      const checked = await policyFaults(sent);
      return checked.faults.length > 0 ? faulty(checked) : gate.activate(principal.tenant, sent.document, principal, sent.files);
    },
  });
