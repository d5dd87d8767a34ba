import type { ActionId, SessionId } from '../../kernel/ids.ts';
import type { Json } from '../../kernel/json.ts';
import type { ActionState } from '../../kernel/world.ts';
import { actionIdOf } from './normalise.ts';
import { keyOf, malformed, placeOf } from './heard.ts';
import type { Heard, HookRoom } from './heard.ts';

/** What a tool did: settles its action, and labels what it answered, so that later arguments can be traced to it (HOOK-5). */
export async function settleCall(room: HookRoom, heard: Heard, meaning: 'ran' | 'failed'): Promise<void> {
  const session = await placeOf(room, heard);
  const call = heard.harness.call(heard.event, heard.payload);
  if (call === null) throw await malformed(room, heard);
  const queued = room.open.closed(keyOf(heard, session, call));
  const id = call.callId === undefined ? queued : actionIdOf(session, call.callId, room.digestOf);
  const result = heard.harness.result(heard.event, heard.payload);
  const state = id === undefined ? undefined : room.gate.world(heard.caller.tenant).actions.get(id);
  if (id === undefined || state === undefined || state.agent !== heard.caller.agent) return label(room, heard, session, result);
  if (state.settled) return;
  if (state.decision.effect === 'ask') return answeredThere(room, heard, { session, state, result });
  await settle(room, heard, { id, status: meaning === 'ran' ? 'succeeded' : 'failed', result });
}

interface Ending {
  readonly id: ActionId;
  readonly status: 'succeeded' | 'failed';
  readonly result: Json | undefined;
}

async function settle({ gate }: HookRoom, { caller }: Heard, { id, status, result }: Ending): Promise<void> {
  const { tenant, agent } = caller;
  const outcome = { tenant, agent, action: id, status, usage: {}, source: 'tool_output', trusted: false } as const;
  await gate.settle(result === undefined ? outcome : { ...outcome, result });
}

async function label({ gate }: HookRoom, { caller }: Heard, session: SessionId, value: Json | undefined): Promise<void> {
  if (value !== undefined) await gate.label({ tenant: caller.tenant, agent: caller.agent, session, source: 'tool_output', trusted: false, value });
}

/** An asked action that ran: the person at the harness said yes to the harness, so there is nothing left to ask in Aegis (HOOK-4). */
async function answeredThere(
  room: HookRoom,
  heard: Heard,
  call: { session: SessionId; state: ActionState; result: Json | undefined },
): Promise<void> {
  const { decision } = call.state;
  const { tenant, agent } = heard.caller;
  if (decision.effect === 'ask' && room.gate.world(tenant).approvals.get(decision.ask.approval)?.status === 'pending') {
    const reason = `answered by the person at ${heard.harness.name}; it ran`;
    await room.gate.record(tenant, 'approval-voided', { approval: decision.ask.approval, reason }, 'system', { agent, session: call.session });
  }
  await label(room, heard, call.session, call.result);
}
