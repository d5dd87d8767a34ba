import type { TestContext } from 'node:test';
import { startModelServer } from '../../../examples/model-server/server.ts';
import { DEFAULTS } from '../../../src/config/schema.ts';
import { running } from '../../api/daemon.ts';
import type { Running } from '../../api/daemon.ts';
import { doorContract } from '../door.contract.ts';
import type { Verdict } from '../door.contract.ts';
import { CLAUDE, GPT } from './stage.ts';
import { post } from './upstream.ts';

/** The model says what the user's message holds, so that each test says which call is asked for. */
async function start(context: TestContext): Promise<Running> {
  const models = await startModelServer(({ user }) => ({ calls: [JSON.parse(user) as { name: string; args: Record<string, unknown> }] }));
  const provider = { url: models.url, key: 'sk-upstream' };
  const aegis = await running(context, { config: { llm: { ...DEFAULTS.llm, port: 0, holdMs: 0, openai: provider, anthropic: provider } } });
  context.after(() => models.close());
  return aegis;
}

function verdictOf(text: string, name: string): Verdict {
  if (text.includes(`"name":"${name}"`)) return 'runs';
  return text.includes('Aegis is holding this action') ? 'waits' : 'refused';
}

const WAYS: Readonly<Record<string, (message: string) => readonly [path: string, body: object]>> = {
  'openai chat': (content) => ['/v1/chat/completions', { model: GPT, messages: [{ role: 'user', content }] }],
  'openai chat, streamed': (content) => ['/v1/chat/completions', { model: GPT, stream: true, messages: [{ role: 'user', content }] }],
  'openai responses, streamed': (input) => ['/v1/responses', { model: GPT, stream: true, input }],
  'anthropic messages, streamed': (content) => [
    '/v1/messages',
    { model: CLAUDE, max_tokens: 9, stream: true, messages: [{ role: 'user', content }] },
  ],
};

for (const [name, way] of Object.entries(WAYS)) {
  doorContract({
    name: `model proxy, ${name}`,
    calls: { look: 'look', pay: 'pay', wipe: 'wipe' },
    start,
    async propose(aegis, key, { session, name: tool, args }) {
      const [path, body] = way(JSON.stringify({ name: tool, args }));
      const headers = { authorization: `Bearer ${key}`, 'x-aegis-session': session };
      const { text } = await post(`${aegis.daemon.modelUrl ?? ''}${path}`, JSON.stringify(body), headers);
      return { verdict: verdictOf(text, tool), said: text };
    },
  });
}
