import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { AnswerRestorer } from '../../dialect/dialect.ts';
import { isEmpty, listOf, objectOf, textOf } from '../../dialect/members.ts';
import { frameOf } from '../../dialect/frame.ts';
import { createTails } from '../../dialect/restore.ts';
import type { Restore, Tails } from '../../dialect/restore.ts';
import type { Frame } from '../../dialect/frame.ts';

/** What a model says in a message; thoughts are not put into other words on their way (LLM-56). */
const SPOKEN = ['content', 'refusal'] as const;

export function restoreAnswer(body: JsonObject, restore: Restore): JsonObject {
  let same = true;
  const choices = listOf(body['choices']).map((value) => {
    const choice = objectOf(value);
    const message = objectOf(choice?.['message']);
    if (choice === null || message === null) return value;
    const words = spokenIn(message).map(([member, text]) => [member, restore.text(text)] as const);
    if (words.every(([member, text]) => message[member] === text)) return value;
    same = false;
    return { ...choice, message: { ...message, ...Object.fromEntries(words) } };
  });
  return same ? body : { ...body, choices };
}

function spokenIn(message: JsonObject): readonly (readonly [string, string])[] {
  return SPOKEN.flatMap((member) => {
    const text = textOf(message[member]);
    return text === null ? [] : [[member, text] as const];
  });
}

interface Restoring {
  readonly tails: Tails;
  /** Choices with words, and the chunk they last stood in. */
  readonly open: Map<number, JsonObject>;
}

export function createRestorer(restore: Restore): AnswerRestorer {
  const restoring: Restoring = { tails: createTails(restore), open: new Map() };
  const end = (): readonly Frame[] => [...restoring.open.keys()].flatMap((index) => rest(restoring, index));
  return {
    take(frame) {
      const { data } = frame;
      if (data === null || !isEmpty(data['error'])) return [...end(), frame];
      const choices = listOf(data['choices']);
      return choices.length === 0 ? [frame] : chunk(restoring, frame, { data, choices });
    },
    end,
  };
}

function chunk(
  restoring: Restoring,
  frame: Frame,
  { data, choices }: { readonly data: JsonObject; readonly choices: readonly Json[] },
): readonly Frame[] {
  const before: Frame[] = [];
  let same = true;
  const next = choices.map((value) => {
    const choice = objectOf(value);
    const delta = objectOf(choice?.['delta']);
    if (choice === null || delta === null) return value;
    const index = Number(choice['index'] ?? 0);
    const words = spokenIn(delta).map(([member, text]) => [member, tail(restoring, index, member).take(text)] as const);
    if (words.length > 0) restoring.open.set(index, data);
    const restored = words.every(([member, text]) => delta[member] === text)
      ? choice
      : { ...choice, delta: { ...delta, ...Object.fromEntries(words) } };
    same &&= restored === choice;
    if (typeof choice['finish_reason'] !== 'string') return restored;
    const left = rest(restoring, index);
    if (left.length === 0) return restored;
    // What waited belongs behind the words of this chunk and before its end.
    same = false;
    const { usage: _usage, ...head } = data;
    before.push(...(words.length === 0 ? [] : [frameOf({ ...head, choices: [{ ...restored, finish_reason: null }] })]), ...left);
    return words.length === 0 ? restored : { ...choice, delta: {} };
  });
  return [...before, same ? frame : frameOf({ ...data, choices: next }, frame.event)];
}

function tail({ tails }: Restoring, index: number, member: string): ReturnType<Tails['of']> {
  return tails.of(`${String(index)} ${member}`);
}

function rest(restoring: Restoring, index: number): readonly Frame[] {
  const last = restoring.open.get(index);
  if (last === undefined) return [];
  const { usage: _usage, choices: _choices, ...head } = last;
  return SPOKEN.flatMap((member) => {
    const text = tail(restoring, index, member).end();
    return text === '' ? [] : [frameOf({ ...head, choices: [{ index, delta: { [member]: text }, logprobs: null, finish_reason: null }] })];
  });
}
