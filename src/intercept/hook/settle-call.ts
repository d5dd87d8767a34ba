import type { ActionId, SessionId } from '../../kernel/ids.ts';
import type { Json } from '../../kernel/json.ts';
import { actionOf } from '../../kernel/owned.ts';
import type { ActionState } from '../../kernel/world.ts';
import { keyOf, malformed, sessionFor } from './event.ts';
import type { HookEvent, HookState } from './event.ts';
import { actionIdOf } from './normalise.ts';

/** What a tool did: settles its action, and labels what it answered, so that later arguments can be traced to it (HOOK-5). */
export async function settleCall(state: HookState, event: HookEvent, meaning: 'ran' | 'failed'): Promise<void> {
  const session = await sessionFor(state, event);
  const { protocol } = event.harness;
  const call = protocol.call(event.event, event.payload);
  if (call === null) throw await malformed(state, event);
  const queued = state.openCalls.closed(keyOf(event, session, call));
  const id = call.callId === undefined ? queued : actionIdOf(session, call.callId, state.digestOf);
  const result = protocol.result(event.event, event.payload);
  const action = id === undefined ? undefined : actionOf(state.gate.world(event.caller.tenant), event.caller.agent, id);
  if (id === undefined || action === undefined) return label(state, event, session, result);
  if (action.settled) return;
  if (action.decision.effect === 'ask') return voidApproval(state, event, { session, action, result });
  await settle(state, event, { id, status: meaning === 'ran' ? 'succeeded' : 'failed', result });
}

interface Outcome {
  readonly id: ActionId;
  readonly status: 'succeeded' | 'failed';
  readonly result: Json | undefined;
}

async function settle({ gate }: HookState, { caller }: HookEvent, { id, status, result }: Outcome): Promise<void> {
  const { tenant, agent } = caller;
  const outcome = { tenant, agent, action: id, status, usage: {}, source: 'tool_output', trusted: false } as const;
  await gate.settle(result === undefined ? outcome : { ...outcome, result });
}

async function label({ gate }: HookState, { caller }: HookEvent, session: SessionId, value: Json | undefined): Promise<void> {
  if (value !== undefined) await gate.label({ tenant: caller.tenant, agent: caller.agent, session, source: 'tool_output', trusted: false, value });
}

/** An asked action that ran: the person at the harness said yes to the harness, so there is nothing left to ask in Aegis (HOOK-4). */
async function voidApproval(
  state: HookState,
  event: HookEvent,
  call: { session: SessionId; action: ActionState; result: Json | undefined },
): Promise<void> {
  const { decision } = call.action;
  const { tenant, agent } = event.caller;
  if (decision.effect === 'ask' && state.gate.world(tenant).approvals.get(decision.ask.approval)?.status === 'pending') {
    const reason = `answered by the person at ${event.harness.name}; it ran`;
    await state.gate.record(tenant, 'approval-voided', { approval: decision.ask.approval, reason }, 'system', { agent, session: call.session });
  }
  await label(state, event, call.session, call.result);
}
