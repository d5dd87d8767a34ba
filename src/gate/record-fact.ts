import { AegisError } from '../errors.ts';
import type { EntryBodies, EntryType } from '../kernel/entry.ts';
import { sessionOf } from '../kernel/owned.ts';
import { sessionSubject } from '../log/session-subject.ts';
import { canonicalResource } from '../kernel/resource-id.ts';
import { ACTING, DECIDERS } from '../kernel/role.ts';
import type { AgentId, SessionId, TenantId } from '../kernel/ids.ts';
import type { World } from '../kernel/world.ts';
import { canonicalBytes } from '../wire/jcs.ts';
import type { FactPlace, Principal, Receipt } from './nouns.ts';
import type { Operation } from './queue/operation.ts';
import { ok } from './queue/operation.ts';
import { loggedResource } from './sealing/resource-name.ts';
import { sealFact } from './sealing/seal-fact.ts';
import { ownerOf } from './owner.ts';
import { actorOf, operatorOf } from './principal.ts';

type Writer = (typeof ACTING)[number] | 'system';

/** Who may have which fact recorded. A type that is not here has a method of its own, or is written by the gate alone. */
const WRITERS = {
  'tenant-opened': ['admin', 'system'],
  'operator-added': ['admin', 'system'],
  'operator-removed': ['admin', 'system'],
  'agent-revoked': [...DECIDERS, 'system'],
  'memory-labelled': ['agent', 'system'],
  'value-sanitised': [...DECIDERS, 'system'],
  'value-endorsed': DECIDERS,
  'grant-revoked': [...DECIDERS, 'system'],
  'budget-set': [...DECIDERS, 'system'],
  'lock-renewed': ACTING,
  'lock-released': ACTING,
  'lock-evicted': [...DECIDERS, 'system'],
  'event-ingested': ['agent', 'system'],
  'action-journalled': ['agent', 'system'],
  'payload-erased': ['admin', 'system'],
  'key-rotated': ['admin', 'system'],
  'store-recovered': ['system'],
  'admin-reset': ['system'],
  'admin-reset-acknowledged': ['admin'],
  'checkpoint-signed': ['system'],
  'daemon-faulted': ['system'],
  'request-refused': ['agent', 'system'],
  'answer-received': ['agent'],
  'usage-doubted': ['agent'],
  'canary-answered': [...ACTING, 'system'],
  'approval-voided': ['system'],
  'run-started': ['agent', 'system'],
  'run-tripped': ['agent', 'system'],
  'run-ended': ['agent', 'system'],
} as const satisfies { readonly [T in EntryType]?: readonly Writer[] };

/** Facts that need more than to be written; each has a method of its own. */
const OWN_METHOD = ['tenant-opened', 'payload-erased', 'value-endorsed'] as const;

type Writable = keyof typeof WRITERS;

/** What may be recorded as it is. */
export type FactType = Exclude<Writable, (typeof OWN_METHOD)[number]>;

export function isFact(type: string): type is FactType {
  return Object.hasOwn(WRITERS, type) && !(OWN_METHOD as readonly string[]).includes(type);
}

function checkWriter(type: Writable, by: Principal | 'system', world: World): void {
  const writers: readonly Writer[] = WRITERS[type];
  const needs = DECIDERS.filter((role) => writers.includes(role));
  if (by === 'system' || by.role === 'agent') {
    const role = by === 'system' ? 'system' : 'agent';
    if (!writers.includes(role)) throw new AegisError('FORBIDDEN', { role, needs: needs.join(' or ') || 'system' });
    return;
  }
  operatorOf(by, world, needs);
}

/** LOCK-2, LOCK-8: only who holds the fence, in a session that is open, renews or releases; a lower fence is told so. */
function checkFence(body: { readonly resource: string; readonly fence: number }, by: Principal | 'system', world: World): void {
  const holder = world.locks.get(canonicalResource(body.resource))?.holders.find((one) => one.fence === body.fence);
  const mine = holder !== undefined && (by === 'system' || by.role !== 'agent' || holder.agent === by.agent);
  if (!mine || holder.expiresAt <= world.at || sessionOf(world, holder)?.closed === true)
    throw new AegisError('CONFLICT', { detail: 'This fence does not hold the resource, or no longer does.' });
}

