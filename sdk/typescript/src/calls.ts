import type { AegisClient } from './client.ts';
import { AegisSetupError } from './errors.ts';
import { permitted } from './guard.ts';
import type { Decision, Json, JsonObject } from './wire.ts';

/** One tool call as a model wrote it. */
export interface ToolCall {
  /** The model API's own id for the call. */
  readonly id: string;
  readonly name: string;
  readonly args: JsonObject;
}

/** Tool calls decided in this process and not yet settled, so that a call seen by two patched libraries is decided once. */
export interface Calls {
  /** Decides a parallel set; resolves with the arguments that may run, by call id. Throws on the first that may not. */
  decide(calls: readonly ToolCall[]): Promise<ReadonlyMap<string, JsonObject>>;
  /** The decision on this call with exactly these arguments, taken out. What was decided on other arguments does not run, and is cancelled. */
  take(callId: string | undefined, args: JsonObject): Decision | undefined;
  /** Whether this call was decided and not yet settled, with these arguments or with fewer: a schema may have filled in what the model left out. */
  isDecided(callId: string, args: JsonObject): boolean;
  /** Reports the result of a call that the agent ran itself. Unknown ids are not ours. */
  result(callId: string, value: Json, failed: boolean): Promise<void>;
  /** Labels the user's own words once. */
  user(text: string): Promise<void>;
}

/** Oldest out first; a call that fell out is decided again when it runs. */
const KEPT = 1000;

export function trackCalls(client: AegisClient): Calls {
  const open = new Map<string, { readonly decision: Decision; readonly args: string }>();
  const said = new Set<string>();
  return {
    async decide(calls) {
      // Decided arguments go back by id: were two calls to share one, a tool could run with what was decided for another.
      if (new Set(calls.map(({ id }) => id)).size !== calls.length)
        throw new AegisSetupError('Two tool calls of one answer carry the same id, so none of them can be decided.');
      const decided = await together(client, calls);
      for (const { call, decision, args } of decided) remember(open, call.id, { decision, args: JSON.stringify(args) });
      return new Map(decided.map(({ call, args }) => [call.id, args]));
    },
    take(callId, args) {
      const known = callId === undefined ? undefined : open.get(callId);
      if (callId === undefined || known === undefined) return undefined;
      open.delete(callId);
      if (known.args === JSON.stringify(args)) return known.decision;
      void client.settle(known.decision.action, { status: 'cancelled' });
      return undefined;
    },
    isDecided(callId, args) {
      const known = open.get(callId);
      const decided = known === undefined ? {} : (JSON.parse(known.args) as JsonObject);
      return known !== undefined && Object.entries(decided).every(([key, value]) => JSON.stringify(value) === JSON.stringify(args[key]));
    },
    async result(callId, value, failed) {
      const known = open.get(callId);
      if (known === undefined) return;
      open.delete(callId);
      await client.settle(known.decision.action, { status: failed ? 'failed' : 'succeeded', result: value });
    },
    async user(text) {
      if (text === '' || said.has(text)) return;
      if (said.size >= KEPT) said.clear();
      said.add(text);
      await client.label('user_input', text, true);
    },
  };
}

interface DecidedCall {
  readonly call: ToolCall;
  readonly decision: Decision;
  readonly args: JsonObject;
}

/** All of them or none: what was allowed beside one that may not run is cancelled, and what waits for a person is withdrawn. */
async function together(client: AegisClient, calls: readonly ToolCall[]): Promise<readonly DecidedCall[]> {
  const rest = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  const decideOne = async (call: ToolCall): Promise<DecidedCall | null> => {
    const proposal = { callId: call.id, name: call.name, args: call.args };
    try {
      const decision = await client.decide(proposal, rest.signal);
      return { call, decision, args: permitted(proposal, decision) };
    } catch (error) {
      failure ??= { error };
      rest.abort();
      return null;
    }
  };
  const decided = (await Promise.all(calls.map(decideOne))).filter((one) => one !== null);
  if (failure === undefined) return decided;
  await Promise.all(decided.map(({ decision }) => client.settle(decision.action, { status: 'cancelled' })));
  throw failure.error;
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  if (map.size <= KEPT) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
