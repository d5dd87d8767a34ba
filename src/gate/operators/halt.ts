import { AegisError } from '../../errors.ts';
import type { HaltScope } from '../../kernel/entry.ts';
import type { AgentId, SessionId } from '../../kernel/ids.ts';
import { sameScope } from '../../kernel/halt-scope.ts';
import { sessionOf } from '../../kernel/owned.ts';
import { DECIDERS } from '../../kernel/role.ts';
import type { World } from '../../kernel/world.ts';
import type { Halted, Principal, Receipt } from '../nouns.ts';
import type { Operation } from '../queue/operation.ts';
import { ok } from '../queue/operation.ts';
import { ambiguous } from '../owner.ts';
import { actorOf, operatorOf } from '../principal.ts';
import { haltOn, placeOf } from '../actions/record-decision.ts';
import type { HaltTerms, Tenant } from '../tenant/tenant.ts';

/** `may` is asked again whenever it is decided again: whoever was removed meanwhile halts nothing. */
export function halting(tenant: Tenant, terms: HaltTerms, may: (world: World) => unknown = () => undefined): Operation<Halted> {
  return (batch) => {
    may(batch.world());
    return ok(haltOn(tenant, batch, terms));
  };
}

/**
 * Lifts a halt; of a session also what an injected result holds back (TAINT-13).
 * @throws AegisError FORBIDDEN, CONFLICT when nothing of this scope is halted or held back, OWNER_AMBIGUOUS when sessions of several agents are
 */
export function resuming(asked: HaltScope, reason: string, by: Principal): Operation<Receipt> {
  return (batch) => {
    operatorOf(by, batch.world(), DECIDERS);
    const scope = haltedScope(asked, batch.world());
    return ok(batch.write('agent-resumed', { scope, reason }, { actor: actorOf(by), ...placeOf(scope) }));
  };
}

/** The halt that is meant: of a session's bare name, the only one of that name. */
function haltedScope(asked: HaltScope, world: World): HaltScope {
  const { halts } = world;
  if (halts.some(({ scope }) => sameScope(scope, asked))) return asked;
  const nothing = new AegisError('CONFLICT', { detail: 'Nothing with this scope is halted.' });
  if (asked.kind !== 'session') throw nothing;
  if (asked.agent !== undefined) {
    if (sessionOf(world, { agent: asked.agent, session: asked.id })?.injected === undefined) throw nothing;
    return asked;
  }
  const halted = halts.flatMap(({ scope }) => (scope.kind === 'session' && scope.id === asked.id ? [scope] : []));
  const held = injectedAgents(asked.id, world).map((agent) => ({ ...asked, agent }));
  const named = halted.length > 0 ? halted : held;
  const [only] = named;
  if (only === undefined) throw nothing;
  const owners = named.flatMap(({ agent }) => agent ?? []);
  if (owners.length > 1) throw ambiguous('session', asked.id, owners.sort());
  return only;
}

/** The agents of which a session of this name holds instructions to the model. A person asks, so every session may be looked at. */
function injectedAgents(session: SessionId, world: World): AgentId[] {
  return [...world.agents.entries()].flatMap(([agent]) => (sessionOf(world, { agent, session })?.injected === undefined ? [] : [agent]));
}

/** What a halt is of, once it is known who asks: an agent halts itself and its own sessions only. @throws AegisError FORBIDDEN */
export function haltedBy(by: Principal | 'system', scope: HaltScope, world: World): HaltScope {
  if (by === 'system') return scope;
  if (by.role !== 'agent') {
    operatorOf(by, world, DECIDERS);
    return scope;
  }
  const { agent } = by;
  if (scope.kind === 'agent' && scope.id === agent) return scope;
  const own = scope.kind === 'session' && (scope.agent ?? agent) === agent && sessionOf(world, { agent, session: scope.id })?.agent === agent;
  if (!own) throw new AegisError('FORBIDDEN', { role: 'agent', needs: 'operator' });
  return { ...scope, agent };
}

/** Local at once, recorded as soon as it can be: a halt that cannot be written still refuses (GATE-8). */
export async function haltNow(tenant: Tenant, terms: HaltTerms, may?: (world: World) => unknown): Promise<Halted> {
  try {
    return await tenant.queue.submit(halting(tenant, terms, may), 'urgent');
  } catch (error) {
    if (error instanceof AegisError && error.code === 'GATE_CLOSED') tenant.unrecorded.push(terms);
    throw error;
  }
}
