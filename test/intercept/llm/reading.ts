import assert from 'node:assert/strict';
import { createFrameReader, frameText } from '../../../src/intercept/llm/bytes/event-stream.ts';
import type { Frame } from '../../../src/intercept/llm/dialect/frame.ts';
import type { Answer } from '../../../src/intercept/llm/dialect/model-answer.ts';
import { PROVIDERS } from './providers/providers.ts';

/** What a dialect's reader lets through of a stream, and the code of the fault it found. */
export function createReaderFor(name: string, stream: string): { readonly left: string; readonly fault: string | null; readonly answer: Answer } {
  const provider = PROVIDERS.find(({ dialect }) => dialect.name === name) ?? assert.fail(`no provider for ${name}`);
  const { dialect, model, request } = provider;
  const route = dialect.routes.find(({ kind, streams }) => kind === 'generate' && streams !== 'never') ?? assert.fail();
  const reader = dialect.createReader(dialect.readRequest(request(true), route, { model }));
  const left: Frame[] = [];
  try {
    for (const frame of createFrameReader().push(Buffer.from(stream))) left.push(...reader.take(frame));
    return { left: left.map(frameText).join(''), fault: null, answer: reader.answer() };
  } catch (error) {
    return { left: left.map(frameText).join(''), fault: String((error as { code?: unknown }).code), answer: reader.answer() };
  }
}
