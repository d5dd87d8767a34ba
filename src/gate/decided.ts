import type { Action } from '../kernel/action.ts';
import { conclude } from '../kernel/conclude.ts';
import type { Decision } from '../kernel/decision.ts';
import type { ActionRecord } from '../kernel/entry.ts';
import type { Digest } from '../kernel/ids.ts';
import { ledgersOf } from '../kernel/ledger.ts';
import { mustHalt } from '../kernel/violations.ts';
import { sha256 } from '../wire/digest.ts';
import { canonicalBytes } from '../wire/jcs.ts';
import { askContext } from './ask-digest.ts';
import type { Desk } from './desk.ts';
import { SYSTEM } from './desk.ts';
import { haltOn } from './halt.ts';
import type { Room } from './room.ts';
import { policyOf, shelved } from './room.ts';

export function recordOf(action: Action): ActionRecord {
  const { tenant: _tenant, agent: _agent, session: _session, args: _args, at: _at, ...record } = action;
  return record;
}

/** Decides against the desk's world, under the policy in force there. Writes nothing. */
export function judge(room: Room, desk: Desk, action: Action): Decision {
  const policy = policyOf(room, desk.world());
  return conclude(
    action,
    desk.world(),
    policy,
    askContext(action, policy, () => room.deps.ids.next()),
  );
}

/**
 * Records a decision, with the arguments beside the log (GATE-9), and what follows from it at once: the ask is held, an agent that
 * violated too often is halted (GATE-8).
 */
export function writeDecided(room: Room, desk: Desk, decided: { action: Action; decision: Decision; bytes: Uint8Array; digest?: Digest }): void {
  const { action, decision, bytes } = decided;
  const policy = policyOf(room, desk.world());
  const subject = `session/${action.session}`;
  const runs = decision.effect === 'allow' || decision.effect === 'modify';
  const ledgers = runs ? ledgersOf(action, desk.world(), policy) : [];
  let recorded = decision;
  if (decision.effect === 'modify') {
    const replacement = canonicalBytes(decision.modify.args);
    const digest = sha256(replacement);
    desk.keep({ digest, subject, bytes: replacement });
    recorded = { ...decision, modify: { args: shelved(digest) } };
  }
  const payload = { subject, bytes, ...(decided.digest === undefined ? {} : { digest: decided.digest }) };
  const place = { actor: { kind: 'agent', id: action.agent }, agent: action.agent, session: action.session, payload } as const;
  desk.write('action-decided', { action: recordOf(action), decision: recorded, ledgers }, place);
  if (decision.effect === 'ask') {
    room.held.set(decision.ask.approval, { action, bytes, erased: false });
    room.expiryDue(decision.ask.expiresAt);
  }
  const world = desk.world();
  if (decision.effect !== 'deny' || !mustHalt(action.agent, desk.at, world, policy)) return;
  const scope = { kind: 'agent', id: action.agent } as const;
  if (world.halts.some((halt) => halt.scope.kind === 'agent' && halt.scope.id === action.agent)) return;
  haltOn(room, desk, { scope, reason: 'denied too often in a short time', cause: 'violations', actor: SYSTEM });
}
