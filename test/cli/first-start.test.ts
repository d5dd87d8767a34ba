import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULTS } from '../../src/config/schema.ts';
import type { Config, Partly } from '../../src/config/schema.ts';
import { loadConfig, policyAsked } from '../../src/config/load.ts';
import { heedPolicy } from '../../src/daemon/heed-policy.ts';
import { readPolicy } from '../../src/daemon/policy-files.ts';
import { AegisError } from '../../src/errors.ts';
import { startDaemon } from '../../src/daemon/main.ts';
import type { Daemon } from '../../src/daemon/main.ts';
import { sharedStore } from '../e2e/daemons.ts';
import { document, sampleGate } from '../gate/sample-gate.ts';

const POLICY = 'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: mine }\ndefault: allow\n';

test('[AUTH-12] a first start that fails, for whatever reason, leaves nothing that hides the key from the next one', async (t) => {
  const store = await sharedStore(t);
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  t.after(() => busy.close());
  const port = String((busy.address() as AddressInfo).port);
  writeFileSync(join(store.folder, 'bad.yaml'), 'apiVersion: nothing');
  writeFileSync(join(store.folder, 'no-folder'), '');
  writeFileSync(join(store.folder, 'mine.yaml'), POLICY);
  mkdirSync(join(store.folder, 'data'), { mode: 0o700 });
  await assert.rejects(store.up(['--port', port]), /LISTEN_FAILED/);
  await assert.rejects(store.up(['--port', '0', '--proxy-port', port, '--policy', 'strict']), /LISTEN_FAILED/);
  await assert.rejects(store.up(['--policy', 'bad.yaml']), /POLICY_INVALID/);
  await assert.rejects(store.up(['--checkpoints', 'no-folder']), /no-folder/);
  const first = await store.up(['--policy', 'mine.yaml']);
  const key = first.firstKeys[0]?.key ?? '';
  const { body } = await first.ask(key, 'GET', '/v1/policies/current');
  assert.equal(body['name'], 'mine', 'the policy of the start that came about');
  await first.stop();
  const second = await store.up();
  assert.deepEqual(second.firstKeys, []);
  assert.equal((await second.ask(key, 'GET', '/v1/log')).status, 200);
});

test('[AUTH-12] a key that a killed start never came to show is made anew, unless somebody used it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-first-'));
  let daemon: Daemon | null = null;
  t.after(async () => {
    await daemon?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const config = {
    ...DEFAULTS,
    dataDir: join(folder, 'data'),
    checkpointDir: join(folder, 'checkpoints'),
    server: { ...DEFAULTS.server, port: 0, socket: 'off' },
    llm: { ...DEFAULTS.llm, port: 0 },
  } as Config;
  const start = async (): Promise<string | undefined> => {
    await daemon?.close();
    daemon = await startDaemon({ config, cwd: folder, onFault: () => undefined, showsKeys: true });
    return daemon.firstKeys[0]?.key;
  };
  const status = async (key = ''): Promise<number> =>
    (await fetch(`${daemon?.url ?? ''}/v1/log`, { headers: { authorization: `Bearer ${key}` } })).status;
  const never = await start();
  assert.equal(await status(never), 200);
  const shown = await start();
  assert.ok(shown !== undefined);
  assert.deepEqual([await status(never), await status(shown)], [401, 200]);
  const headers = { authorization: `Bearer ${shown}`, 'content-type': 'application/json' };
  await fetch(`${(daemon as unknown as Daemon).url}/v1/agents`, { method: 'POST', headers, body: '{"agent":"bot"}' });
  assert.equal(await start(), undefined, 'somebody has it, though nobody said so');
  assert.equal(await status(shown), 200);
  (daemon as unknown as Daemon).keysShown();
  assert.equal(await start(), undefined);
});

test('[GATE-29] a policy setting that is not what is in force is refused with the way to switch, wherever it is written', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-policy-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const up = async (flags: Partly<Config> = {}, env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => {
    const off = { server: { port: 0, socket: 'off' }, llm: { listen: 'off' }, dataDir: 'data', checkpointDir: 'checkpoints' } as const;
    const sources = { env, flags: { ...off, ...flags }, cwd: folder };
    const asked = await policyAsked(sources);
    const daemon = await startDaemon({ config: await loadConfig(sources), cwd: folder, onFault: () => undefined, policyAsked: asked });
    await daemon.close();
    return daemon.notices;
  };
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof AegisError && error.code === 'POLICY_NOT_IN_FORCE' && pattern.test(`${error.message} ${error.hint}`);
  write('mine.yaml', POLICY);
  await up({ policy: 'mine.yaml' });
  await assert.rejects(
    up({ policy: 'strict' }),
    refused(/^--policy strict is for the first start.* in force here is mine .*`aegis policy activate strict`/),
  );
  await assert.rejects(up({}, { AEGIS_POLICY: 'locked' }), refused(/^AEGIS_POLICY=locked is for/));
  write('aegis.yaml', 'policy: strict\n');
  await assert.rejects(up(), refused(/^policy: strict in .*aegis\.yaml is for/));
  write('aegis.yaml', 'policy: mine.yaml\n');
  await up();
  write('mine.yaml', `${POLICY}# another comment\n`);
  await up();
  write('mine.yaml', POLICY.replace('allow', 'deny'));
  await assert.rejects(up(), refused(/`aegis policy activate mine\.yaml`/));
  rmSync(join(folder, 'aegis.yaml'));
  assert.deepEqual(await up(), []);
});

test('[GATE-29] a shipped policy of another release under the same name starts, and the start says how to switch', async (t) => {
  const { gate, deps } = await sampleGate({ policy: document({ metadata: { name: 'strict' } }) });
  t.after(() => gate.close());
  const strict = readPolicy('strict', '.');
  const notice = await heedPolicy({ gate, store: deps.store, policy: strict, asked: { name: 'strict', origin: '--policy strict' } });
  assert.match(notice ?? '', /is not the strict of this release. To switch, run: aegis policy activate strict/);
  assert.equal(await heedPolicy({ gate, store: deps.store, policy: strict, asked: null }), null);
});
