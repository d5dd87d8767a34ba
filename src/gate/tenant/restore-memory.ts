import { AegisError } from '../../errors.ts';
import type { Action } from '../../kernel/action.ts';
import type { ActionRecord, EntryOf } from '../../kernel/entry.ts';
import type { Digest, TenantId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { sessionOf } from '../../kernel/owned.ts';
import type { Policy } from '../../kernel/policy.ts';
import type { ApprovalState, World } from '../../kernel/world.ts';
import { besideDecision } from '../../log/beside.ts';
import { openEntry } from '../../log/entry.ts';
import { canonicalBytes } from '../../wire/jcs.ts';
import type { GateDeps } from '../deps.ts';
import { reloadPolicy } from './policies.ts';
import { parseOwn } from '../input.ts';
import { withArgs } from '../actions/inspect-proposal.ts';
import { editKey, isLive } from './tenant.ts';
import type { HeldAction, Memory } from './tenant.ts';

function actionFrom(entry: EntryOf<'action-decided'>, record: ActionRecord, args: JsonObject): Action {
  return { ...record, tenant: entry.tenant, agent: entry.agent as Action['agent'], session: entry.session as Action['session'], args, at: entry.at };
}

/** An asked action as it was decided, from its entry and what lies beside it. */
export async function heldFrom({ store }: Pick<GateDeps, 'store'>, entry: EntryOf<'action-decided'>): Promise<HeldAction> {
  const whole = await besideDecision(store, entry);
  if (whole === 'erased')
    return { action: actionFrom(entry, entry.body.action, {}), decision: entry.body.decision, bytes: new Uint8Array(), erased: true };
  return { action: actionFrom(entry, whole.action, whole.args), decision: whole.decision, bytes: canonicalBytes(whole.args), erased: false };
}

async function hold(deps: GateDeps, tenant: TenantId, state: ApprovalState): Promise<HeldAction> {
  const [sealed] = await deps.store.read(tenant, { from: state.index, to: state.index + 1, limit: 1 });
  const entry = sealed === undefined ? null : openEntry(sealed.bytes, sealed.index);
  if (entry?.type !== 'action-decided')
    throw new AegisError('STORE_CORRUPT', { index: state.index, detail: 'it is not the decision its approval names' });
  return heldFrom(deps, entry);
}

async function holdEdit(deps: GateDeps, world: World, held: HeldAction, terms: { digest: Digest; policy: Policy }): Promise<HeldAction> {
  const bytes = await deps.store.payload(held.action.tenant, terms.digest);
  if (bytes === 'erased' || bytes === null) return { ...held, erased: true };
  const salt = sessionOf(world, held.action)?.salt ?? '';
  const edited = { args: parseOwn(bytes), argsDigest: terms.digest };
  return { ...held, action: withArgs(held.action, edited, { inspect: deps.inspect, policy: terms.policy, salt }), bytes, erased: false };
}

/** The policy in force and every asked action that still waits, from the log and the bytes beside it (GATE-12, ASK-26). */
export async function restoreMemory(deps: GateDeps, tenant: TenantId, { world, memory }: { world: World; memory: Memory }): Promise<void> {
  if (world.policy !== null && !memory.policies.has(world.policy)) memory.policies.set(world.policy, await policyFromLog(deps, tenant, world.policy));
  for (const [approval, state] of world.approvals.entries()) {
    if (!isLive(state)) continue;
    const held = memory.held.get(approval) ?? (await hold(deps, tenant, state));
    memory.held.set(approval, held);
    const digest = state.editedArgsDigest;
    const policy = world.policy === null ? undefined : memory.policies.get(world.policy);
    if (digest === undefined || policy === undefined || memory.edits.has(editKey(approval, digest))) continue;
    memory.edits.set(editKey(approval, digest), await holdEdit(deps, world, held, { digest, policy }));
  }
}

async function policyFromLog({ store, policies }: GateDeps, tenant: TenantId, digest: Digest): Promise<Policy> {
  for (const sealed of await store.read(tenant, { type: 'policy-activated', limit: 16, reverse: true })) {
    const entry = openEntry(sealed.bytes, sealed.index);
    if (entry.type !== 'policy-activated' || entry.body.digest !== digest || entry.payload === undefined) continue;
    const bytes = await store.payload(tenant, entry.payload);
    const policy = bytes === null || bytes === 'erased' ? null : await reloadPolicy(policies.compile, bytes, digest);
    if (policy !== null) return policy;
  }
  throw new AegisError('STORE_CORRUPT', { index: 0, detail: 'the policy in force cannot be made from what lies beside the log' });
}
