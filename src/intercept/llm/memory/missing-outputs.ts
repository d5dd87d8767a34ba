import type { JsonObject } from '../../../kernel/json.ts';
import type { ModelCaller } from '../caller.ts';
import type { CallDecision, MissingOutput, ToolCall } from '../dialect/model-answer.ts';
import type { ModelRequest } from '../dialect/model-request.ts';

/** Calls of one agent whose outputs are missing. The oldest answers leave first. */
const MAX_CALLS = 2_000;
/** Characters of a refusal that are kept. */
const MAX_TEXT = 4_096;

/** What stands for a call that was read and never decided to the end: a halt, or a client that left. */
export const NOT_PASSED = 'Aegis did not pass this call on. It has not been done.';

/** What stands for a call nothing could be decided about but a refusal. */
export const UNREADABLE =
  'Aegis denied this action. Its arguments are not one strict JSON object (BODY_INVALID_JSON). It has not been done; call the tool again with valid arguments.';

/** Outputs missing in conversations that providers hold, by the name a request continues them by. */
export interface MissingOutputs {
  set(caller: ModelCaller, name: string, outputs: readonly MissingOutput[]): void;
  of(caller: ModelCaller, name: string): readonly MissingOutput[];
}

interface OwnOutputs {
  readonly byName: Map<string, readonly MissingOutput[]>;
  calls: number;
}

export function createMissingOutputs(): MissingOutputs {
  // One map for each agent, so that none can push out what another's conversations miss.
  const callers = new Map<string, OwnOutputs>();
  return {
    set({ tenant, agent }, name, outputs) {
      const key = `${tenant}\n${agent}`;
      const own = callers.get(key) ?? { byName: new Map<string, readonly MissingOutput[]>(), calls: 0 };
      own.calls -= own.byName.get(name)?.length ?? 0;
      own.byName.delete(name);
      if (outputs.length > 0) {
        const kept = outputs.slice(0, MAX_CALLS).map((one) => ({ ...one, text: one.text.slice(0, MAX_TEXT) }));
        own.byName.set(name, kept);
        own.calls += kept.length;
      }
      for (const [oldest, { length }] of own.byName) {
        if (own.calls <= MAX_CALLS) break;
        own.byName.delete(oldest);
        own.calls -= length;
      }
      if (own.byName.size === 0) callers.delete(key);
      else callers.set(key, own);
    },
    of: ({ tenant, agent }, name) => callers.get(`${tenant}\n${agent}`)?.byName.get(name) ?? [],
  };
}

/** The outputs a provider waits for and the client will not bring: of refused calls, or of all while nothing is decided. */
export function missingOutputs(calls: readonly ToolCall[], decisions: readonly CallDecision[] | null): readonly MissingOutput[] {
  return calls.flatMap(({ id, kind, done }, at) => {
    const decision = decisions === null ? ({ kind: 'refuse', text: NOT_PASSED } as const) : decisions[at];
    return done === true || decision?.kind !== 'refuse' ? [] : [{ callId: id, ...(kind === undefined ? {} : { kind }), text: decision.text }];
  });
}

/** The request with the outputs its provider waits for, as far as the client does not bring them (LLM-19). */
export function withMissingOutputs(
  missing: readonly MissingOutput[],
  terms: {
    readonly request: ModelRequest;
    readonly body: JsonObject;
    readonly add: ((body: JsonObject, missing: readonly MissingOutput[]) => JsonObject) | undefined;
  },
): ModelRequest {
  const { request, body, add } = terms;
  return add === undefined || missing.length === 0 ? request : { ...request, forward: add(request.forward ?? body, missing) };
}
