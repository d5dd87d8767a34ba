import { AegisError } from '../errors.ts';
import type { Actor } from '../kernel/entry.ts';
import type { Decider } from '../kernel/role.ts';
import type { World } from '../kernel/world.ts';
import type { Principal } from './nouns.ts';

/** Aegis itself: expiry, start-up, clock. */
export const SYSTEM: Actor = { kind: 'system' };

export function actorOf(by: Principal | 'system'): Actor {
  if (by === 'system') return SYSTEM;
  if (by.role === 'agent') return { kind: 'agent', id: by.agent };
  return { kind: 'operator', id: by.operator, role: by.role, ...(by.presence === undefined ? {} : { presence: by.presence }) };
}

/**
 * The operator behind a principal, with the role the log gives it now: a role a request claims is not enough, and who was removed is
 * nobody (ASK-21). @throws AegisError FORBIDDEN
 */
export function operatorOf(by: Principal, world: World, needs: readonly Decider[]): Principal & { role: Decider } {
  const forbidden = new AegisError('FORBIDDEN', { role: by.role, needs: needs.join(' or ') });
  if (by.role === 'agent') throw forbidden;
  const known = world.operators.get(by.operator);
  if (known === undefined || !known.active || known.role === 'auditor') throw forbidden;
  if (!needs.includes(known.role) || by.role !== known.role) throw forbidden;
  return { ...by, role: known.role };
}
