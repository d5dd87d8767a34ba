import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import { loggedResource } from '../gate/sealing/resource-name.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, integer, jsonObject, ReceiptReply } from '../http/shapes.ts';
import { PEOPLE, ACTING } from '../kernel/role.ts';
import type { LockState, World } from '../kernel/world.ts';
import type { ApiParts } from './deps.ts';
import { opened } from './pages.ts';
import { wholeFor } from './sealed-texts.ts';

type Parts = ApiParts<LogGate, 'store'>;

const doc = (summary: string) => ({ summary, tag: 'standing' });
const HOLDERS = { method: 'POST', auth: 'key', role: ACTING, tenant: 'key' } as const;
const held = {
  resource: Type.String({ minLength: 1, maxLength: 512 }),
  fence: integer(0, Number.MAX_SAFE_INTEGER),
};
const DAY_MS = 86_400_000;

/** Who holds what; a holder keeps its lock for longer, or gives it back before its action settles. */
export function lockRoutes(deps: Parts): readonly Route[] {
  return [locksRoute(deps), renewRoute(deps), releaseRoute(deps)];
}

type Holder = LockState['holders'][number];

/** The holder a fence names; for an agent another's fence holds nothing (AUTH-5). */
function holderOf(world: World, principal: Principal, { resource, fence }: { readonly resource: string; readonly fence: number }): Holder {
  const holder = world.locks.get(loggedResource(world, principal.tenant, resource))?.holders.find((one) => one.fence === fence);
  if (holder === undefined || (principal.role === 'agent' && holder.agent !== principal.agent))
    throw new AegisError('CONFLICT', { detail: 'This fence does not hold the resource, or no longer does.' });
  return holder;
}

/** Locks whose names are read: each is one entry and what is sealed beside it. */
const MOST_NAMED = 200;

/** What the agent that holds the lock called the resource, where who asks may read that; the log calls it by a hash (LOG-30). */
async function nameOf({ store }: Parts, principal: Principal, { holders }: LockState): Promise<{ name?: string }> {
  const fence = holders.at(-1)?.fence;
  const [sealed] = fence === undefined ? [] : await store.read(principal.tenant, { from: fence, to: fence + 1, limit: 1 });
  const entry = sealed === undefined ? undefined : opened(sealed);
  const whole = entry?.type === 'action-decided' ? await wholeFor(principal, store, entry) : null;
  const name = whole === null || whole === 'erased' ? undefined : whole.action.resource?.name;
  return name === undefined ? {} : { name };
}

const locksRoute = (deps: Parts): Route =>
  route({
    method: 'GET',
    path: '/v1/locks',
    auth: 'key',
    role: PEOPLE,
    tenant: 'key',
    audited: [],
    doc: doc('Locks with their holders, fences and queues; `name` is what the holder calls the resource, for who may read it'),
    response: Type.Object({ locks: Type.Array(jsonObject()) }),
    handle: async ({ principal }) => {
      const locks = [...deps.gate.world(principal.tenant).locks.entries()];
      const names = await Promise.all(locks.slice(0, MOST_NAMED).map(([, lock]) => nameOf(deps, principal, lock)));
      return { locks: locks.map(([resource, lock], at) => ({ resource, ...names[at], ...lock })) };
    },
  });

const renewRoute = ({ gate }: Parts): Route =>
  route({
    ...HOLDERS,
    path: '/v1/locks/renew',
    audited: ['lock-renewed'],
    doc: doc('Hold a lock for `ttlMs` from now; a refusal (409) means that it is lost, and what it guards must stop'),
    body: Type.Object({ ...held, ttlMs: integer(1, DAY_MS) }, CLOSED),
    response: Type.Object({ index: Type.Integer(), leaf: Type.String(), expiresAt: Type.Integer() }),
    handle: async ({ principal, body }) => {
      const { tenant } = principal;
      const { agent, session } = holderOf(gate.world(tenant), principal, body);
      const receipt = await gate.record(tenant, 'lock-renewed', body, principal, { agent, session });
      return { ...receipt, expiresAt: holderOf(gate.world(tenant), principal, body).expiresAt };
    },
  });

const releaseRoute = ({ gate }: Parts): Route =>
  route({
    ...HOLDERS,
    path: '/v1/locks/release',
    audited: ['lock-released'],
    doc: doc('Give a lock back before its action is settled'),
    body: Type.Object(held, CLOSED),
    response: ReceiptReply,
    handle: ({ principal, body }) => {
      const { agent, session } = holderOf(gate.world(principal.tenant), principal, body);
      return gate.record(principal.tenant, 'lock-released', body, principal, { agent, session });
    },
  });
