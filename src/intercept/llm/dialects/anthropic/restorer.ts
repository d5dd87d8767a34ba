import type { JsonObject } from '../../../../kernel/json.ts';
import type { AnswerRestorer } from '../../dialect/dialect.ts';
import { listOf, objectOf, textOf } from '../../dialect/members.ts';
import { frameOf } from '../../dialect/frame.ts';
import { createTails, restored } from '../../dialect/restore.ts';
import type { Restore, Tails } from '../../dialect/restore.ts';
import type { Frame } from '../../dialect/frame.ts';

/** Blocks of text and what they quote. Thoughts are signed and stay. */
export function restoreAnswer(body: JsonObject, restore: Restore): JsonObject {
  let same = true;
  const content = listOf(body['content']).map((value) => {
    const block = objectOf(value);
    const next = block?.['type'] === 'text' ? restored(block, restore) : value;
    same &&= next === value;
    return next;
  });
  return same ? body : { ...body, content };
}

interface Restoring {
  readonly restore: Restore;
  readonly tails: Tails;
  readonly open: Set<number>;
}

export function createRestorer(restore: Restore): AnswerRestorer {
  const restoring: Restoring = { restore, tails: createTails(restore), open: new Set() };
  const end = (): readonly Frame[] => [...restoring.open].flatMap((index) => rest(restoring, index));
  return { take: (frame) => take(restoring, frame), end };
}

function take(restoring: Restoring, frame: Frame): readonly Frame[] {
  const { data } = frame;
  const index = typeof data?.['index'] === 'number' ? data['index'] : -1;
  switch (data?.['type']) {
    case 'message_start': {
      const message = objectOf(data['message']) ?? {};
      const next = restoreAnswer(message, restoring.restore);
      return [next === message ? frame : frameOf({ ...data, message: next }, frame.event)];
    }
    case 'content_block_start':
      return [started(restoring, frame, { data, index })];
    case 'content_block_delta':
      return [more(restoring, frame, { data, index })];
    case 'content_block_stop':
      return [...rest(restoring, index), frame];
    case 'message_delta':
    case 'message_stop':
    case 'error':
      return [...[...restoring.open].flatMap((one) => rest(restoring, one)), frame];
    default:
      return [frame];
  }
}

interface At {
  readonly data: JsonObject;
  readonly index: number;
}

function started({ tails, open }: Restoring, frame: Frame, { data, index }: At): Frame {
  const block = objectOf(data['content_block']);
  const text = block?.['type'] === 'text' ? textOf(block['text']) : null;
  if (text === null) return frame;
  open.add(index);
  const next = tails.of(String(index)).take(text);
  return next === text ? frame : frameOf({ ...data, content_block: { ...block, text: next } }, frame.event);
}

function more({ tails, open, restore }: Restoring, frame: Frame, { data, index }: At): Frame {
  const delta = objectOf(data['delta']);
  if (delta?.['type'] === 'citations_delta') {
    const quoted = restored(delta, restore);
    return quoted === delta ? frame : frameOf({ ...data, delta: quoted }, frame.event);
  }
  const text = delta?.['type'] === 'text_delta' ? textOf(delta['text']) : null;
  if (text === null) return frame;
  open.add(index);
  const next = tails.of(String(index)).take(text);
  return next === text ? frame : frameOf({ ...data, delta: { ...delta, text: next } }, frame.event);
}

function rest({ tails, open }: Restoring, index: number): readonly Frame[] {
  if (!open.delete(index)) return [];
  const text = tails.of(String(index)).end();
  if (text === '') return [];
  return [frameOf({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } }, 'content_block_delta')];
}
