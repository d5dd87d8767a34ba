import { AegisError } from '../errors.ts';
import { normalise } from '../inspect/trace/normalise.ts';
import type { SessionId } from '../kernel/ids.ts';
import type { Gate, Principal, Receipt } from './gate.ts';
import { printer } from './read.ts';

export interface Endorsement {
  readonly session: SessionId;
  /** The value as it stands in the arguments: a recipient, an address, an amount. */
  readonly value: string | number | boolean;
  readonly reason: string;
}

/** An operator's word that one value is fine in one session (TAINT-7). Only its fingerprint is recorded. @throws AegisError NOT_FOUND, FORBIDDEN */
export function endorse(gate: Gate, by: Principal, { session, value, reason }: Endorsement): Promise<Receipt> {
  if (by.role === 'agent') throw new AegisError('FORBIDDEN', { role: 'agent', needs: 'operator or admin' });
  const known = gate.world(by.tenant).sessions.get(session);
  if (known === undefined) throw new AegisError('NOT_FOUND', { what: 'session' });
  const prints = [printer(known.salt)(normalise(value))];
  return gate.record(by.tenant, 'value-endorsed', { prints, by: by.operator, reason }, by, { agent: known.agent, session });
}
