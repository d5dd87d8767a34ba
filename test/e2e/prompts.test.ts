import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Script } from '../../examples/model-server/script.ts';
import { startModelServer } from '../../examples/model-server/server.ts';
import { running } from '../api/daemon.ts';
import { upstream } from '../intercept/llm/upstream.ts';
import { CLIENTS } from './model-clients.ts';

const MAIL = 'zoe.kovac@example.org';
const FORBIDDEN = 'max.weber@example.org';
const TOKEN = 'ghp_' + 'x7Kq2mT9vB4nR8wZ1cL5pD3sF6hJ0gYaQeUi';

/** Uses what the user called each value, as a model that never saw the value would. */
const script: Script = ({ user, results }) => {
  const [to = 'nobody', token = 'nothing'] = user.match(/\[\[[A-Z_]+_[a-z2-7]{16}\]\]/g) ?? [];
  if (results.length > 0) return { text: `Done for ${to} with ${token}.` };
  return { text: `Writing to ${to}.`, calls: [{ name: 'lookup', args: { id: 7, to } }] };
};

const RUNS = Object.keys(CLIENTS).flatMap((name, at) =>
  [false, true].map((stream) => ({ name, stream, agent: `writer-${String(at)}${stream ? 's' : ''}` })),
);

const POLICY = `
apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: prompts }
default: allow
detectors: { pii: { prompt: restore }, secret: { prompt: restore } }
rules:
  - { id: not-max, when: 'action.name == "lookup" && action.args.to == "${FORBIDDEN}"', effect: deny, reason: { code: NOT_MAX, message: Max gets no mail. } }
`;

test('[LLM-54, LLM-56, LLM-57] other people’s clients: the provider never sees a value, the client reads it and runs on it, a rule about the value holds', async (context) => {
  const model = await startModelServer(script);
  context.after(() => model.close());
  const { url, seen } = await upstream(context, async (response, { url: path, headers, text }) => {
    const type = headers['content-type'] ?? 'application/json';
    const answer = await fetch(model.url + path, {
      method: 'POST',
      headers: { 'content-type': type, authorization: 'Bearer k', 'x-api-key': 'k' },
      body: text,
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? type });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  const held = { url, key: 'held-by-the-proxy' };
  const aegis = await running(context, { config: { llm: { openai: held, anthropic: held, google: held } } });
  const activated = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: POLICY } });
  assert.equal(activated.status, 200, activated.text);
  const base = aegis.daemon.modelUrl ?? '';
  for (const { name, stream, agent } of RUNS) {
    await context.test(`${name}${stream ? ', streamed' : ''}`, async () => {
      const pointed = { base, key: await aegis.agent(agent) };
      const wrote = await CLIENTS[name]!(pointed, `write to ${MAIL} with ${TOKEN}`, stream);
      assert.deepEqual(wrote.tools, [`lookup {"id":7,"to":"${MAIL}"}`]);
      assert.match(wrote.said, new RegExp(`Writing to ${MAIL}\\.[^]*Done for ${MAIL} with ${TOKEN}\\.`));
      const refused = await CLIENTS[name]!(pointed, `write to ${FORBIDDEN}`, stream);
      assert.deepEqual(refused.tools, []);
      assert.match(refused.said, new RegExp(`Writing to ${FORBIDDEN}\\.[^]*Max gets no mail\\. \\(NOT_MAX\\)`));
      const { body } = await aegis.ask('GET', `/v1/actions?agent=${agent}&limit=100`, { key: aegis.admin });
      const recorded = body['actions'] as readonly { readonly kind: string; readonly effect: string }[];
      assert.deepEqual(
        recorded.flatMap(({ kind, effect }) => (kind === 'model' ? [effect] : [])),
        ['modify', 'modify', 'modify'],
      );
    });
  }
  assert.equal(seen.length, 3 * RUNS.length);
  const came = seen.map(({ text }) => text).join('\n');
  const kept = readdirSync(aegis.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = kept.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
  for (const value of [MAIL, FORBIDDEN, TOKEN]) assert.ok(!came.includes(value), `${value} went upstream`);
  // To whom a call writes is a fact of the call; what stands for what is recorded nowhere.
  assert.ok(!files.includes(TOKEN));
  assert.doesNotMatch(files, /\[\[[A-Z_]+_[a-z2-7]{16}\]\]/);
});
