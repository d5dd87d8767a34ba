import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Digest } from '../../src/kernel/ids.ts';
import { EMPTY_HEAD, sealAll } from '../../src/log/entry.ts';
import type { Head } from '../../src/log/sealed-entry.ts';
import { OPENERS } from '../../src/log/sqlite/connection.ts';
import type { Openers } from '../../src/log/sqlite/connection.ts';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import { createWriter } from '../../src/log/sqlite/writer.ts';
import type { Writer } from '../../src/log/sqlite/writer.ts';
import { drafts, TENANT } from './drafts.ts';
import { SUBJECT } from './erase-writer.ts';
import { testFolder } from './folder.ts';
import { payload } from './store.contract.ts';

const folder = testFolder();

const options = (name: string): { path: string; keysPath: string; masterKeyPath: string } => ({
  path: join(folder, name),
  keysPath: join(folder, `${name}.keys`),
  masterKeyPath: join(folder, `${name}.master`),
});

interface Two {
  readonly append: (text: string) => Digest;
  /** As the one who appends sees it, and as one sees it who remembers nothing. */
  readonly read: (digest: Digest) => string;
  readonly erase: () => boolean;
}

/** Two writers of one log are two processes to each other: each has its own connections and remembers its own keys. */
function twoOf(name: string, openers: { readonly appends?: Openers; readonly erases?: Openers }): Two {
  const files = options(name);
  const [one, other] = [createWriter(files, openers.appends), createWriter(files, openers.erases)];
  let head: Head = EMPTY_HEAD;
  return {
    append: (text) => {
      const sealed = sealAll(drafts(1, head.size), head);
      const kept = payload(text, SUBJECT);
      const append = { kind: 'append', tenant: TENANT, expected: head, entries: sealed.entries, payloads: [kept] } as const;
      const answer = one.do({ kind: 'appends', appends: [append] });
      assert.ok(answer.ok, answer.ok ? '' : answer.detail);
      head = sealed.head;
      return kept.digest;
    },
    read: (digest) => {
      const fresh: Writer = createWriter(files);
      const said = [one, fresh].map((writer) => {
        const answer = writer.do({ kind: 'payload', tenant: TENANT, digest });
        assert.ok(answer.ok, answer.ok ? '' : answer.detail);
        return answer.value === 'erased' ? 'erased' : Buffer.from(answer.value as Uint8Array).toString('utf8');
      });
      fresh.do({ kind: 'close' });
      assert.equal(said[0], said[1]);
      return said[0] ?? '';
    },
    erase: () => other.do({ kind: 'erase', tenant: TENANT, subject: SUBJECT }).ok,
  };
}

type Moment = readonly [when: 'before' | 'after', sql: 'BEGIN IMMEDIATE' | 'COMMIT', time: number];

/** Connections on which something happens around a statement, the time it is made that often. */
function interrupted([when, sql, time]: Moment, happen: () => void): Openers {
  let count = 0;
  return {
    ...OPENERS,
    log: (path) => {
      const database: DatabaseSync = OPENERS.log(path);
      const exec = database.exec.bind(database);
      database.exec = (statement: string): void => {
        const now = statement === sql && ++count === time;
        if (now && when === 'before') happen();
        exec(statement);
        if (now && when === 'after') happen();
      };
      return database;
    },
  };
}

// An opening commits once; then an erasure says that it begins, destroys the key, and clears the payloads.
const MOMENTS: Readonly<Record<string, Moment>> = {
  'before an erasure begins': ['before', 'BEGIN IMMEDIATE', 1],
  'after an erasure began': ['after', 'COMMIT', 2],
  'after its key was destroyed': ['before', 'BEGIN IMMEDIATE', 2],
};

for (const [when, moment] of Object.entries(MOMENTS)) {
  test(`[LOG-10] what another process appends ${when} is erased too, and what comes later has a key of its own`, () => {
    let between: Digest | null = null;
    const both = twoOf(`${when}.db`, { erases: interrupted(moment, () => (between = both.append('between'))) });
    const before = both.append('before');
    assert.equal(both.read(before), 'before');
    assert.ok(both.erase());
    assert.ok(between !== null);
    const after = both.append('after');
    assert.deepEqual([both.read(before), both.read(between), both.read(after)], ['erased', 'erased', 'after']);
  });
}

