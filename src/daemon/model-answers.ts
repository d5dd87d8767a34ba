import type { ModelCaller } from '../intercept/llm/caller.ts';
import type { AnswerHistory, LoggedAnswer, PastAnswer } from '../intercept/llm/memory/answer-history.ts';
import type { EntryOf } from '../kernel/entry.ts';
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
  const answers: PastAnswer[] = [];
  for (const { bytes, index } of newest.toReversed()) {
    const entry = openEntry(bytes, index);
    if (entry.type !== 'answer-received' || entry.session === undefined) continue;
    const body = await withNames(store, entry);
    if (body !== null) answers.push({ session: entry.session, body });
  }
  return { opened: opening?.index ?? size, answers };
}

/** What the provider called the answer and its calls lies beside the entry (LOG-30); null when it was erased, and the answer with it. */
async function withNames(store: LogStore, { tenant, body, payload }: EntryOf<'answer-received'>): Promise<LoggedAnswer | null> {
  if (payload === undefined) return body;
  const bytes = await store.payload(tenant, payload);
  if (bytes === null || bytes === 'erased') return null;
  const { names, calls } = JSON.parse(new TextDecoder().decode(bytes)) as Pick<LoggedAnswer, 'names' | 'calls'>;
  return { ...body, names, calls: body.calls.map((call, at) => ({ ...call, ...calls[at] })) };
}
