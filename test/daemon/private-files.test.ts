import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createPrivateFile } from '../../src/cli/files.ts';
import { DEFAULTS } from '../../src/config/schema.ts';
import { startDaemon } from '../../src/daemon/main.ts';
import { openLog } from '../../src/log/sqlite/schema.ts';
import { testFolder } from '../log/folder.ts';

const folder = testFolder();

async function started(name: string, look: (told: readonly string[]) => void): Promise<void> {
  const told: string[] = [];
  const config = {
    ...DEFAULTS,
    dataDir: join(folder, name),
    checkpointDir: join(folder, `${name}-checkpoints`),
    server: { ...DEFAULTS.server, port: 0, socket: 'off' },
    llm: { ...DEFAULTS.llm, port: 0 },
  };
  const daemon = await startDaemon({ config, cwd: folder, onFault: ({ what, error }) => told.push(`${what}: ${String(error)}`) });
  try {
    look(told);
  } finally {
    await daemon.close();
  }
}

/** Whatever somebody else could do with the files below a folder. */
function open(path: string): readonly string[] {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return ['.', ...names].filter((name) => (statSync(join(path, name)).mode & 0o077) !== 0).sort();
}

test('[LOG-35] with no mask at all, and in a folder others may enter, every file is the owner’s alone, while it runs and after', async () => {
  const before = process.umask(0);
  try {
    mkdirSync(join(folder, 'entered'), { mode: 0o755 });
    for (const name of ['entered', 'fresh']) {
      await started(name, () => {
        assert.deepEqual(open(join(folder, name)), [], name);
        assert.deepEqual(open(join(folder, `${name}-checkpoints`)), [], name);
      });
      assert.deepEqual(open(join(folder, name)), [], name);
    }
  } finally {
    process.umask(before);
  }
});

test('[LOG-35] files that stand open are closed at the next start and said once; what is not ours is left alone', async () => {
  await started('wide', () => undefined);
  const data = join(folder, 'wide');
  writeFileSync(join(data, 'notes.txt'), 'mine', { mode: 0o644 });
  chmodSync(data, 0o755);
  for (const name of ['log.sqlite', 'log.id', 'log.sqlite.keys']) chmodSync(join(data, name), 0o644);
  await started('wide', (told) => {
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /private now: .*log\.id.*log\.sqlite/);
  });
  assert.deepEqual(open(data), ['.', 'notes.txt']);
  await started('wide', (told) => assert.deepEqual(told, []));
});

test('[LOG-35] a log’s own files are private while SQLite makes them, and so is an export over a file that was open', () => {
  const before = process.umask(0);
  try {
    const path = join(folder, 'made.sqlite');
    const log = openLog(path);
    log.exec("INSERT INTO tenant VALUES (1, 'x', 0, zeroblob(32), zeroblob(0))");
    for (const file of [path, `${path}-wal`, `${path}-shm`]) assert.equal(statSync(file).mode & 0o777, 0o600, file);
    log.close();
    const other = join(folder, 'open.sqlite');
    new DatabaseSync(other).close();
    writeFileSync(join(folder, 'audit.jsonl'), 'old', { mode: 0o644 });
    createPrivateFile(join(folder, 'audit.jsonl')).end();
    assert.equal(statSync(join(folder, 'audit.jsonl')).mode & 0o777, 0o600);
  } finally {
    process.umask(before);
  }
});