/** A second key for somebody who is there would end the first: two daemons may be asked for the same person at once. */
function checkNew({ operator }: EntryBodies['operator-added'], world: World): void {
  if (world.operators.get(operator)?.active === true) throw new AegisError('CONFLICT', { detail: `The operator ${operator} exists already` });
}

/** Nobody signs in another's name. */
function checkSigned(body: object, by: Principal | 'system'): void {
  if (by === 'system' || by.role === 'agent' || !('by' in body) || body.by === by.operator) return;
  throw new AegisError('FORBIDDEN', { role: by.role, needs: 'the person named in `by`' });
}

/** An agent writes about itself only, in a session of its own. */
function checkOwn(place: FactPlace, by: Principal | 'system', world: World): void {
  if (by === 'system' || by.role !== 'agent') return;
  if (place.agent !== undefined && place.agent !== by.agent) throw new AegisError('NOT_FOUND', { what: 'agent' });
  const session = place.session === undefined ? undefined : sessionOf(world, { agent: by.agent, session: place.session });
  if (session !== undefined && session.agent !== by.agent) throw new AegisError('NOT_FOUND', { what: 'session' });
}

/** Whose key seals what is kept with a fact. */
function subjectOf({ session, agent }: { readonly session?: SessionId; readonly agent?: AgentId | undefined }): string {
  if (session !== undefined && agent !== undefined) return sessionSubject({ agent, session });
  return `agent/${agent ?? 'unknown'}`;
}

/** Who renews, releases or evicts names a resource as it asked for it; the log has a name of its own for it. */
function withLoggedName<B extends object>(body: B, world: World, tenant: TenantId): B {
  if (!('resource' in body) || typeof body.resource !== 'string') return body;
  return { ...body, resource: loggedResource(world, tenant, body.resource) };
}

/** Whom a fact is about: the agent that says it, the one it names, or the only one with a session of this name. @throws AegisError NOT_FOUND, OWNER_AMBIGUOUS */
function ownerIn({ agent, session }: FactPlace, by: Principal | 'system', world: World): AgentId | undefined {
  if (by === 'system') return agent;
  if (by.role === 'agent') return by.agent;
  return agent ?? (session === undefined ? undefined : ownerOf(by, { what: 'session', id: session }, world));
}

/** @throws AegisError FORBIDDEN, REQUEST_INVALID, CONFLICT, NOT_FOUND, OWNER_AMBIGUOUS */
export function recording<T extends Writable>(
  fact: { type: T; body: EntryBodies[T]; place: FactPlace },
  by: Principal | 'system',
): Operation<Receipt> {
  const { type, place } = fact;
  return (batch) => {
    const world = batch.world();
    const sealed = sealFact(type, withLoggedName(fact.body, world, batch.tenant));
    const { body } = sealed;
    checkWriter(type, by, world);
    checkOwn(place, by, world);
    if (type === 'operator-added') checkNew(body as EntryBodies['operator-added'], world);
    if (type === 'grant-revoked' || type === 'admin-reset-acknowledged') checkSigned(body, by);
    if (type === 'lock-renewed' || type === 'lock-released') checkFence(body as EntryBodies['lock-released'], by, { ...world, at: batch.at });
    const agent = ownerIn(place, by, world);
    const { kept = sealed.kept, ...rest } = place;
    const session = sealed.session === undefined ? place.session : (sealed.session as SessionId);
    const about = { ...(session === undefined ? {} : { session }), agent };
    const payload = kept === undefined ? {} : { payload: { subject: subjectOf(about), bytes: canonicalBytes(kept) } };
    return ok(batch.write(type, body, { actor: actorOf(by), ...rest, ...payload, ...(agent === undefined ? {} : { agent }) }));
  };
}
