import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { Frame } from '../../dialect/frame.ts';
import { UNDECIDED } from '../../dialect/model-answer.ts';
import type { CallDecision } from '../../dialect/model-answer.ts';
import { listOf, objectOf } from '../../dialect/members.ts';
import { frameOf } from '../../dialect/frame.ts';
import { besideCalls, finishOf, sorted, writtenCall } from './answer.ts';
import type { ChatCall } from './answer.ts';
import type { Reading } from './reading.ts';

function chunk(reading: Reading, index: number, delta: JsonObject, finish: Json = null): Frame {
  return frameOf({ ...reading.head, choices: [{ index, delta, logprobs: null, finish_reason: finish }] });
}

/** The held frames written anew: words as they came, then the calls that stay, then what stands for the others. */
export function ending(reading: Reading, calls: readonly ChatCall[], decisions: readonly CallDecision[]): readonly Frame[] {
  const decided = calls.map((call, at) => ({ call, decision: decisions[at] ?? UNDECIDED }));
  const frames = reading.held.flatMap((frame) => wordsOf(reading, frame));
  for (const [index, reason] of [...reading.finished].toSorted(([a], [b]) => a - b)) {
    const { kept, words, extra } = sorted(decided.filter(({ call }) => call.choice === index));
    if (words !== '') frames.push(chunk(reading, index, { ...extra, content: reading.text.length === 0 ? words : `\n\n${words}` }));
    const tools = kept.filter(({ kind }) => kind !== 'legacy');
    for (const [at, call] of tools.entries()) frames.push(chunk(reading, index, { tool_calls: [{ index: at, ...writtenCall(call) }] }));
    for (const { name, text } of kept.filter(({ kind }) => kind === 'legacy')) {
      frames.push(chunk(reading, index, { function_call: { name, arguments: text } }));
    }
    if (finishedWhileHeld(reading, index)) frames.push(chunk(reading, index, {}, finishOf(reason, kept.length)));
  }
  frames.push(...reading.held.filter(({ data }) => data === null || data['choices'] === undefined || listOf(data['choices']).length === 0));
  return frames;
}

function finishedWhileHeld({ held }: Reading, index: number): boolean {
  return held.some(({ data }) =>
    listOf(data?.['choices']).some((value) => {
      const choice = objectOf(value);
      return (choice?.['index'] ?? 0) === index && typeof choice?.['finish_reason'] === 'string';
    }),
  );
}

/** What a held chunk says besides its calls. */
function wordsOf(reading: Reading, { data }: Frame): readonly Frame[] {
  return listOf(data?.['choices']).flatMap((value) => {
    const choice = objectOf(value) ?? {};
    const delta = objectOf(choice['delta']) ?? {};
    // Some servers say who speaks in the very chunk that calls, and clients want to know.
    const role = delta['role'] === undefined || delta['role'] === null ? {} : { role: delta['role'] };
    const words = { ...role, ...Object.fromEntries(besideCalls(delta)) };
    return Object.keys(words).length === 0 ? [] : [chunk(reading, Number(choice['index'] ?? 0), words)];
  });
}

/** The rest of a stream that says `text` for whatever is missing. */
export function closing(reading: Reading, text: string): readonly Frame[] {
  if (reading.failed !== null) return [reading.failed];
  if (reading.failure !== null || (reading.done && !reading.holding)) return [];
  const said = reading.text.length === 0 ? text : `\n\n${text}`;
  const open = reading.finished.size === 0 ? [0] : [...reading.finished.keys()].filter((index) => isOpen(reading, index));
  const frames = open.flatMap((index) => [chunk(reading, index, { role: 'assistant', content: said }), chunk(reading, index, {}, 'stop')]);
  return [...frames, { data: null, raw: '[DONE]' }];
}

/** Whether the client has the end of every choice, or the provider's own error. */
export function isTold(reading: Reading): boolean {
  if (reading.failure !== null) return true;
  return reading.finished.size > 0 && [...reading.finished.keys()].every((index) => !isOpen(reading, index));
}

function isOpen(reading: Reading, index: number): boolean {
  return reading.finished.get(index) === null || finishedWhileHeld(reading, index);
}
