import { Type } from 'typebox';
import type { Static } from 'typebox';
import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import type { OperatorGate } from '../gate/operator-gate.ts';
import { agentOf, isStill } from '../http/keys.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, integer, jsonObject, oneOf, ReceiptReply } from '../http/shapes.ts';
import type { HaltScope } from '../kernel/entry.ts';
import type { AgentId } from '../kernel/ids.ts';
import { RUN_END_CAUSES, RUN_LEVELS, RUN_STATES, TRIP_CODES } from '../kernel/words/runs.ts';
import type { RunLevel } from '../kernel/words/runs.ts';
import { inclusionReceipt } from '../log/receipt.ts';
import type { ApiParts } from './deps.ts';
import { runFeed } from './run-feed.ts';

type Parts = ApiParts<Pick<OperatorGate, 'halt'> & LogGate, 'store' | 'signNow'>;

const doc = (summary: string) => ({ summary, tag: 'runs' });
const MAX = Number.MAX_SAFE_INTEGER;

const run = () => Type.String({ pattern: '^[A-Za-z0-9-]{8,64}$', description: 'Name of the run, new for each' });
const level = () => Type.Unsafe<RunLevel>({ type: 'integer', enum: [...RUN_LEVELS] });
const limits = () => Type.Record(Type.String({ pattern: '^[A-Za-z]{1,40}$' }), Type.Number({ minimum: 0 }), { maxProperties: 16 });
const detail = () =>
  Type.Record(Type.String({ pattern: '^[A-Za-z]{1,40}$' }), Type.Union([Type.Number(), Type.String({ maxLength: 1024 })]), { maxProperties: 8 });

const toolRates = () =>
  Type.Record(Type.String({ minLength: 1, maxLength: 512 }), integer(1, MAX), { maxProperties: 64, description: 'Calls a minute, by tool' });

const StartBody = Type.Object({ run: run(), level: level(), limits: limits(), toolRates: Type.Optional(toolRates()) }, CLOSED);
const TripBody = Type.Object({ run: run(), code: oneOf(...TRIP_CODES), detail: detail() }, CLOSED);
const EndBody = Type.Object(
  {
    run: run(),
    state: oneOf(...RUN_STATES),
    level: level(),
    cause: oneOf(...RUN_END_CAUSES),
    empty: Type.Boolean(),
    killed: Type.Optional(integer(0, MAX)),
    survivors: Type.Array(integer(1, MAX), { maxItems: 64 }),
    by: Type.String({ maxLength: 64 }),
    us: integer(0, MAX),
    code: Type.Optional(oneOf(...TRIP_CODES)),
    exit: Type.Optional(integer(0, 255)),
    signal: Type.Optional(integer(1, 64)),
  },
  CLOSED,
);

const POSTED = { method: 'POST', auth: 'key', role: ['agent'], tenant: 'key' } as const;
const halted = (scope: HaltScope, agent: AgentId): boolean => scope.kind === 'all' || (scope.kind === 'agent' && scope.id === agent);

/**
 * What the supervisor of an agent records with the agent's own key (RUN-16). It can stop the agent with it and nothing more: only an operator
 * resumes.
 */
export function runRoutes(parts: Parts): readonly Route[] {
  return [startRoute(parts), tripRoute(parts), endRoute(parts), feedRoute(parts)];
}

const startRoute = ({ gate }: Parts): Route =>
  route({
    ...POSTED,
    path: '/v1/runs/start',
    audited: ['run-started'],
    doc: doc('Record that a supervised command starts; refused while the agent is halted'),
    body: StartBody,
    response: ReceiptReply,
    handle: async ({ principal, body }) => {
      const { tenant, agent } = agentOf(principal);
      await gate.current(tenant);
      const halt = gate.world(tenant).halts.find(({ scope }) => halted(scope, agent));
      if (halt !== undefined) throw new AegisError('CONFLICT', { detail: `The agent ${agent} is halted` });
      const { toolRates: rates, ...common } = body;
      return gate.record(tenant, 'run-started', { ...common, ...(rates === undefined ? {} : { toolRates: rates }) }, principal, { agent });
    },
  });

const tripRoute = ({ gate }: Parts): Route =>
  route({
    ...POSTED,
    path: '/v1/runs/trip',
    audited: ['run-tripped', 'agent-halted', 'approval-voided', 'lock-evicted'],
    doc: doc('Record why a supervised command is being killed, and halt its agent until an operator resumes it'),
    body: TripBody,
    response: Type.Object({ ...ReceiptReply.properties, halt: Type.Integer() }),
    handle: async ({ principal, body }) => {
      const { tenant, agent } = agentOf(principal);
      const receipt = await gate.record(tenant, 'run-tripped', body, principal, { agent });
      const scope: HaltScope = { kind: 'agent', id: agent };
      const { index } = await gate.halt(tenant, scope, `${body.code} in run ${body.run}`, principal);
      return { ...receipt, halt: index };
    },
  });

const endRoute = ({ gate, store, signNow }: Parts): Route =>
  route({
    ...POSTED,
    path: '/v1/runs/end',
    audited: ['run-ended'],
    doc: doc('Record what was observed of the end of a supervised command; the answer holds a receipt and a signed checkpoint, verifiable offline'),
    body: EndBody,
    response: Type.Object({ ...ReceiptReply.properties, receipt: jsonObject(), note: Type.Union([Type.String(), Type.Null()]) }),
    handle: async ({ principal, body }) => {
      const { tenant, agent } = agentOf(principal);
      const recorded = await gate.record(tenant, 'run-ended', body as Static<typeof EndBody>, principal, { agent });
      const { note } = await signNow(tenant);
      const size = note === null ? 0 : Number(note.split('\n')[1]);
      const signed = size > recorded.index ? size : recorded.index + 1;
      const receipt = await inclusionReceipt(store, tenant, { index: recorded.index, size: signed });
      return { ...recorded, receipt: { ...receipt }, note: size > recorded.index ? note : null };
    },
  });

const feedRoute = ({ gate, store }: Parts): Route =>
  route({
    method: 'GET',
    path: '/v1/runs/feed',
    auth: 'key',
    role: ['agent'],
    tenant: 'key',
    audited: [],
    doc: doc('What the agent of the key used and did, as it becomes durable (SSE): what its supervisor counts, and its halts'),
    query: Type.Object({ from: Type.Optional(integer(0, MAX)) }, CLOSED),
    response: { contentType: 'text/event-stream; charset=utf-8' },
    handle: async ({ principal, query, signal }) => {
      const { tenant, agent } = agentOf(principal);
      const from = query.from ?? (await store.head(tenant)).size;
      const still = (): boolean => isStill(principal as Principal, gate);
      return { contentType: 'text/event-stream; charset=utf-8', body: runFeed({ gate, store, tenant, agent, from, aborted: signal(), still }) };
    },
  });
