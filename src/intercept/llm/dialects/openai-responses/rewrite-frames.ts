import type { JsonObject } from '../../../../kernel/json.ts';
import type { Frame } from '../../dialect/frame.ts';
import type { CallDecision } from '../../dialect/model-answer.ts';
import { countOf, listOf, objectOf } from '../../dialect/members.ts';
import { frameOf } from '../../dialect/frame.ts';
import { rewritten, withOutput } from './answer.ts';
import { messageEvents } from './message-events.ts';
import type { Progress } from './progress.ts';
import type { Slot } from './slot.ts';

interface Terms {
  readonly held: readonly Frame[];
  readonly progress: Progress;
  /** By place in the output. */
  readonly decisions: ReadonlyMap<number, CallDecision>;
  /** Of the last frame that left; null when none was numbered. */
  readonly sequence: number | null;
}

/** Held frames after decisions of which some are no `pass`: what is left of each call once, everything numbered anew. */
export function rewriteFrames({ held, progress, decisions, sequence }: Terms): readonly Frame[] {
  const frames: Frame[] = [];
  const replaced = new Set<number>();
  const first = held[0]?.data?.sequence_number;
  let next = sequence ?? (typeof first === 'number' ? first - 1 : null);
  const emit = (data: JsonObject, named: boolean): void => {
    if (next !== null) next++;
    const numbered = next === null ? data : { ...data, sequence_number: next };
    frames.push(frameOf(numbered, named && typeof data.type === 'string' ? data.type : undefined));
  };
  for (const frame of held) {
    const { data } = frame;
    const named = frame.event !== undefined;
    if (data === null) {
      frames.push(frame);
      continue;
    }
    const slot = progress.slots.get(countOf(data.output_index) ?? -1);
    const decision = slot === undefined ? undefined : decisions.get(slot.place);
    if (slot === undefined || decision === undefined || !changes(slot, decision)) {
      emit(withLast(data, progress, decisions), named);
    } else if (!replaced.has(slot.place)) {
      replaced.add(slot.place);
      for (const event of eventsOf(slot, decision)) emit(event, named);
    }
  }
  return frames;
}

/** Arguments of what the provider ran already cannot be replaced. */
function changes(slot: Slot, decision: CallDecision): boolean {
  return decision.kind === 'refuse' || (decision.kind === 'replace' && slot.kind === 'asked');
}

function eventsOf(slot: Slot, decision: CallDecision): readonly JsonObject[] {
  const item = rewritten(slot.item, slot.place, decision);
  if (decision.kind === 'refuse') return messageEvents(slot.place, item);
  const place = { output_index: slot.place };
  const of = { ...place, ...(typeof item.id === 'string' ? { item_id: item.id } : {}) };
  const begun = { type: 'response.output_item.added', ...place, item: emptied(item) };
  const ended = { type: 'response.output_item.done', ...place, item };
  if (item.type === 'function_call')
    return [begun, ...textEvents('response.function_call_arguments', 'arguments', { of, text: item.arguments }), ended];
  if (item.type === 'custom_tool_call') return [begun, ...textEvents('response.custom_tool_call_input', 'input', { of, text: item.input }), ended];
  return [begun, ended];
}

function textEvents(
  stem: string,
  whole: string,
  { of, text }: { readonly of: JsonObject; readonly text: JsonObject[string] | undefined },
): readonly JsonObject[] {
  return [
    { type: `${stem}.delta`, ...of, delta: text ?? '' },
    { type: `${stem}.done`, ...of, [whole]: text ?? '' },
  ];
}

/** A call as it is announced, before the text of its arguments is streamed. */
function emptied(item: JsonObject): JsonObject {
  const status = item.status === undefined ? {} : { status: 'in_progress' };
  if (item.type === 'function_call') return { ...item, ...status, arguments: '' };
  if (item.type === 'custom_tool_call') return { ...item, ...status, input: '' };
  return { ...item, ...status };
}

/** The last frame repeats the whole output; there too each call is what its decision leaves. */
function withLast(data: JsonObject, progress: Progress, decisions: Terms['decisions']): JsonObject {
  const response = objectOf(data.response);
  if (response === null || progress.last.size === 0) return data;
  const output = listOf(response.output).flatMap((value, position) => {
    const item = objectOf(value);
    if (item === null) return [];
    const slot = progress.last.get(position);
    const decision = slot === undefined ? undefined : decisions.get(slot.place);
    return [slot === undefined ? item : rewritten(item, slot.place, decision)];
  });
  return { ...data, response: withOutput(response, output) };
}
