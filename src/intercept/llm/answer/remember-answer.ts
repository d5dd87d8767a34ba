import { answerNames, logLater } from '../action/log-answer.ts';
import type { Answer, CallDecision } from '../dialect/model-answer.ts';
import { missingOutputs } from '../memory/missing-outputs.ts';
import type { Exchange } from './exchange.ts';

type Named = Pick<Answer, 'id' | 'calls'>;

/**
 * An answer that came whole: its session, and what its provider waits for when it goes on. Before its calls are decided the outputs of all are
 * missing, so that a halt and a client that leaves leave no call open.
 */
export function rememberAnswer({ parts, sent }: Exchange, answer: Named): void {
  for (const name of answerNames(sent, answer.id)) {
    parts.conversations.answered(sent.caller, name, sent.session);
    parts.conversations.missing.set(sent.caller, name, missingOutputs(answer.calls, null));
  }
  if (answer.calls.length === 0) logLater(parts.actions, sent, answer.id);
}

/** The calls are decided: the client has the others and answers them itself. */
export function rememberRefused({ parts, sent }: Exchange, answer: Named, decisions: readonly CallDecision[]): void {
  for (const name of answerNames(sent, answer.id)) parts.conversations.missing.set(sent.caller, name, missingOutputs(answer.calls, decisions));
}
