import type { ModelCaller } from '../intercept/llm/caller.ts';
import type { AnswerHistory } from '../intercept/llm/memory/answer-history.ts';
import { openEntry } from '../log/entry.ts';
import type { LogStore } from '../log/store.ts';

/** Answers of one agent that a start brings back, and how far back in the log they are looked for: a start must not cost what the past was. */
const MOST = 2_000;
const WINDOW = 200_000;

/** What the log knows of an agent's newest answers. @throws AegisError STORE_CORRUPT */
export async function answersBefore(store: LogStore, { tenant, agent }: ModelCaller): Promise<AnswerHistory> {
  const { size } = await store.head(tenant);
  const from = Math.max(0, size - WINDOW);
  const newest = await store.read(tenant, { type: 'answer-received', agent, from, limit: MOST, reverse: true });
  const [opening] = await store.read(tenant, { type: 'gate-opened', limit: 1, reverse: true });
  const answers = newest.toReversed().flatMap(({ bytes, index }) => {
    const entry = openEntry(bytes, index);
    return entry.type === 'answer-received' && entry.session !== undefined ? [{ session: entry.session, body: entry.body }] : [];
  });
  return { opened: opening?.index ?? size, answers };
}
