import type { ServerResponse } from 'node:http';
import type { AegisError } from '../../../errors.ts';
import type { Clock } from '../../../ports.ts';
import type { SecretMask } from '../../../wire/secret-mask.ts';
import type { Actions } from '../action/actions.ts';
import type { ModelAction } from '../action/model-action.ts';
import type { Restore } from '../dialect/restore.ts';
import type { Conversations } from '../memory/conversations.ts';
import type { LiveAnswers } from './live-answers.ts';

/** What an answer on its way may touch: nothing of who may ask, of prompts, or of where a provider is. */
export interface AnswerParts {
  readonly actions: Actions;
  readonly conversations: Conversations;
  readonly live: LiveAnswers;
  /** Refused together when something broke that nothing caught (DOOR-12). */
  readonly inFlight: { enter(refuse: (error: AegisError) => void): () => void };
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Bytes of one answer that are held, and of one that is not streamed. */
  readonly answerBytes: number;
  /** Silence after which a held stream says it is alive. */
  readonly keepAliveMs: number;
}

/** One request that was let in, and the client that waits for its answer. */
export interface Exchange {
  readonly parts: AnswerParts;
  readonly response: ServerResponse;
  /** The model action. */
  readonly sent: ModelAction;
  /** Bytes of the request. */
  readonly promptLength: number;
  /** Puts values back that the prompt was sent without, where the policy asks for it, and masks the words behind that. */
  readonly restore: Restore;
  readonly mask: SecretMask;
}
