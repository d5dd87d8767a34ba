import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { testFolder } from '../log/folder.ts';

const folder = testFolder();
const at = (...parts: readonly string[]): string => join(folder, ...parts);
const text = (name: string, content: string): string => {
  writeFileSync(at(name), content);
  return at(name);
};

const FILE = text('a-file', 'hello');
const DIRECTORY = at('a-folder');
mkdirSync(DIRECTORY);
const database = (name: string, sql: string): string => {
  mkdirSync(at(name));
  const made = new DatabaseSync(at(name, 'log.sqlite'));
  made.exec(sql);
  made.close();
  return at(name);
};
const FOREIGN = database('foreign', 'CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES (1)');
const NEWER = database('newer', 'CREATE TABLE tenant (no INTEGER, name TEXT, size INTEGER, leaf BLOB, frontier BLOB); PRAGMA user_version = 99');
const GARBAGE = at('garbage');
mkdirSync(GARBAGE);
writeFileSync(at('garbage', 'log.sqlite'), 'this is no database, whatever its name says; '.repeat(40));
mkdirSync(at('inside', 'log.sqlite'), { recursive: true });
mkdirSync(at('packs-broken'));
text('packs-broken/a.yaml', 'apiVersion: [');
mkdirSync(at('packs-cases'));
text('packs-cases/a.yaml', 'apiVersion: aegis.dev/conformance/v1\npack: x\ndescription: y\ncases: [null]\n');
const HALF = text('half.jsonl', '{"export":"aegis-log","v":1,"tenant":"default","size":3,"root":"00","checkpoint":null}\n{"actor"');

/** Commands with a path that is not what it should be, and what they answer: exit code and error code, or the code alone where a check failed. */
const MISTAKES: readonly (readonly [argv: readonly string[], exit: number, code: string | null])[] = [
  [['up', '--data', FILE], 2, 'FOLDER_UNUSABLE'],
  [['up', '--data', join(FILE, 'below')], 2, 'FOLDER_UNUSABLE'],
  [['up', '--data', '/proc/x'], 2, 'FOLDER_UNUSABLE'],
  [['up', '--data', '/proc/x/y/z'], 2, 'FOLDER_UNUSABLE'],
  [['up', '--data', at('new'), '--checkpoints', FILE], 2, 'FOLDER_UNUSABLE'],
  [['up', '--data', at('new'), '--checkpoints', '/proc/x'], 2, 'FOLDER_UNUSABLE'],
  [['up', '--data', FOREIGN, '--checkpoints', at('c')], 2, 'STORE_UNREADABLE'],
  [['up', '--data', at('new'), '--policy', DIRECTORY], 2, 'CONFIG_INVALID'],
  [['up', '--data', at('new'), '--policy', '/dev/zero'], 2, 'CONFIG_INVALID'],
  [['up', '--data', at('new'), '--config', DIRECTORY], 2, 'CONFIG_INVALID'],
  [['proxy', '--data', FILE], 2, 'FOLDER_UNUSABLE'],
  [['recover', '--reason', 'x', '--data', FILE], 2, 'NOT_A_FOLDER'],
  [['recover', '--reason', 'x', '--data', at('nowhere')], 2, 'NO_FOLDER'],
  [['recover', '--reason', 'x', '--data', DIRECTORY], 2, 'NO_STORE'],
  [['log', 'verify', '--data', FILE], 2, 'NOT_A_FOLDER'],
  [['log', 'verify', '--data', '/proc/x'], 2, 'NO_FOLDER'],
  [['log', 'verify', '--data', DIRECTORY], 2, 'NO_STORE'],
  [['log', 'verify', '--data', at('inside')], 2, 'NOT_A_FILE'],
  [['log', 'verify', '--data', FOREIGN], 2, 'STORE_UNREADABLE'],
  [['log', 'verify', '--data', NEWER], 2, 'STORE_UNREADABLE'],
  [['log', 'verify', '--data', GARBAGE], 2, 'STORE_UNREADABLE'],
  [['log', 'verify', '--export', DIRECTORY], 2, 'NOT_A_FILE'],
  [['log', 'verify', '--export', '/dev/zero'], 2, 'NOT_A_FILE'],
  [['log', 'verify', '--export', at('nowhere')], 2, 'NO_FILE'],
  [['log', 'verify', '--export', FILE], 1, null],
  [['log', 'verify', '--export', HALF], 1, null],
  [['log', 'verify', '--export', HALF, '--key', 'aegis'], 2, 'USAGE'],
  [['log', 'verify', '--export', HALF, '--key', FILE], 2, 'USAGE'],
  [['log', 'verify', '--export', HALF, '--key', DIRECTORY], 2, 'NOT_A_FILE'],
  [['log', 'verify', '--export', HALF, '--checkpoints', FILE], 2, 'NOT_A_FOLDER'],
  [['log', 'verify', '--export', HALF, '--checkpoints', DIRECTORY], 1, 'NO_CHECKPOINT'],
  [['policy', 'check', DIRECTORY], 2, 'NO_FILE'],
  [['policy', 'check', '/dev/zero'], 2, 'NO_FILE'],
  [['policy', 'test', 'default', DIRECTORY], 2, 'NO_FILE'],
  [['conform', FILE], 2, 'NOT_A_FOLDER'],
  [['conform', at('nowhere')], 2, 'NO_FOLDER'],
  [['conform', at('packs-broken')], 2, 'NO_PACK'],
  [['conform', at('packs-cases')], 2, 'NO_PACK'],
  [['init', FILE], 2, 'NOT_A_FOLDER'],
];

/** One command in this process, and what it printed. */
async function run(argv: readonly string[]): Promise<{ readonly exit: number; readonly printed: string }> {
  let printed = '';
  const write = process.stdout.write.bind(process.stdout);
  // The runner's own reports go the same way, as bytes.
  process.stdout.write = ((part: string | Uint8Array, ...more: never[]): boolean => {
    if (typeof part !== 'string') return write(part, ...more);
    printed += part;
    return true;
  }) as typeof process.stdout.write;
  const before = process.exitCode;
  try {
    return { exit: await main(argv), printed };
  } finally {
    process.stdout.write = write;
    process.exitCode = before;
  }
}

for (const [argv, exit, code] of MISTAKES) {
  test(`[LOG-36] ${argv.join(' ').replaceAll(folder, '')} is told what is wrong and what to do, never that Aegis is at fault`, async () => {
    const done = await run([...argv, '--json']);
    assert.equal(done.exit, exit, done.printed);
    const answer = JSON.parse(done.printed) as { error?: { code: string; hint: string; message: string }; ok?: boolean };
    if (code === null) assert.equal(answer.ok, false);
    else {
      assert.equal(answer.error?.code, code, done.printed);
      assert.notEqual(answer.error.hint, '');
      assert.doesNotMatch(answer.error.message + answer.error.hint, /fault in Aegis/);
    }
  });
}

test('[LOG-36] a database of somebody else is left as it was', async () => {
  const before = readFileSync(at('foreign', 'log.sqlite'));
  await run(['up', '--data', FOREIGN, '--checkpoints', at('c'), '--json']);
  const opened = new DatabaseSync(at('foreign', 'log.sqlite'), { readOnly: true });
  assert.deepEqual(opened.prepare('SELECT name FROM sqlite_schema').all().length, 1);
  opened.close();
  assert.ok(before.length > 0);
});
