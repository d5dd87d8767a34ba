import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Script } from '../../examples/model-server/script.ts';
import { startModelServer } from '../../examples/model-server/server.ts';
import { running } from '../api/daemon.ts';
import { CLIENTS } from './model-clients.ts';
import type { Ran } from './model-clients.ts';

const CANARY = 'canary-7f3a';

/** Asks for one tool, or for two at once, and says goodbye when the results are in. */
const script: Script = ({ user, results }) => {
  if (results.length > 0) return { text: `Finished after ${String(results.length)}.` };
  const wipe = { name: 'wipe', args: { id: 7, note: CANARY } };
  if (user.includes('both')) return { text: 'Both.', calls: [{ name: 'lookup', args: { id: 7 } }, wipe] };
  if (user.includes('wipe')) return { text: 'Wiping.', calls: [wipe] };
  if (user.includes('change')) return { calls: [{ name: 'change', args: { amount: 900 } }] };
  return { text: 'Looking.', calls: [{ name: 'lookup', args: { id: 7 } }] };
};

/** One agent for each way of asking, since an agent that is denied too often is halted. */
const AGENTS = Object.keys(CLIENTS).flatMap((name, at) =>
  [false, true].map((stream) => ({ name, stream, agent: `worker-${String(at)}${stream ? 's' : ''}` })),
);

const POLICY = `
apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: clients }
default: allow
agents:
${AGENTS.map(({ agent }) => `  ${agent}: { allow: [lookup, change], block: [wipe] }`).join('\n')}
rules:
  - { id: smaller, when: 'action.name == "change"', effect: modify, set: { amount: 100 } }
`;

test('[LLM-1, LLM-2] other people’s clients, unchanged but for base URL and key: allowed runs, denied never arrives, changed is what runs', async (context) => {
  const model = await startModelServer(script);
  context.after(() => model.close());
  const held = { url: model.url, key: 'held-by-the-proxy' };
  const aegis = await running(context, { config: { llm: { openai: held, anthropic: held, google: held } } });
  const activated = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: POLICY } });
  assert.equal(activated.status, 200, activated.text);
  const base = aegis.daemon.modelUrl ?? '';
  for (const { name, stream, agent } of AGENTS) {
    await context.test(`${name}${stream ? ', streamed' : ''}`, async () => {
      const key = await aegis.agent(agent);
      const run = (say: string): Promise<Ran> => CLIENTS[name]!({ base, key }, say, stream);
      const looked = await run('look at it');
      assert.deepEqual(looked.tools, ['lookup {"id":7}']);
      assert.match(looked.said, /Looking\.[^]*Finished after 1\./);
      const wiped = await run('wipe it');
      assert.deepEqual(wiped.tools, []);
      assert.match(wiped.said, /Wiping\.[^]*Aegis denied this action\./);
      const both = await run('both please');
      assert.deepEqual(both.tools, ['lookup {"id":7}']);
      assert.match(both.said, /Both\.[^]*Aegis denied this action\.[^]*Finished after 1\./);
      assert.deepEqual((await run('change it')).tools, ['change {"amount":100}']);
      for (const { said } of [looked, wiped, both]) assert.doesNotMatch(said, new RegExp(CANARY));
      const log = await aegis.ask('GET', `/v1/actions?agent=${agent}&limit=100`, { key: aegis.admin });
      const recorded = log.body['actions'] as readonly { readonly kind: string; readonly name: string; readonly effect: string }[];
      assert.deepEqual(recorded.flatMap(({ kind, name: tool, effect }) => (kind === 'tool' ? [`${tool} ${effect}`] : [])).toSorted(), [
        'change modify',
        'lookup allow',
        'lookup allow',
        'wipe deny',
        'wipe deny',
      ]);
      assert.ok(recorded.filter(({ kind, effect }) => kind === 'model' && effect === 'allow').length >= 7);
    });
  }
});
