import { AegisError } from '../../errors.ts';
import type { ActionId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { verdictOf } from './enforce.ts';
import { meaningOf } from './harness.ts';
import { keyOf, malformed, placeOf } from './heard.ts';
import type { Heard, HookDeps, HookRoom } from './heard.ts';
import { actionIdOf, CANARY, canaryIn, proposalOf } from './normalise.ts';
import { openCalls } from './open-calls.ts';
import { tellEnd, tellPrompt, tellStart } from './session-events.ts';
import { settleCall } from './settle-call.ts';

/** Coding-agent hooks: an event in, the harness's exact answer out. @returns what is sent back as JSON @throws AegisError, worded by `refusalAnswer` */
export function hookDoor(deps: HookDeps): (heard: Heard) => Promise<JsonObject> {
  const room: HookRoom = { ...deps, open: openCalls() };
  return (heard) => answer(room, heard);
}

async function answer(room: HookRoom, heard: Heard): Promise<JsonObject> {
  const { harness, event } = heard;
  const meaning = meaningOf(harness, event);
  switch (meaning) {
    case 'decide':
      return decide(room, heard);
    case 'ran':
    case 'failed':
      await settleCall(room, heard, meaning);
      return harness.nod(event);
    case 'prompt':
      await tellPrompt(room, heard);
      return harness.nod(event);
    case 'started':
      await tellStart(room, heard);
      return harness.nod(event);
    case 'ended':
      await tellEnd(room, heard);
      return harness.nod(event);
    case undefined:
      throw new AegisError('NOT_FOUND', { what: `event of ${harness.name}` });
  }
}

async function decide(room: HookRoom, heard: Heard): Promise<JsonObject> {
  const { harness, event, caller } = heard;
  const session = await placeOf(room, heard);
  const call = harness.call(event, heard.payload);
  if (call === null) throw await malformed(room, heard);
  const nonce = canaryIn(call);
  if (nonce !== null) return refuseCanary(room, heard, nonce);
  const mayAsk = call.attended && heard.ask === 'harness';
  const waitMs = mayAsk ? 0 : heard.waitMs;
  const signal = waitMs === 0 ? undefined : heard.signal();
  const key = keyOf(heard, session, call);
  const told = call.callId === undefined ? toldBefore(room, heard, key) : undefined;
  const id = told ?? (call.callId === undefined ? (room.ids.next() as ActionId) : actionIdOf(session, call.callId, room.digestOf));
  const decision =
    told === undefined
      ? await room.gate.admit(proposalOf(harness, call, { caller, session, id }), waitMs, signal)
      : await room.gate.wait(caller.tenant, told, waitMs, signal);
  if (decision.effect !== 'deny' && decision.effect !== 'defer') room.open.opened(key, id);
  return harness.say(event, verdictOf(decision, { harness, event, call }, { mayAsk, explicitAllow: heard.explicitAllow }));
}

/** Two events of one call: the narrower one of Cursor asks again about what `preToolUse` already had decided. */
function toldBefore(room: HookRoom, heard: Heard, key: string): ActionId | undefined {
  if (heard.harness.name !== 'cursor' || heard.event === 'preToolUse') return undefined;
  return room.open.retold(key);
}

/** HOOK-8: the question is recorded before the answer is no, so that a canary that came back proves log, key and way. */
async function refuseCanary({ gate }: HookRoom, heard: Heard, nonce: string): Promise<JsonObject> {
  const { harness, event, caller } = heard;
  const body = { harness: harness.name, door: 'hook', protection: 'protected', detail: nonce } as const;
  await gate.record(caller.tenant, 'canary-answered', body, caller, { agent: caller.agent });
  return harness.say(event, {
    effect: 'deny',
    text: `Aegis stopped its own canary ${nonce}. ${CANARY} is no tool: calls of this agent are being decided.`,
  });
}
