import { AegisError } from '../../errors.ts';
import type { HaltScope } from '../../kernel/entry.ts';
import { DECIDERS } from '../../kernel/role.ts';
import type { World } from '../../kernel/world.ts';
import type { Principal, Receipt } from '../nouns.ts';
import type { Operation } from '../queue/operation.ts';
import { ok } from '../queue/operation.ts';
import { actorOf, operatorOf } from '../principal.ts';
import { haltOn, placeOf } from '../actions/record-decision.ts';
import type { HaltTerms, Tenant } from '../tenant/tenant.ts';

export function sameScope(a: HaltScope, b: HaltScope): boolean {
  return a.kind === b.kind && (a.kind === 'all' || (b.kind !== 'all' && a.id === b.id));
}

/** `may` is asked again whenever it is decided again: whoever was removed meanwhile halts nothing. */
export function halting(tenant: Tenant, terms: HaltTerms, may: (world: World) => void = () => undefined): Operation<Receipt> {
  return (batch) => {
    may(batch.world());
    return ok(haltOn(tenant, batch, terms));
  };
}

/** @throws AegisError FORBIDDEN, and CONFLICT when nothing of this scope is halted. */
export function resuming(scope: HaltScope, reason: string, by: Principal): Operation<Receipt> {
  return (batch) => {
    operatorOf(by, batch.world(), DECIDERS);
    if (!batch.world().halts.some((halt) => sameScope(halt.scope, scope)))
      throw new AegisError('CONFLICT', { detail: 'Nothing with this scope is halted.' });
    return ok(batch.write('agent-resumed', { scope, reason }, { actor: actorOf(by), ...placeOf(scope) }));
  };
}

/** An agent halts itself and its own sessions only. @throws AegisError FORBIDDEN */
export function checkHalter(by: Principal | 'system', scope: HaltScope, world: World): void {
  if (by === 'system') return;
  if (by.role !== 'agent') return void operatorOf(by, world, DECIDERS);
  const own = scope.kind === 'session' ? world.sessions.get(scope.id)?.agent === by.agent : scope.kind === 'agent' && scope.id === by.agent;
  if (!own) throw new AegisError('FORBIDDEN', { role: 'agent', needs: 'operator' });
}

/** Local at once, recorded as soon as it can be: a halt that cannot be written still refuses (GATE-8). */
export async function haltNow(tenant: Tenant, terms: HaltTerms, may?: (world: World) => void): Promise<Receipt> {
  try {
    return await tenant.queue.submit(halting(tenant, terms, may), 'urgent');
  } catch (error) {
    if (error instanceof AegisError && error.code === 'GATE_CLOSED') tenant.unrecorded.push(terms);
    throw error;
  }
}
