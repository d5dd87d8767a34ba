import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULTS } from '../../../src/config/schema.ts';
import { startDaemon } from '../../../src/daemon/main.ts';
import { running } from '../../api/daemon.ts';
import { GPT } from './stage.ts';
import { JSON_TYPE, post, upstream } from './upstream.ts';

const WHOLE = `{"id":"c1","model":"${GPT}","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"hello"}}]}`;

test('[LLM-15] alone it serves the agents of the store, and no control API', async (context) => {
  const there = await upstream(context, (response) => void response.writeHead(200, JSON_TYPE).end(WHOLE));
  const aegis = await running(context, { config: { llm: { ...DEFAULTS.llm, port: 0, listen: 'off' } } });
  assert.equal(aegis.daemon.modelUrl, null);
  const key = await aegis.agent('a1');
  await aegis.daemon.close();
  const alone = await startDaemon({
    config: {
      ...DEFAULTS,
      dataDir: join(aegis.folder, 'data'),
      checkpointDir: join(aegis.folder, 'witness'),
      llm: { ...DEFAULTS.llm, port: 0, openai: { url: there.url, key: 'sk-upstream' } },
    },
    cwd: aegis.folder,
    onFault: ({ error }) => assert.fail(String(error)),
    serve: 'models',
  });
  try {
    assert.equal(alone.url, alone.modelUrl);
    const body = JSON.stringify({ model: GPT, messages: [{ role: 'user', content: 'hi' }] });
    const answer = await post(`${alone.url}/v1/chat/completions`, body, { authorization: `Bearer ${key}` });
    assert.equal(answer.status, 200, answer.text);
    const control = await post(`${alone.url}/v1/halt`, '{}', { authorization: `Bearer ${aegis.admin}` });
    assert.equal(control.status, 401);
  } finally {
    // Before the folder goes.
    await alone.close();
  }
});
