import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { terminal } from '../src/terminal.ts';
import { CASES, IMPLEMENTATIONS, type Case, type Way } from './contract/case.ts';
import { startGateway } from './contract/gateway.ts';
import { Program } from './contract/program.ts';
import { scriptOf } from './contract/script.ts';

const omits = IMPLEMENTATIONS['typescript']?.omits ?? [];
const left = new Set(omits.map(({ what }) => what));

/** Variables of Aegis that this process was given are no part of a case. */
function withEnvironment(context: TestContext, variables: Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith('AEGIS_')) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, variables);
  context.after(() => {
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  });
}

function hearing(context: TestContext): string[] {
  const heard: string[] = [];
  context.mock.method(process.stderr, 'write', (text: string) => heard.push(text) > 0);
  return heard;
}

async function play(context: TestContext, one: Case, over: Way): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-contract-'));
  chmodSync(folder, 0o700);
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const script = scriptOf(one);
  const gateway = await startGateway(script, over, folder);
  context.after(() => gateway.close());
  const places: Readonly<Record<string, string>> = { $URL: gateway.url, $SOCKET: gateway.socket };
  const env = Object.entries(one.env ?? {}).map(([name, value]) => [name, places[value] ?? value]);
  withEnvironment(context, { XDG_CONFIG_HOME: folder, ...(Object.fromEntries(env) as Record<string, string>) });
  const answers = [...(one.terminal ?? [])];
  context.mock.method(terminal, 'ask', () => Promise.resolve(answers.shift() === 'yes'));
  const stderr = hearing(context);
  await new Program({ one, script, gateway, folder, stderr }).run();
  assert.deepEqual(script.faults, []);
  assert.deepEqual(script.missing(), [], 'requests that did not come');
}

for (const one of CASES) {
  if (left.delete(one.id)) continue;
  for (const over of one.over === undefined ? (['http', 'socket'] as const) : [one.over]) {
    test(`[SDK-12] ${one.id} over ${over}: ${one.why}`, (context) => play(context, one, over));
  }
}

test('[SDK-12] what this SDK leaves out of the contract is a case, with its reason', () => {
  assert.deepEqual([...left], []);
  assert.ok(omits.every(({ why }) => why.length > 10));
});
