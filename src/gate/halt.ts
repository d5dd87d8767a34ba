import { AegisError } from '../errors.ts';
import type { Actor, EntryBodies, HaltScope } from '../kernel/entry.ts';
import { endApproval } from './approval-end.ts';
import type { Desk } from './desk.ts';
import { SYSTEM } from './desk.ts';
import type { Receipt } from './gate.ts';
import type { Operation } from './operation.ts';
import { ok } from './operation.ts';
import type { Room } from './room.ts';

export interface HaltTerms {
  readonly scope: HaltScope;
  readonly reason: string;
  readonly cause: EntryBodies['agent-halted']['cause'];
  readonly actor: Actor;
}

export function covers(scope: HaltScope, place: { readonly agent: string; readonly session: string }): boolean {
  return scope.kind === 'all' || (scope.kind === 'agent' ? scope.id === place.agent : scope.id === place.session);
}

export function sameScope(a: HaltScope, b: HaltScope): boolean {
  return a.kind === b.kind && (a.kind === 'all' || (b.kind !== 'all' && a.id === b.id));
}

/** The halt, the denial of everything it covers that waits for a person, and the return of the locks held (GATE-8). */
export function haltOn(room: Room, desk: Desk, terms: HaltTerms): Receipt {
  const { scope, reason, cause, actor } = terms;
  const receipt = desk.write('agent-halted', { scope, reason, cause }, { actor, ...placeOf(scope) });
  for (const [approval, state] of [...desk.world().approvals.entries()]) {
    if ((state.status === 'pending' || state.status === 'granted') && covers(scope, state)) {
      desk.write('approval-voided', { approval, reason: `halted: ${reason}` }, { actor: SYSTEM, agent: state.agent, session: state.session });
      endApproval(room, desk, approval);
    }
  }
  if (scope.kind === 'all') return receipt;
  for (const [resource, lock] of [...desk.world().locks.entries()]) {
    for (const { agent, session, fence } of lock.holders) {
      if (covers(scope, { agent, session })) desk.write('lock-evicted', { resource, fence, reason: 'halted' }, { actor: SYSTEM, agent, session });
    }
  }
  return receipt;
}

function placeOf(scope: HaltScope): object {
  return scope.kind === 'agent' ? { agent: scope.id } : scope.kind === 'session' ? { session: scope.id } : {};
}

export function halting(room: Room, terms: HaltTerms): Operation<Receipt> {
  return (desk) => ok(haltOn(room, desk, terms));
}

/** @throws AegisError CONFLICT when nothing of this scope is halted. */
export function resuming(scope: HaltScope, reason: string, actor: Actor): Operation<Receipt> {
  return (desk) => {
    if (!desk.world().halts.some((halt) => sameScope(halt.scope, scope)))
      throw new AegisError('CONFLICT', { detail: 'Nothing with this scope is halted.' });
    return ok(desk.write('agent-resumed', { scope, reason }, { actor, ...placeOf(scope) }));
  };
}
