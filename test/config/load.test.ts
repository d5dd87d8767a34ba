import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KEYS, variableOf } from '../../src/config/keys.ts';
import { loadConfig } from '../../src/config/load.ts';
import { DEFAULTS } from '../../src/config/schema.ts';

async function load(context: { after: (work: () => void) => void }, terms: { yaml?: string; env?: Record<string, string>; flags?: object } = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'aegis-config-'));
  context.after(() => rmSync(cwd, { recursive: true }));
  if (terms.yaml !== undefined) writeFileSync(join(cwd, 'aegis.yaml'), terms.yaml);
  const config = await loadConfig({ cwd, env: terms.env ?? {}, flags: terms.flags ?? {} });
  return { config, cwd };
}

test('[AUTH-11] defaults are loopback and private, and paths come back absolute', async (context) => {
  const { config, cwd } = await load(context);
  assert.deepEqual({ ...config, dataDir: '', checkpointDir: '' }, { ...DEFAULTS, dataDir: '', checkpointDir: '' });
  assert.equal(config.dataDir, join(cwd, '.aegis'));
  assert.equal(config.server.host, '127.0.0.1');
});

test('[AUTH-11] flags win over the environment, the environment over the file, the file over defaults', async (context) => {
  const yaml = 'server: { port: 7001, host: 127.0.0.2 }\nlimits: { bodyBytes: 2048 }\ntenants: [default, acme]\n';
  const env = { AEGIS_SERVER_PORT: '7002', AEGIS_SERVER_HOSTS: 'a.example, b.example', AEGIS_URL: 'http://client', AEGIS_KEY: 'client' };
  const { config } = await load(context, { yaml, env, flags: { server: { port: 7003 } } });
  assert.deepEqual([config.server.port, config.server.host, config.limits.bodyBytes], [7003, '127.0.0.2', 2048]);
  assert.deepEqual(
    [config.server.hosts, config.tenants],
    [
      ['a.example', 'b.example'],
      ['default', 'acme'],
    ],
  );
});

test('[AUTH-11] an unknown key, a wrong type or a bad document is an error that says where', async (context) => {
  const cases: readonly (readonly [{ yaml?: string; env?: Record<string, string> }, RegExp])[] = [
    [{ yaml: 'sever: { port: 1 }' }, /Unknown setting `sever` in .*aegis\.yaml; did you mean server\?/],
    [{ yaml: 'server: { prot: 1 }' }, /Unknown setting `server\.prot` in .* did you mean server\.port\?/],
    [{ yaml: 'server: 7411' }, /server in .* must be a section/],
    [{ yaml: 'server: { port: "x" }' }, /server\.port/],
    [{ yaml: 'server: { port: 70000 }' }, /server\.port/],
    [{ yaml: 'tenants: []' }, /tenants/],
    [{ yaml: 'policy: default\npolicy: strict' }, /unique/i],
    [{ yaml: '- a' }, /must hold a mapping/],
    [{ yaml: 'a: [' }, /aegis\.yaml/],
    [{ env: { AEGIS_SERVER_PRT: '1' } }, /Unknown setting `AEGIS_SERVER_PRT`; did you mean `AEGIS_SERVER_PORT`\?/],
    [{ env: { AEGIS_SERVER_PORT: '7e3' } }, /must be a whole number/],
    [{ env: { AEGIS_SERVER_PORT: '-1' } }, /must be a whole number/],
  ];
  for (const [terms, message] of cases) {
    await assert.rejects(load(context, terms), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'CONFIG_INVALID', JSON.stringify(terms));
      assert.match(error.message, message);
      return true;
    });
  }
});

test('[AUTH-11] every setting has a variable of its own', () => {
  const variables = [...KEYS.keys()].map(variableOf);
  assert.equal(new Set(variables).size, variables.length);
  assert.ok(variables.includes('AEGIS_LIMITS_REQUESTS_PER_SECOND'));
});

test('[AUTH-11] a variable that clients read, of the command line or of an SDK in any language, does not keep the daemon from starting', async (context) => {
  const sources = globSync(['sdk/typescript/src/**/*.ts', 'sdk/python/src/**/*.py', 'sdk/go/**/*.go', 'src/cli/**/*.ts', 'src/client/**/*.ts']);
  const read = sources
    .filter((file) => !file.endsWith('_test.go'))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/(?:env\[|environ(?:\.get)?[[(]|Getenv\(|_given\(\w+, )\s*['"](AEGIS_[A-Z_]+)['"]/g)].map(
        ([, name]) => name ?? '',
      ),
    );
  assert.ok(new Set(read).size >= 7, 'the variables are found');
  const env = Object.fromEntries(
    [...new Set(read), 'AEGIS_KEY_CLERK'].filter((name) => ![...KEYS.keys()].map(variableOf).includes(name)).map((name) => [name, '1']),
  );
  delete env['AEGIS_CONFIG'];
  delete env['AEGIS_POLICY'];
  const { config } = await load(context, { env });
  assert.equal(config.server.port, DEFAULTS.server.port);
});