test('[LOG-10] an erasure in the moment before an append takes hold of the log is seen by that append', () => {
  let erased = false;
  const both = twoOf('moment.db', { appends: interrupted(['before', 'BEGIN IMMEDIATE', 2], () => (erased = both.erase())) });
  const before = both.append('before');
  const after = both.append('after');
  assert.ok(erased);
  assert.deepEqual([both.read(before), both.read(after)], ['erased', 'after']);
});

test('[LOG-10] a process that dies after it destroyed a key leaves nobody sealing under it, and the erasure is finished when it is asked for again', () => {
  let dies = true;
  const erases = interrupted(['before', 'BEGIN IMMEDIATE', 2], () => {
    if (dies) throw new Error('killed');
  });
  const both = twoOf('dies.db', { erases });
  both.append('before');
  assert.equal(both.erase(), false);
  const after = both.append('after');
  assert.equal(both.read(after), 'after');
  dies = false;
  assert.ok(both.erase());
  assert.equal(both.read(after), 'erased');
  assert.equal(both.read(both.append('anew')), 'anew');
});

test('[LOG-10] an append looks at the file of keys only when somebody erased', () => {
  let looks = 0;
  const keys = (path: string): DatabaseSync => {
    const database = OPENERS.keys(path);
    const prepare = database.prepare.bind(database);
    database.prepare = (sql) => {
      const statement = prepare(sql);
      if (sql === 'PRAGMA data_version') {
        const get = statement.get.bind(statement);
        statement.get = () => (looks++, get());
      }
      return statement;
    };
    return database;
  };
  const files = options('looks.db');
  const writer = createWriter(files, { ...OPENERS, keys });
  let head: Head = EMPTY_HEAD;
  const append = (): void => {
    const sealed = sealAll(drafts(1, head.size), head);
    const job = { kind: 'append', tenant: TENANT, expected: head, entries: sealed.entries, payloads: [payload('x', SUBJECT)] } as const;
    assert.ok(writer.do({ kind: 'appends', appends: [job] }).ok);
    head = sealed.head;
  };
  append();
  const first = looks;
  for (let n = 0; n < 50; n++) append();
  assert.equal(looks, first);
  const other = createWriter(files);
  assert.ok(other.do({ kind: 'erase', tenant: TENANT, subject: SUBJECT }).ok);
  append();
  assert.equal(looks, first + 1);
  for (const one of [writer, other]) one.do({ kind: 'close' });
});

interface Child {
  readonly ask: (line: string) => Promise<string>;
  readonly end: () => Promise<void>;
}

async function child(context: TestContext, path: string): Promise<Child> {
  const process_ = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'erase-writer.ts'), path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  context.after(() => process_.kill('SIGKILL'));
  const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => String((await lines.next()).value);
  assert.equal(await answer(), 'ready');
  return {
    ask: (line) => {
      process_.stdin.write(`${line}\n`);
      return answer();
    },
    end: async () => {
      const closed = once(process_, 'close');
      process_.stdin.end();
      await closed;
    },
  };
}

test('[LOG-10] one process erases a subject while another appends and reads: nothing is sealed or read under a key that is gone', async (context) => {
  const path = join(folder, 'two.db');
  const writes = await child(context, path);
  const erases = await child(context, path);
  const living = new Map<string, string>();
  const erased: string[] = [];
  const unsure: string[] = [];
  for (let round = 0; round < 40; round++) {
    for (const [digest, text] of living) assert.equal(await writes.ask(`read ${digest}`), text);
    const meanwhile: Promise<string>[] = [];
    const erasing = erases.ask('erase');
    for (let n = 0; n < 1 + (round % 3); n++) meanwhile.push(writes.ask(`append during-${String(round)}-${String(n)}`));
    unsure.push(...(await Promise.all(meanwhile)));
    await erasing;
    erased.push(...living.keys());
    living.clear();
    for (const digest of erased.slice(-3)) assert.equal(await writes.ask(`read ${digest}`), 'erased');
    const text = `after-${String(round)}`;
    living.set(await writes.ask(`append ${text}`), text);
  }
  for (const one of [writes, erases]) await one.end();
  const store = await openSqliteStore({ path });
  const read = async (digest: string): Promise<string> => {
    const found = await store.payload(TENANT, digest as Digest);
    return found === 'erased' ? 'erased' : Buffer.from(found ?? []).toString('utf8');
  };
  for (const digest of erased) assert.equal(await read(digest), 'erased');
  for (const [digest, text] of living) assert.equal(await read(digest), text);
  // The last erasure is over: of what came beside it, all is whole or gone.
  for (const digest of unsure) assert.match(await read(digest), /^(?:erased|during-39-\d)$/);
  await store.close();
});
