import type { TestContext } from 'node:test';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { running, type Running } from '../../api/daemon.ts';
import { afterOf, beforeOf, documentOf, effectIn } from './documents.ts';
import type { Asked } from './documents.ts';

export interface Stage {
  readonly aegis: Running;
  readonly key: string;
  before(
    harness: string,
    asked: Asked,
    query?: string,
  ): Promise<{ readonly effect: string; readonly text: string; readonly body: Readonly<Record<string, unknown>> }>;
  after(harness: string, asked: Asked, answer: unknown): Promise<void>;
  event(harness: string, event: string, payload: object): Promise<Readonly<Record<string, unknown>>>;
  entries(type: string): Promise<readonly { readonly agent?: string; readonly session?: string; readonly body: Readonly<Record<string, unknown>> }[]>;
}

export async function stage(context: TestContext, policy?: string): Promise<Stage> {
  const aegis = await running(context);
  const key = await aegis.agent('coder');
  if (policy !== undefined) {
    const activated = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: policy } });
    if (activated.status !== 200) throw new Error(activated.text);
  }
  const post = (harness: string, event: string, body: object, query = '') =>
    aegis.ask('POST', `/v1/hooks/${harness}/${event}${query}`, { key, body });
  return {
    aegis,
    key,
    before: async (harness, asked, query) => {
      const { event, payload } = beforeOf(documentOf(harness), asked);
      const { body, text, status } = await post(harness, event, payload, query);
      return { effect: status === 200 ? effectIn(documentOf(harness), body as JsonObject) : String(status), text, body };
    },
    after: async (harness, asked, answer) => {
      const { event, payload } = afterOf(documentOf(harness), asked, answer);
      const { text, status } = await post(harness, event, payload);
      if (status !== 200) throw new Error(text);
    },
    event: async (harness, event, payload) => (await post(harness, event, payload)).body,
    entries: async (type) => {
      const { body } = await aegis.ask('GET', `/v1/log?type=${type}&limit=1000`, { key: aegis.admin });
      return body['entries'] as never;
    },
  };
}
