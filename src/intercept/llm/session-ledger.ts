import { hash } from 'node:crypto';
import type { ActionId, SessionId } from '../../kernel/ids.ts';
import type { Json } from '../../kernel/json.ts';
import type { ModelCaller } from './door.ts';
import { createOwedOutputs } from './owed-outputs.ts';
import type { OwedOutputs } from './owed-outputs.ts';

const MAX_SESSIONS = 10_000;
const MAX_CONTENTS = 4_096;
const MAX_CALLS = 1_024;
const MAX_ANSWERS = 20_000;
/** Open questions about the same call. */
const MAX_SAME = 32;
const MAX_UNANSWERED = 256;
const NAME = /^[A-Za-z0-9._:@/-]{1,128}$/;

/** What the door remembers of a session, so that a conversation that is sent again and again enters it once. */
export interface Remembered {
  /** Digests of contents that were labelled. */
  readonly contents: Set<string>;
  /** The provider's name for a call → our action, while its result is owed. */
  readonly calls: Map<string, ActionId>;
  /** Calls whose question is still open, by what they would do: the model may ask for them again (LLM-8). */
  readonly asked: Map<string, readonly ActionId[]>;
  /** Requests that were sent and not answered since, by what they were (LLM-16). */
  readonly unanswered: Map<string, number>;
}

/** Memory, filled from the log by recall.ts. Which contents were labelled is not: after a restart they are labelled once more. */
export interface SessionLedger {
  of(caller: ModelCaller, session: SessionId): Remembered;
  /** Which session an answer belongs to, for dialects whose requests name the answer before. */
  answered(caller: ModelCaller, answer: string, session: SessionId): void;
  sessionOfAnswer(caller: ModelCaller, answer: string): SessionId | null;
  /** Outputs of refused calls, for conversations the provider holds. */
  readonly owed: OwedOutputs;
}

export function createSessionLedger(): SessionLedger {
  const sessions = new Map<string, Remembered>();
  const answers = new Map<string, SessionId>();
  const key = ({ tenant, agent }: ModelCaller, name: string): string => `${tenant}\n${agent}\n${name}`;
  return {
    of(caller, session) {
      const name = key(caller, session);
      const known = sessions.get(name) ?? {
        contents: new Set<string>(),
        calls: new Map<string, ActionId>(),
        asked: new Map<string, readonly ActionId[]>(),
        unanswered: new Map<string, number>(),
      };
      sessions.delete(name);
      sessions.set(name, known);
      bound(sessions, MAX_SESSIONS);
      return known;
    },
    answered(caller, answer, session) {
      answers.set(key(caller, answer), session);
      bound(answers, MAX_ANSWERS);
    },
    sessionOfAnswer: (caller, answer) => answers.get(key(caller, answer)) ?? null,
    owed: createOwedOutputs(),
  };
}

/** The oldest leave first. */
function bound(held: Map<string, unknown> | Set<string>, most: number): void {
  for (const name of held.keys()) {
    if (held.size <= most) return;
    held.delete(name);
  }
}

export function rememberContent({ contents }: Remembered, digest: string): void {
  contents.add(digest);
  bound(contents, MAX_CONTENTS);
}

export function rememberCall({ calls }: Remembered, callId: string, action: ActionId): void {
  calls.set(callId, action);
  bound(calls, MAX_CALLS);
}

/** What a call would do: the tool, and the digest of its arguments. */
export function askedKey(tool: string, argsDigest: string): string {
  return `${argsDigest} ${tool}`;
}

export function rememberAsked({ asked }: Remembered, call: string, action: ActionId): void {
  const known = asked.get(call) ?? [];
  if (known.includes(action)) return;
  asked.set(call, [...known, action].slice(-MAX_SAME));
  bound(asked, MAX_CALLS);
}

/** The action of the oldest open question, once: two equal calls of one answer are two actions. */
export function takeAsked({ asked }: Remembered, call: string): ActionId | null {
  const [oldest, ...rest] = asked.get(call) ?? [];
  if (rest.length === 0) asked.delete(call);
  else asked.set(call, rest);
  return oldest ?? null;
}

/** One more attempt at these bytes that brought no answer. */
export function rememberUnanswered({ unanswered }: Remembered, prompt: string): void {
  const times = (unanswered.get(prompt) ?? 0) + 1;
  unanswered.delete(prompt);
  unanswered.set(prompt, times);
  bound(unanswered, MAX_UNANSWERED);
}

export function isSessionName(text: string): text is SessionId {
  return NAME.test(text);
}

/** A conversation's own name when it brings none: who talks, and what stays the same from turn to turn (LLM-3). */
export function derivedSession({ agent }: ModelCaller, dialect: string, root: Json): SessionId {
  return `llm-${hash('sha256', JSON.stringify([agent, dialect, root]), 'hex').slice(0, 32)}` as SessionId;
}
