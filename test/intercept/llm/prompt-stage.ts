import type { TestContext } from 'node:test';
import type { JsonObject } from '../../../src/kernel/json.ts';
import type { Stage } from './stage.ts';
import { JSON_TYPE, post, upstream } from './upstream.ts';
import type { Upstream } from './upstream.ts';

export const MAIL = 'zoe.kovac@example.org';
export const TOKEN = 'ghp_' + 'x7Kq2mT9vB4nR8wZ1cL5pD3sF6hJ0gYaQeUi';
export const CARD = 4_242_424_242_424_242;
export const SSN = '536-22-8145';
export const VALUES = [MAIL, TOKEN, String(CARD), SSN];
export const PLACEHOLDER = /\[\[[A-Z][A-Z0-9_]*_[a-z2-7]{16}\]\]/g;

export const policyOf = (words: string, more = ''): string => `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: prompts }
default: allow
agents: { a1: { allow: [send], block: [wipe] } }
detectors: { ${words} }
${more}`;
export const RESTORE = policyOf('pii: { prompt: restore }, secret: { prompt: restore }');
export const REDACT = policyOf('pii: { prompt: redact }, secret: { prompt: redact }');

/** What the provider answers, per dialect, to anything. */
const ANSWERS: Readonly<Record<string, JsonObject>> = {
  '/v1/chat/completions': {
    id: 'c1',
    choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1 },
  },
  '/v1/responses': { id: 'resp_1', status: 'completed', output: [], usage: { input_tokens: 1, output_tokens: 1 } },
  '/v1/messages': {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text: 'ok' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  },
  '/v1/messages/count_tokens': { input_tokens: 3 },
  '/v1beta/models/gemini-2.5-flash:generateContent': {
    candidates: [{ content: { role: 'model', parts: [{ text: 'ok' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
  },
  '/v1beta/models/gemini-2.5-flash:countTokens': { totalTokens: 3 },
};

export async function provider(context: TestContext, answer?: (path: string, body: JsonObject) => JsonObject): Promise<Upstream> {
  return upstream(context, (response, { url, text }) => {
    const body = answer?.(url, JSON.parse(text) as JsonObject) ?? ANSWERS[url];
    response.writeHead(200, JSON_TYPE);
    response.end(JSON.stringify(body));
  });
}

export const sent = (staged: Stage, path: string, body: JsonObject, session = 's1'): ReturnType<typeof post> =>
  post(`${staged.models}${path}`, JSON.stringify(body), { 'x-aegis-key': staged.key, 'x-aegis-session': session });

export interface Decided {
  readonly action: { readonly id: string; readonly kind: string; readonly name: string };
  readonly decision: {
    readonly effect: string;
    readonly shadow?: string;
    readonly reasons: readonly { readonly code: string; readonly message: string }[];
  };
}

export async function decided(staged: Stage, kind: string): Promise<readonly Decided[]> {
  const found = (await staged.entries()).filter(({ type }) => type === 'action-decided').map(({ body }) => body as unknown as Decided);
  return found.filter(({ action }) => action.kind === kind);
}
