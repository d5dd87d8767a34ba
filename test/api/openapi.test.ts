import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ApiDeps } from '../../src/api/deps.ts';
import { openApi } from '../../src/api/openapi.ts';
import { allRoutes } from '../../src/daemon/routes.ts';
import { VERSION } from '../../src/version.ts';

const FILE = 'schema/openapi.json';

test('[DOOR-5] schema/openapi.json is what the routes say (UPDATE_SCHEMA=1 writes it)', () => {
  const text = JSON.stringify(openApi(allRoutes({ version: VERSION } as ApiDeps), VERSION), null, 2) + '\n';
  if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(FILE, text);
  assert.equal(readFileSync(FILE, 'utf8'), text);
});

test('[SDK-12] schema/sdk is what the routes say, as types of three languages (UPDATE_SCHEMA=1 writes it)', () => {
  for (const [language, file] of Object.entries({ typescript: 'types.d.ts', python: 'types.py', go: 'types.go' })) {
    const made = execFileSync(process.execPath, ['bin/sdk-types.mjs', language], { encoding: 'utf8' });
    const path = `schema/sdk/${file}`;
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(path, made);
    assert.equal(readFileSync(path, 'utf8'), made, path);
  }
});
