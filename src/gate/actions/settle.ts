import { AegisError } from '../../errors.ts';
import { OUTCOME_STATUSES } from '../../kernel/entry.ts';
import { isAmount } from '../../kernel/amounts.ts';
import type { EntryBodies, Usage } from '../../kernel/entry.ts';
import type { Policy } from '../../kernel/policy.ts';
import type { ApprovalId } from '../../kernel/ids.ts';
import type { ActionState } from '../../kernel/world.ts';
import { openEntry } from '../../log/entry.ts';
import { actionOf, sessionOf } from '../../kernel/owned.ts';
import { digestOf } from '../../wire/digest.ts';
import type { ContentReceipt, Outcome as ActionOutcome } from '../nouns.ts';
import type { Operation } from '../queue/operation.ts';
import { ok } from '../queue/operation.ts';
import type { WriteBatch } from '../queue/write-batch.ts';
import { SYSTEM } from '../principal.ts';
import { policyOf } from '../tenant/tenant.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { sealValue } from '../sealing/seal-value.ts';
import { sessionSubject } from '../../log/session-subject.ts';
import { foundIn } from './found-in.ts';
import { redactAside } from './redact.ts';
import { endApproval } from './record-decision.ts';
import { readValue } from './read-value.ts';
import type { ReadValue } from './read-value.ts';

type Settled = EntryBodies['action-settled'];
const NO_BYTES = { findings: [], prints: () => [] };

function checkOutcome(outcome: ActionOutcome): void {
  if (!OUTCOME_STATUSES.includes(outcome.status))
    throw new AegisError('REQUEST_INVALID', { detail: 'status is not one of the outcome states' }, '/status');
  for (const field of ['usdMicros', 'tokens'] as const) {
    const value = outcome.usage[field];
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 0)) {
      throw new AegisError('REQUEST_INVALID', { detail: `${field} must be a non-negative integer` }, `/usage/${field}`);
    }
  }
  if (outcome.errorCode !== undefined && !/^[\x20-\x7e]{1,128}$/.test(outcome.errorCode)) {
    throw new AegisError('REQUEST_INVALID', { detail: 'errorCode must be 1–128 printable characters' }, '/errorCode');
  }
}

interface Settlement {
  readonly body: Settled;
  /** What lies beside it. */
  readonly bytes: Uint8Array | null;
}

function settlementOf(outcome: ActionOutcome, value: ReadValue | null, place: { readonly salt: string; readonly session: string }): Settlement {
  const { prints, findings } = value ?? NO_BYTES;
  const code = outcome.errorCode === undefined ? {} : { errorCode: redactAside(outcome.errorCode).slice(0, 128) };
  const sealed = sealValue({ ...(value === null ? {} : { bytes: value.bytes }), findings, ...code, session: place.session });
  const body = {
    action: outcome.action,
    status: outcome.status,
    usage: outcome.usage,
    ...(value === null ? {} : { resultDigest: value.digest }),
    ...(outcome.state === undefined ? {} : { stateDigest: digestOf(outcome.state) }),
    ...(sealed.errorCode === undefined ? {} : { errorCode: sealed.errorCode }),
    source: outcome.source,
    trusted: outcome.trusted,
    prints: prints(place.salt),
    findings: sealed.findings,
  };
  return { body, bytes: sealed.bytes };
}

/** The settlement that is in the log already, when it says the same. @throws AegisError NOT_FOUND, CONFLICT */
async function settledBefore(tenant: Tenant, outcome: ActionOutcome, value: ReadValue | null): Promise<ContentReceipt> {
  const [found] = await tenant.deps.store.read(tenant.id, {
    type: 'action-settled',
    agent: outcome.agent,
    action: outcome.action,
    limit: 1,
    reverse: true,
  });
  if (found === undefined) throw new AegisError('NOT_FOUND', { what: 'action' });
  const entry = openEntry(found.bytes, found.index);
  if (entry.type !== 'action-settled') throw new AegisError('NOT_FOUND', { what: 'action' });
  const digest = (body: Settled): string => digestOf({ ...body, prints: [], findings: [] });
  if (digest(entry.body) !== digest(settlementOf(outcome, value, { salt: '', session: entry.session ?? '' }).body)) {
    throw new AegisError('CONFLICT', { detail: 'Another outcome was already recorded for this action.' });
  }
  return { index: found.index, leaf: found.leaf, findings: foundIn(value?.findings ?? []) };
}

