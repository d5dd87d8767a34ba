import { AegisError } from '../../errors.ts';
import type { EntryBodies } from '../../kernel/entry.ts';
import type { ActionId, EntryIndex, SessionId } from '../../kernel/ids.ts';
import type { Answer, ToolCall } from './dialect.ts';
import type { Exchange } from './door.ts';
import type { Relay } from './relay.ts';

/** What the log keeps of an answer. */
export type ReceivedAnswer = EntryBodies['answer-received'];

/** An answer of before, as the log knows it. */
export interface KnownAnswer {
  readonly session: SessionId;
  readonly body: ReceivedAnswer;
}

/** What the log knows of an agent when it comes back. */
export interface Known {
  /** The entry with which the gate opened last: what was granted after it was not sent by anybody before it. */
  readonly opened: EntryIndex;
  /** Oldest first; bounded. */
  readonly answers: readonly KnownAnswer[];
}

/** Names of a provider longer than this are not kept; nobody's are. */
const MAX_NAME = 256;
/** Calls of one answer that are found again. */
const MAX_CALLS = 1_024;

/** By what a later request may go on from this answer: none where the provider holds no conversation. */
export function namesOf({ exchange: { dialect, route }, request }: Pick<Relay, 'exchange' | 'request'>, id: Answer['id']): readonly string[] {
  if (dialect.settleOwed === undefined || route.kind !== 'generate') return [];
  return [id, request.conversation].flatMap((name) => (name === undefined || name.length > MAX_NAME ? [] : [name]));
}

/**
 * Puts on record which of a provider's calls is which of our actions, so that a start after this one can tell (LLM-20). Goes with the decisions
 * about the calls: where they are durable, this is. An answer without calls that nobody can go on from leaves no trace.
 */
export async function recordReceived(
  { door, caller, session, action }: Exchange,
  terms: { readonly names: readonly string[]; readonly calls: readonly ToolCall[]; readonly actions: readonly (ActionId | undefined)[] },
): Promise<void> {
  const calls = terms.calls
    .flatMap(({ id, kind, done }, at) => {
      const ours = terms.actions[at];
      if (done === true || id.length > MAX_NAME) return [];
      return [{ id, ...(kind === undefined ? {} : { kind }), ...(ours === undefined ? {} : { action: ours }) }];
    })
    .slice(0, MAX_CALLS);
  if (calls.length === 0 && terms.names.length === 0) return;
  const body: ReceivedAnswer = { action, names: terms.names, calls };
  await door.gate.record(caller.tenant, 'answer-received', body, { role: 'agent', ...caller }, { agent: caller.agent, session });
}

/** A grant goes out once: it is on record that it did before it does. */
export async function recordPassed({ door, caller, session, action }: Exchange, passed: readonly ActionId[]): Promise<void> {
  if (passed.length === 0) return;
  const body: ReceivedAnswer = { action, names: [], calls: [], passed };
  await door.gate.record(caller.tenant, 'answer-received', body, { role: 'agent', ...caller }, { agent: caller.agent, session });
}

/** An answer without calls waits for company, as its settlement does; nobody waits for it. */
export function recordLater(exchange: Exchange, names: readonly string[]): void {
  if (names.length === 0) return;
  exchange.door.endings.add(async () => {
    try {
      await recordReceived(exchange, { names, calls: [], actions: [] });
    } catch (error) {
      if (!(error instanceof AegisError)) exchange.door.onFault({ what: 'recording an answer', error });
    }
  });
}
