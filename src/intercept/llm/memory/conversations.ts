import type { ActionId, SessionId } from '../../../kernel/ids.ts';
import type { Conversation, ModelCaller } from '../caller.ts';
import { createMissingOutputs } from './missing-outputs.ts';
import type { MissingOutputs } from './missing-outputs.ts';
import { createSharedMemory } from './shared-memory.ts';

const MAX_SESSIONS = 10_000;
const MAX_CONTENTS = 4_096;
const MAX_CALLS = 1_024;
const MAX_ANSWERS = 20_000;
/** Open questions about the same call. */
const MAX_SAME = 32;
const MAX_UNANSWERED = 256;

export interface Injected {
  readonly code: string;
  /** It holds the instructions itself. */
  readonly itself: boolean;
}

/** What is remembered of a session, so that a conversation that is sent again and again enters it once. */
export interface SessionMemory {
  /** Digests of contents that were labelled. */
  readonly contents: Set<string>;
  /** The provider's name for a call → our action, while its result is awaited. */
  readonly calls: Map<string, ActionId>;
  /** Calls and requests whose approval is still open, by what they would do: they may be asked for again (LLM-8). */
  readonly questions: Map<string, readonly ActionId[]>;
  /** Texts of results that hold instructions to the model, and the other texts of these results, with the code of what was found (TAINT-14). */
  readonly injected: Map<string, Injected>;
  /** Requests that were sent and not answered since, by what they were (LLM-16). */
  readonly unanswered: Map<string, number>;
}

/** In memory, filled from the log by read-back.ts. Which contents were labelled is not: after a restart they are labelled once more. */
export interface Conversations {
  of(conversation: Conversation): SessionMemory;
  /** Which session an answer belongs to, for dialects whose requests name the answer before. */
  answered(caller: ModelCaller, answer: string, session: SessionId): void;
  sessionOfAnswer(caller: ModelCaller, answer: string): SessionId | null;
  /** Outputs of refused calls, for conversations the provider holds. */
  readonly missing: MissingOutputs;
}

export function createConversations(): Conversations {
  const sessions = createSharedMemory<SessionMemory>({ values: MAX_SESSIONS });
  const answers = createSharedMemory<SessionId>({ values: MAX_ANSWERS });
  return {
    of({ caller, session }) {
      const known = sessions.get(caller, session) ?? {
        contents: new Set<string>(),
        calls: new Map<string, ActionId>(),
        questions: new Map<string, readonly ActionId[]>(),
        unanswered: new Map<string, number>(),
        injected: new Map<string, Injected>(),
      };
      sessions.set(caller, session, known);
      return known;
    },
    answered: (caller, answer, session) => answers.set(caller, answer, session),
    sessionOfAnswer: (caller, answer) => answers.get(caller, answer) ?? null,
    missing: createMissingOutputs(),
  };
}

/** The oldest leave first. */
function bound(held: Map<string, unknown> | Set<string>, most: number): void {
  for (const name of held.keys()) {
    if (held.size <= most) return;
    held.delete(name);
  }
}

export function rememberContent({ contents }: SessionMemory, digest: string): void {
  contents.add(digest);
  bound(contents, MAX_CONTENTS);
}

export function rememberCall({ calls }: SessionMemory, callId: string, action: ActionId): void {
  calls.set(callId, action);
  bound(calls, MAX_CALLS);
}

export function rememberInjected({ injected }: SessionMemory, text: string, what: Injected): void {
  if (injected.get(text)?.itself !== true) injected.set(text, what);
  bound(injected, MAX_CONTENTS);
}

/** What a call or a request would do: the tool, and the digest of its arguments. */
export function questionKey(tool: string, argsDigest: string): string {
  return `${argsDigest} ${tool}`;
}

export function rememberQuestion({ questions }: SessionMemory, question: string, action: ActionId): void {
  const known = questions.get(question) ?? [];
  if (known.includes(action)) return;
  questions.set(question, [...known, action].slice(-MAX_SAME));
  bound(questions, MAX_CALLS);
}

/** The action of the oldest open question, once: two equal calls of one answer are two actions. */
export function takeQuestion({ questions }: SessionMemory, question: string): ActionId | null {
  const [oldest, ...rest] = questions.get(question) ?? [];
  if (rest.length === 0) questions.delete(question);
  else questions.set(question, rest);
  return oldest ?? null;
}

/** One more attempt at these bytes that brought no answer. */
export function rememberUnanswered({ unanswered }: SessionMemory, prompt: string): void {
  const times = (unanswered.get(prompt) ?? 0) + 1;
  unanswered.delete(prompt);
  unanswered.set(prompt, times);
  bound(unanswered, MAX_UNANSWERED);
}