/**
 * Records what really happened, once (GATE-10). The same outcome again gets the first receipt; another is a CONFLICT. An action of
 * another agent is NOT_FOUND. @throws AegisError NOT_FOUND, CONFLICT, REQUEST_INVALID
 */
export async function settle(tenant: Tenant, outcome: ActionOutcome): Promise<ContentReceipt> {
  checkOutcome(outcome);
  const known = actionOf(tenant.queue.durable().world, outcome.agent, outcome.action);
  const most = Math.min(tenant.limits.valueBytes, known?.decision.obligations.maxOutputBytes ?? tenant.limits.valueBytes);
  const { agent, result, source, digests } = outcome;
  const read =
    result === undefined
      ? null
      : readValue(tenant, { agent, session: known?.session }, { name: known?.name ?? '', value: result, source, most, digests });
  const value = read instanceof Promise ? await read : read;
  const receipt = await tenant.queue.submit(settling(tenant, outcome, value));
  return receipt ?? settledBefore(tenant, outcome, value);
}

/** A model the policy prices costs what the policy says, whatever a catalogue knows (SPEND-10). */
function pricedUsage({ models }: Policy, name: string, { usage, counts }: ActionOutcome): Usage {
  const tier = counts === undefined ? undefined : models.find(({ model }) => name === `model:${model}`);
  if (tier === undefined || counts === undefined) return usage;
  const cost = (counts.input * tier.usdMicrosPerMillionInput + counts.output * tier.usdMicrosPerMillionOutput) / 1_000_000;
  const usdMicros = Math.ceil(cost);
  return isAmount(usdMicros) ? { ...usage, usdMicros } : usage;
}

/** Null: the world does not know the action as open; the log may. */
/** Its agent will not run it, so nobody need answer: the question is voided and the action denied (SDK-15). */
function withdrawn(tenant: Tenant, batch: WriteBatch, { agent, session }: ActionState, approval: ApprovalId): ContentReceipt {
  const receipt = batch.write('approval-voided', { approval, reason: 'its agent took it back' }, { actor: SYSTEM, agent, session });
  endApproval(tenant, batch, approval);
  return { ...receipt, findings: [] };
}

function settling(tenant: Tenant, asked: ActionOutcome, value: ReadValue | null): Operation<ContentReceipt | null> {
  return (batch) => {
    const known = actionOf(batch.world(), asked.agent, asked.action);
    if (known === undefined) return ok(null);
    const outcome = { ...asked, usage: pricedUsage(policyOf(tenant, batch.world()), known.name, asked) };
    if (known.decision.effect === 'ask' && asked.status === 'cancelled') return ok(withdrawn(tenant, batch, known, known.decision.ask.approval));
    const { effect } = known.decision;
    if (effect !== 'allow' && effect !== 'modify')
      throw new AegisError('CONFLICT', { detail: `The action was not allowed (${effect}), so it has no outcome.` });
    if (known.settled) return ok(null);
    const { agent, session } = known;
    const salt = sessionOf(batch.world(), known)?.salt ?? '';
    const { body, bytes } = settlementOf(outcome, value, { salt, session });
    const payload = bytes === null ? {} : { payload: { subject: sessionSubject(known), bytes } };
    const receipt = batch.write('action-settled', body, { actor: { kind: 'agent', id: agent }, agent, session, ...payload });
    return ok({ ...receipt, findings: foundIn(value?.findings ?? []) });
  };
}
