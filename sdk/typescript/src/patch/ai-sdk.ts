import type { Calls, ToolCall } from '../calls.ts';
import { parseArgs, toJson } from '../json.ts';
import type { Json, JsonObject } from '../wire.ts';
import { list, text } from './dialect.ts';
import { guardedRequest } from './unguarded-requests.ts';

/** A language model of the AI SDK's provider specification (v2 and later share these shapes). */
export interface LanguageModel {
  doGenerate(options: CallOptions): Promise<{ content: Part[] }>;
  doStream(options: CallOptions): Promise<{ stream: ReadableStream<Part> }>;
}

interface CallOptions {
  readonly prompt?: Json;
}

interface Part {
  readonly type: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  /** JSON text. */
  input?: string;
  readonly id?: string;
  /** The provider ran it itself; it is not ours to hold. */
  readonly providerExecuted?: boolean;
  readonly error?: unknown;
}

const patched = new WeakSet<object>();

/** Guards the model class of one provider package; the `ai` package itself is never touched. */
export function patchLanguageModel(prototype: LanguageModel, calls: Calls): void {
  if (patched.has(prototype)) return;
  patched.add(prototype);
  const { doGenerate, doStream } = prototype;
  prototype.doGenerate = async function generate(this: LanguageModel, options) {
    await observe(calls, options);
    const answer = await guardedRequest(() => doGenerate.call(this, options));
    await decide(calls, answer.content.filter(isCall));
    return answer;
  };
  prototype.doStream = async function stream(this: LanguageModel, options) {
    await observe(calls, options);
    const answer = await guardedRequest(() => doStream.call(this, options));
    return { ...answer, stream: answer.stream.pipeThrough(holdBack(calls)) };
  };
}

function isCall(part: Part): boolean {
  return part.type === 'tool-call' && part.providerExecuted !== true;
}

async function decide(calls: Calls, parts: readonly Part[]): Promise<void> {
  if (parts.length === 0) return;
  const decided = await calls.decide(parts.map(toCall));
  for (const part of parts) {
    const args = decided.get(part.toolCallId ?? '');
    if (args !== undefined) part.input = JSON.stringify(args);
  }
}

function toCall(part: Part): ToolCall {
  return { id: part.toolCallId ?? '', name: part.toolName ?? '', args: parseArgs(part.input ?? '') };
}

/** From the first sign of a tool call on, everything waits until the whole set is decided. */
function holdBack(calls: Calls): TransformStream<Part, Part> {
  const held: Part[] = [];
  return new TransformStream<Part, Part>({
    transform(part, controller): void {
      if (held.length > 0 || part.type.startsWith('tool-')) held.push(part);
      else controller.enqueue(part);
    },
    async flush(controller): Promise<void> {
      const made = held.filter(isCall);
      const before = new Map(made.map((part) => [part.toolCallId, part.input]));
      try {
        await decide(calls, made);
      } catch (error) {
        // The specification's own way to fail a stream; the held parts are dropped.
        controller.enqueue({ type: 'error', error });
        return;
      }
      const changed = new Set(made.filter((part) => part.input !== before.get(part.toolCallId)).map((part) => part.toolCallId));
      for (const part of held) {
        // The deltas of a call that was modified would spell the old arguments.
        if (!(part.type.startsWith('tool-input-') && changed.has(part.id))) controller.enqueue(part);
      }
    },
  });
}

async function observe(calls: Calls, options: CallOptions): Promise<void> {
  for (const message of list(options.prompt)) {
    const parts = list(message['content']);
    if (message['role'] === 'user') await calls.user(parts.map((part) => text(part['text'])).join('\n'));
    if (message['role'] !== 'tool') continue;
    for (const part of parts) {
      const output = (part['output'] ?? {}) as JsonObject;
      await calls.result(text(part['toolCallId']), toJson(output['value'] ?? output), text(output['type']).startsWith('error'));
    }
  }
}
