import type { Answer, ModelRequest, ToolCall, Verdict } from './dialect.ts';
import type { ModelCaller } from './door.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { namesOf, recordLater } from './received.ts';
import type { Relay } from './relay.ts';

/** Calls of one agent whose outputs are owed. The oldest answers leave first. */
const MAX_CALLS = 2_000;
/** Characters of a refusal that are kept. */
const MAX_TEXT = 4_096;
/** What stands for a call that was read and never decided to the end: a halt, or a client that left. */
export const NOT_PASSED = 'Aegis did not pass this call on. It has not been done.';

/** What stands for a call nothing could be decided about but a refusal. */
export const UNREADABLE =
  'Aegis denied this action. Its arguments are not one strict JSON object (BODY_INVALID_JSON). It has not been done; call the tool again with valid arguments.';

/** A call the provider remembers and the client never got: the provider waits for its output. */
export interface OwedOutput {
  readonly callId: string;
  /** As `ToolCall.kind`. */
  readonly kind?: string;
  /** The refusal the client was shown. */
  readonly text: string;
}

/** Outputs owed to conversations that providers hold, by the name a request continues them by. */
export interface OwedOutputs {
  set(caller: ModelCaller, name: string, outputs: readonly OwedOutput[]): void;
  of(caller: ModelCaller, name: string): readonly OwedOutput[];
}

interface OwnOutputs {
  readonly byName: Map<string, readonly OwedOutput[]>;
  calls: number;
}

export function createOwedOutputs(): OwedOutputs {
  // One map for each agent, so that none can push out what is owed for another.
  const callers = new Map<string, OwnOutputs>();
  return {
    set({ tenant, agent }, name, outputs) {
      const key = `${tenant}\n${agent}`;
      const own = callers.get(key) ?? { byName: new Map<string, readonly OwedOutput[]>(), calls: 0 };
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

type Named = Pick<Answer, 'id' | 'calls'>;

/**
 * An answer that came whole: its session, and what its provider waits for when it goes on. Before its calls are decided all their outputs are
 * owed, so that a halt and a client that leaves leave no call open.
 */
export function rememberAnswer({ exchange, request }: Relay, answer: Named): void {
  const { door, caller, session } = exchange;
  const names = namesOf({ exchange, request }, answer.id);
  for (const name of names) door.ledger.answered(caller, name, session);
  owe({ exchange, request }, answer, null);
  if (answer.calls.length === 0) recordLater(exchange, names);
}

/** The calls are decided: the client has the others and answers them itself. */
export function rememberRefused(relay: Relay, answer: Named, verdicts: readonly Verdict[]): void {
  owe(relay, answer, verdicts);
}

function owe({ exchange, request }: Pick<Relay, 'exchange' | 'request'>, answer: Named, verdicts: readonly Verdict[] | null): void {
  const { door, caller } = exchange;
  for (const name of namesOf({ exchange, request }, answer.id)) door.ledger.owed.set(caller, name, owing(answer.calls, verdicts));
}

function owing(calls: readonly ToolCall[], verdicts: readonly Verdict[] | null): readonly OwedOutput[] {
  return calls.flatMap(({ id, kind, done }, at) => {
    const verdict = verdicts === null ? ({ kind: 'refuse', text: NOT_PASSED } as const) : verdicts[at];
    return done === true || verdict?.kind !== 'refuse' ? [] : [{ callId: id, ...(kind === undefined ? {} : { kind }), text: verdict.text }];
  });
}

/** The request with the outputs its provider waits for, as far as the client does not bring them (LLM-19). */
export function withOwed(
  owed: OwedOutputs,
  caller: ModelCaller,
  terms: {
    readonly request: ModelRequest;
    readonly body: JsonObject;
    readonly settle: ((body: JsonObject, owed: readonly OwedOutput[]) => JsonObject) | undefined;
  },
): ModelRequest {
  const { request, body, settle } = terms;
  if (settle === undefined || request.previous === undefined) return request;
  const outputs = owed.of(caller, request.previous);
  return outputs.length === 0 ? request : { ...request, forward: settle(request.forward ?? body, outputs) };
}
