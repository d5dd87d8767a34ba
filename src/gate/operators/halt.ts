import { AegisError } from '../../errors.ts';
import type { Actor, HaltScope } from '../../kernel/entry.ts';
import { DECIDERS } from '../../kernel/role.ts';
import type { World } from '../../kernel/world.ts';
import type { Principal, Receipt } from '../nouns.ts';
import type { Operation } from '../queue/operation.ts';
import { ok } from '../queue/operation.ts';
import { operatorOf } from '../principal.ts';
import { haltOn, placeOf } from '../actions/record-decision.ts';
import type { HaltTerms, Tenant } from '../tenant/tenant.ts';

export function sameScope(a: HaltScope, b: HaltScope): boolean {
  return a.kind === b.kind && (a.kind === 'all' || (b.kind !== 'all' && a.id === b.id));
}

export function halting(tenant: Tenant, terms: HaltTerms): Operation<Receipt> {
  return (batch) => ok(haltOn(tenant, batch, terms));
}

/** @throws AegisError CONFLICT when nothing of this scope is halted. */
export function resuming(scope: HaltScope, reason: string, actor: Actor): Operation<Receipt> {
  return (batch) => {
    if (!batch.world().halts.some((halt) => sameScope(halt.scope, scope)))
      throw new AegisError('CONFLICT', { detail: 'Nothing with this scope is halted.' });
    return ok(batch.write('agent-resumed', { scope, reason }, { actor, ...placeOf(scope) }));
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
export async function haltNow(tenant: Tenant, terms: HaltTerms): Promise<Receipt> {
  try {
    return await tenant.queue.submit(halting(tenant, terms), 'urgent');
  } catch (error) {
    if (error instanceof AegisError && error.code === 'GATE_CLOSED') tenant.unrecorded.push(terms);
    throw error;
  }
}
