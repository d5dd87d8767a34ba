import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { notice } from '../notice.ts';

/** Set while a guarded client, or a model class that is guarded, sends its request. */
const sending = new AsyncLocalStorage<true>();

/** Paths at which models answer with tool calls; ordinary services have messages and responses too, so those count behind a version alone. */
const ANSWERS = [
  /\/chat\/completions$/,
  /\/(?:v\d[\da-z]*|openai)\/(?:responses|messages|interactions)$/,
  /\/threads\/[^/]+\/runs$/,
  /\/models\/[^/]+:(?:streamG|g)enerateContent$/,
  /\/model\/[^/]+\/(?:converse|converse-stream|invoke|invoke-with-response-stream)$/,
  /\/api\/chat$/,
];

/** No model's address is longer. */
const LONGEST_PATH = 2_048;

const seen = new Set<string>();
let watching = false;

export function guardedRequest<T>(send: () => T): T {
  return sending.run(true, send);
}

/** Requests to models that no guarded library sent, by address. Tool calls in their answers are decided nowhere. */
export function unguardedRequests(): readonly string[] {
  return [...seen];
}

/**
 * Watches what this process sends through `fetch`, undici and node:http: a bundle, a library nobody knows, a copy that was found nowhere all end there. It only
 * looks and tells, once for each address.
 */
export function watchRequests(): void {
  if (watching) return;
  watching = true;
  subscribe('undici:request:create', (message) => {
    const { request } = message as { request?: { method?: string; origin?: unknown; path?: unknown } };
    if (request?.method === 'POST') look(originOf(request.origin), String(request.path ?? ''));
  });
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request?: { method?: string; host?: unknown; path?: unknown } };
    if (request?.method === 'POST') look(String(request.host ?? ''), String(request.path ?? ''));
  });
}

function look(origin: string, path: string): void {
  const plain = path.split('?')[0] ?? '';
  if (sending.getStore() === true || plain.length > LONGEST_PATH || !ANSWERS.some((one) => one.test(plain))) return;
  const address = origin + plain;
  if (seen.has(address) || seen.size >= 100) return;
  seen.add(address);
  notice(
    `not guarded: ${address} was asked by code that is no guarded library (a bundle, another copy, a library Aegis does not know). Tool calls in its answers are not decided: wrap() the tools, or use the model proxy`,
  );
}

function originOf(origin: unknown): string {
  return origin instanceof URL ? origin.origin : typeof origin === 'string' ? origin : '';
}
