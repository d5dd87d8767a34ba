import type { Calls } from '../calls.ts';
import { isObject } from '../json.ts';
import type { JsonObject } from '../wire.ts';
import type { Dialect } from './dialect.ts';

/** What a request brings back from the world is told to Aegis, whichever of the dialects it is in. */
export async function observe(dialects: readonly Dialect[], calls: Calls, params: JsonObject): Promise<void> {
  for (const dialect of dialects) {
    const { users, results } = dialect.incoming(params);
    for (const user of users) await calls.user(user);
    for (const { callId, value, failed } of results) await calls.result(callId, value, failed);
  }
}

/** A whole answer, its calls decided and changed in place. The dialect is known by the calls, not by the address they came from. */
export async function guardAnswer(answer: unknown, dialects: readonly Dialect[], calls: Calls): Promise<unknown> {
  if (!isObject(answer)) return answer;
  for (const dialect of dialects) {
    const found = dialect.calls(answer);
    if (found.length > 0) dialect.replace(answer, await calls.decide(found));
  }
  return answer;
}

/** From the first chunk of a call on everything waits until the whole set is decided. */
export async function* heldBack(source: AsyncIterator<unknown>, dialects: readonly Dialect[], calls: Calls): AsyncGenerator<unknown> {
  const held: JsonObject[] = [];
  let dialect: Dialect | undefined;
  try {
    for (let step = await source.next(); step.done !== true; step = await source.next()) {
      const chunk = step.value as JsonObject;
      if (isObject(chunk)) {
        const whole = wholeIn(chunk);
        if (whole !== undefined) await guardAnswer(whole, dialects, calls);
        else dialect ??= dialects.find((one) => one.holds(chunk));
      }
      if (dialect === undefined) yield chunk;
      else held.push(chunk);
    }
    // A stream that broke off throws above: what was held is dropped, not delivered undecided.
    if (dialect !== undefined) yield* dialect.rewrite(held, await calls.decide(dialect.assemble(held)));
  } finally {
    await source.return?.();
  }
}

/** Results of a batch come one whole answer after another. */
function wholeIn(chunk: JsonObject): JsonObject | undefined {
  const result = chunk['result'];
  const body = isObject(result) ? result['message'] : undefined;
  return isObject(body) ? body : undefined;
}
