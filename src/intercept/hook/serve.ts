import { AegisError } from '../../errors.ts';
import type { ActionId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { hookDecisionOf } from './enforce.ts';
import { keyOf, malformed, sessionFor } from './event.ts';
import type { HookDeps, HookEvent, HookState } from './event.ts';
import { CANARY } from './harness/canary.ts';
import { meaningOf } from './harness/protocol.ts';
import { actionIdOf, canaryIn, proposalOf } from './normalise.ts';
import { openCalls } from './open-calls.ts';
import { labelPrompt, openSession, recordSessionEnd } from './session-events.ts';
import { settleCall } from './settle-call.ts';

/** Coding-agent hooks: an event in, the harness's exact answer out. @returns what is sent back as JSON @throws AegisError, worded by `refusalAnswer` */
export function hookDoor(deps: HookDeps): (event: HookEvent) => Promise<JsonObject> {
  const state: HookState = { ...deps, openCalls: openCalls() };
  return (event) => answer(state, event);
}

async function answer(state: HookState, input: HookEvent): Promise<JsonObject> {
  const { harness, event } = input;
  const meaning = meaningOf(harness.protocol, event);
  switch (meaning) {
    case 'decide':
      return decide(state, input);
    case 'ran':
    case 'failed':
      await settleCall(state, input, meaning);
      break;
    case 'prompt':
      await labelPrompt(state, input);
      break;
    case 'started':
      await openSession(state, input);
      break;
    case 'ended':
      await recordSessionEnd(state, input);
      break;
    case undefined:
      throw new AegisError('NOT_FOUND', { what: `event of ${harness.name}` });
  }
  return harness.protocol.acknowledge(event);
}

async function decide(state: HookState, input: HookEvent): Promise<JsonObject> {
  const { harness, event, caller } = input;
  const session = await sessionFor(state, input);
  const call = harness.protocol.call(event, input.payload);
  if (call === null) throw await malformed(state, input);
  const nonce = canaryIn(call);
  if (nonce !== null) return denyCanary(state, input, nonce);
  const mayAsk = call.attended && input.ask === 'harness';
  const waitMs = mayAsk ? 0 : input.waitMs;
  const signal = waitMs === 0 ? undefined : input.signal();
  const key = keyOf(input, session, call);
  const repeated = call.callId === undefined ? repeatedCall(state, input, key) : undefined;
  const id = repeated ?? (call.callId === undefined ? (state.ids.next() as ActionId) : actionIdOf(session, call.callId, state.digestOf));
  const decision =
    repeated === undefined
      ? await state.gate.admit(proposalOf(harness, call, { caller, session, id, cwd: input.payload['cwd'] }), waitMs, signal)
      : await state.gate.wait({ tenant: caller.tenant, agent: caller.agent, action: repeated }, waitMs, signal);
  if (decision.effect !== 'deny' && decision.effect !== 'defer') state.openCalls.opened(key, id);
  const { explicitAllow } = input;
  return harness.protocol.answer(event, hookDecisionOf(decision, { harness, event, call }, { mayAsk, explicitAllow }));
}

/** The call that an earlier event already had decided, when this event may be a second one about it. */
function repeatedCall(state: HookState, { harness, event }: HookEvent, key: string): ActionId | undefined {
  return harness.protocol.repeats?.includes(event) === true ? state.openCalls.repeated(key) : undefined;
}

/** HOOK-8: the question is recorded before the answer is no, so that a canary that came back proves log, key and way. */
async function denyCanary({ gate }: HookState, { harness, event, caller }: HookEvent, nonce: string): Promise<JsonObject> {
  const body = { harness: harness.name, door: 'hook', protection: 'protected', detail: nonce } as const;
  await gate.record(caller.tenant, 'canary-answered', body, caller, { agent: caller.agent });
  return harness.protocol.answer(event, {
    effect: 'deny',
    text: `Aegis stopped its own canary ${nonce}. ${CANARY} is not a tool: calls of this agent are being checked.`,
  });
}
