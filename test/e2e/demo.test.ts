import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

interface Result {
  readonly ok: boolean;
  readonly model: string;
  readonly cells: readonly { readonly agent: string; readonly tool: string; readonly expected: string; readonly got: string; readonly as: string }[];
  readonly scenes: readonly { readonly title: string; readonly held: boolean; readonly detail: string }[];
  readonly failures: readonly string[];
}

test('aegis demo: four LangGraph agents, seventeen tools, 68 outcomes as they must be, every scene holds', async (context) => {
  const home = await mkdtemp(join(tmpdir(), 'aegis-demo-test-'));
  context.after(() => rm(home, { recursive: true, force: true }));
  const { code, stdout, stderr } = await demo(home);
  const result = JSON.parse(stdout) as Result;
  assert.deepEqual(
    result.cells.filter(({ as }) => as !== 'expected'),
    [],
  );
  assert.equal(result.cells.length, 68);
  assert.equal(new Set(result.cells.map(({ agent }) => agent)).size, 4);
  assert.deepEqual(
    result.scenes.filter(({ held }) => !held),
    [],
  );
  assert.ok(result.scenes.length >= 5);
  assert.deepEqual(result.failures, []);
  assert.equal(result.model, 'scripted');
  assert.equal(result.ok, true);
  assert.equal(code, 0, stderr);
});

function demo(home: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['bin/aegis.mjs', 'demo', '--json', '--scripted'], {
      env: { PATH: process.env['PATH'], HOME: home, OPENAI_API_KEY: 'must not be used' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}
