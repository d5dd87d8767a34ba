import type { EntryBodies } from '../../../kernel/entry.ts';
import type { EntryIndex, SessionId } from '../../../kernel/ids.ts';

/** What the log keeps of an answer. */
export type LoggedAnswer = EntryBodies['answer-received'];

/** An answer of before, as the log knows it. */
export interface PastAnswer {
  readonly session: SessionId;
  readonly body: LoggedAnswer;
}

/** What the log knows of an agent when it comes back. */
export interface AnswerHistory {
  /** The entry with which the gate opened last: what was granted after it was not sent by anybody before it. */
  readonly opened: EntryIndex;
  /** Oldest first; bounded. */
  readonly answers: readonly PastAnswer[];
}
