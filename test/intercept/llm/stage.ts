import type { TestContext } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { Script, Turn } from '../../../examples/model-server/script.ts';
import { startModelServer } from '../../../examples/model-server/server.ts';
import type { Config } from '../../../src/config/schema.ts';
import { DEFAULTS } from '../../../src/config/schema.ts';
import { running } from '../../api/daemon.ts';
import type { Running } from '../../api/daemon.ts';

/** Prices are of the library; these models are cheap and known. */
export const GPT = 'gpt-4o-mini';
export const CLAUDE = 'claude-3-5-haiku-latest';

export const POLICY = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: door }
default: allow
agents:
  a1: { allow: [look, note, 'model*'], review: [pay], block: [wipe] }
rules:
  - id: short-notes
    when: action.name == "note"
    effect: modify
    set: { text: short }
`;

export interface Stage {
  readonly aegis: Running;
  readonly key: string;
  readonly models: string;
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  /** The recorded actions of a session, oldest first. */
  actions(session: string): Promise<readonly Recorded[]>;
  entries(query?: string): Promise<readonly Entry[]>;
  /** What an action was settled with, once it is. */
  settled(action: string): Promise<Settled>;
}

export interface Recorded {
  readonly action: string;
  readonly kind: string;
  readonly name: string;
  readonly effect: string;
}

export interface Entry {
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Settled {
  readonly status: string;
  readonly usage: { readonly tokens?: number; readonly usdMicros?: number };
  readonly errorCode?: string;
}

export type LlmConfig = Partial<Config['llm']>;

/** Aegis in front of an upstream, and the providers' own clients pointed at it: only the address and the key are changed. */
export async function stage(
  context: TestContext,
  upstream: string,
  terms: { llm?: LlmConfig; policy?: string | null; limits?: Partial<Config['limits']> } = {},
): Promise<Stage> {
  const held = { url: upstream, key: 'sk-upstream' };
  const llm = { ...DEFAULTS.llm, port: 0, openai: held, anthropic: held, google: held, holdMs: 20_000, ...terms.llm };
  const aegis = await running(context, { config: { llm, ...(terms.limits === undefined ? {} : { limits: terms.limits }) } });
  const key = await aegis.agent('a1');
  if (terms.policy !== null) {
    const activated = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: terms.policy ?? POLICY } });
    if (activated.status !== 200) throw new Error(activated.text);
  }
  const models = aegis.daemon.modelUrl ?? '';
  const entries = async (query = ''): Promise<readonly Entry[]> => {
    const { body } = await aegis.ask('GET', `/v1/log?limit=1000${query}`, { key: aegis.admin });
    return body['entries'] as readonly Entry[];
  };
  return {
    aegis,
    key,
    entries,
    settled: async (action) => {
      for (;;) {
        const found = (await entries(`&action=${action}`)).find(({ type }) => type === 'action-settled');
        if (found !== undefined) return found.body as unknown as Settled;
      }
    },
    models,
    openai: new OpenAI({ baseURL: `${models}/v1`, apiKey: key, maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: models, apiKey: key, maxRetries: 0 }),
    actions: async (session) => {
      const { body } = await aegis.ask('GET', `/v1/actions?session=${session}`, { key: aegis.admin });
      return [...(body['actions'] as Recorded[])];
    },
  };
}

export async function scripted(context: TestContext, script: Script | Turn): Promise<string> {
  const server = await startModelServer(typeof script === 'function' ? script : () => script);
  context.after(() => server.close());
  return server.url;
}
