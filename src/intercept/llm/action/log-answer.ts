import { AegisError } from '../../../errors.ts';
import type { ActionId } from '../../../kernel/ids.ts';
import type { Dialect, ModelRoute } from '../dialect/dialect.ts';
import type { Answer, ToolCall } from '../dialect/model-answer.ts';
import type { ModelRequest } from '../dialect/model-request.ts';
import type { LoggedAnswer } from '../memory/answer-history.ts';
import type { Actions } from './actions.ts';
import type { ModelAction } from './model-action.ts';

/** Names of a provider longer than this are not kept; nobody's are. */
const MAX_NAME = 256;
/** Calls of one answer that are found again. */
const MAX_CALLS = 1_024;

/** By what a later request may go on from this answer: none where the provider holds no conversation. */
export function answerNames(
  { dialect, route, request }: { readonly dialect: Dialect; readonly route: ModelRoute; readonly request: ModelRequest },
  id: Answer['id'],
): readonly string[] {
  if (dialect.addMissingOutputs === undefined || route.kind !== 'generate') return [];
  return [id, request.conversation].flatMap((name) => (name === undefined || name.length > MAX_NAME ? [] : [name]));
}

/**
 * Puts on record which of a provider's calls is which of our actions, so that a start after this one can tell (LLM-20). Goes with the decisions
 * about the calls: where they are durable, this is. An answer without calls that nobody can go on from leaves no trace.
 */
export async function logAnswer(
  { gate }: Pick<Actions, 'gate'>,
  { caller, session, id: action }: ModelAction,
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
  const body: LoggedAnswer = { action, names: terms.names, calls };
  await gate.record(caller.tenant, 'answer-received', body, { role: 'agent', ...caller }, { agent: caller.agent, session });
}

/** A grant goes out once: it is on record that it did before it does. */
export async function logPassed(
  { gate }: Pick<Actions, 'gate'>,
  { caller, session, id: action }: ModelAction,
  passed: readonly ActionId[],
): Promise<void> {
  if (passed.length === 0) return;
  const body: LoggedAnswer = { action, names: [], calls: [], passed };
  await gate.record(caller.tenant, 'answer-received', body, { role: 'agent', ...caller }, { agent: caller.agent, session });
}

/** An answer without calls waits in the queue, as its settlement does. */
export function logLater(
  { gate, settlements, onFault }: Pick<Actions, 'gate' | 'settlements' | 'onFault'>,
  sent: ModelAction,
  id: Answer['id'],
): void {
  const names = answerNames(sent, id);
  if (names.length === 0) return;
  settlements.add(async () => {
    try {
      await logAnswer({ gate }, sent, { names, calls: [], actions: [] });
    } catch (error) {
      if (!(error instanceof AegisError)) onFault({ what: 'recording an answer', error });
    }
  });
}
