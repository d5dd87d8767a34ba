import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { AgentId, TenantId } from '../../src/kernel/ids.ts';
import { EMPTY_HEAD, sealAll } from '../../src/log/entry.ts';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import type { EntryFilter, LogStore, Payload } from '../../src/log/store.ts';
import type { Head } from '../../src/log/sealed-entry.ts';
import { digest, drafts, TENANT } from './drafts.ts';
import { testFolder } from './folder.ts';

const folder = testFolder();
const OTHER = 'other' as TenantId;
const BATCH = 300;

function payload(n: number): Payload {
  const text = `payload ${String(n)}`;
  return { digest: digest(text), subject: `session/${String(n % 7)}`, bytes: Buffer.from(text, 'utf8') };
}

/** Two tenants whose rows interleave; runs are completed in the middle of a batch. */
async function fill(store: LogStore, batches: number): Promise<void> {
  const heads = new Map<TenantId, Head>();
  for (let batch = 0; batch < batches; batch++) {
    for (const tenant of [TENANT, OTHER]) {
      const head = heads.get(tenant) ?? EMPTY_HEAD;
      const sealed = sealAll(
        drafts(BATCH, head.size).map((draft) => ({ ...draft, tenant })),
        head,
      );
      const payloads = Array.from({ length: BATCH }, (_, at) => payload(head.size + at));
      assert.equal((await store.append(tenant, head, sealed.entries, payloads)).kind, 'appended');
      heads.set(tenant, sealed.head);
    }
  }
}

const FILTERS: readonly EntryFilter[] = [
  { session: 'session-3', limit: 5_000 },
  { session: 'session-3', limit: 5_000, reverse: true },
  { session: 'session-3', agent: 'agent-1', limit: 9, reverse: true, from: 40, to: 1_400 },
  { agent: 'agent-2', type: 'event-ingested', limit: 400, from: 900 },
  { type: 'event-ingested', limit: 2_000, to: 1_030, reverse: true },
  { agent: 'nobody', limit: 10 },
  { from: 1_020, to: 1_030, limit: 100 },
];

/** What each filter finds, by going through every entry. */
function expected(size: number, { session, agent, from = 0, to = size, reverse = false, limit }: EntryFilter): number[] {
  const found = drafts(size)
    .map((draft, index) => ({ draft, index }))
    .filter(({ index }) => index >= from && index < to)
    .filter(({ draft }) => (session ?? draft.session) === draft.session && ((agent as AgentId | undefined) ?? draft.agent) === draft.agent)
    .map(({ index }) => index);
  return (reverse ? found.reverse() : found).slice(0, limit);
}

async function answersRight(store: LogStore, size: number): Promise<void> {
  for (const filter of FILTERS) {
    for (const tenant of [TENANT, OTHER]) {
      assert.deepEqual(
        (await store.read(tenant, filter)).map((entry) => entry.index),
        expected(size, filter),
        JSON.stringify(filter),
      );
    }
  }
  for (const n of [0, 1_023, 1_024, size - 1].filter((one) => one < size)) {
    const { digest: name, bytes } = payload(n);
    assert.deepEqual(Buffer.from((await store.payload(TENANT, name)) as Uint8Array), bytes);
  }
  assert.equal(await store.payload(TENANT, digest('never kept')), null);
}

function raw(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

function count(path: string, sql: string): unknown {
  const database = new DatabaseSync(path);
  const found = database.prepare(sql).get()?.['n'];
  database.close();
  return found;
}

test('[LOG-19] entries and payloads are found in whole runs, behind them and across, in each tenant', async () => {
  const path = join(folder, 'found.db');
  const store = await openSqliteStore({ path });
  await fill(store, 3);
  assert.equal(count(path, 'SELECT count(*) AS n FROM lookup'), 0);
  await answersRight(store, 3 * BATCH);
  await store.close();

  const long = join(folder, 'long.db');
  const another = await openSqliteStore({ path: long });
  await fill(another, 8);
  await answersRight(another, 8 * BATCH);
  // Two tenants, two runs: one type, three agents and five sessions of entries, a digest for each payload and seven subjects.
  assert.equal(count(long, 'SELECT count(*) AS n FROM lookup'), 2 * (2 * (1 + 3 + 5) + 2_048 + 2 * 7));
  assert.equal(count(long, 'SELECT sum(json_array_length(places)) AS n FROM lookup'), 2 * 2_048 * 5);
  await another.close();
});

test('[LOG-19] look-ups that are lost are made anew at the next opening', async () => {
  const losses = [
    'DELETE FROM lookup',
    'DELETE FROM lookup WHERE field = 4',
    "DELETE FROM lookup WHERE value = 'session-3'",
    "UPDATE lookup SET places = '[3]' WHERE value = 'session-3'",
  ];
  for (const [at, loss] of losses.entries()) {
    const path = join(folder, `lost-${String(at)}.db`);
    const store = await openSqliteStore({ path });
    await fill(store, 5);
    await store.close();
    raw(path, loss);
    const again = await openSqliteStore({ path });
    await answersRight(again, 5 * BATCH);
    await again.close();
  }
});

test('[LOG-19] erasing reaches the payloads of whole runs and those behind them, and what is kept again afterwards is there', async () => {
  const store = await openSqliteStore({ path: join(folder, 'erase.db') });
  await fill(store, 5);
  const erased = await store.erase(TENANT, 'session/3');
  assert.equal(erased.length, Array.from({ length: 5 * BATCH }, (_, n) => n).filter((n) => n % 7 === 3).length);
  assert.deepEqual(erased, erased.toSorted());
  for (const n of [3, 5 * BATCH - ((5 * BATCH - 3) % 7)]) assert.equal(await store.payload(TENANT, payload(n).digest), 'erased');
  assert.notEqual(await store.payload(OTHER, payload(3).digest), 'erased');
  const head = await store.head(TENANT);
  await store.append(TENANT, head, sealAll(drafts(1, head.size), head).entries, [payload(3)]);
  assert.deepEqual(Buffer.from((await store.payload(TENANT, payload(3).digest)) as Uint8Array), payload(3).bytes);
  await store.close();
});

test('[LOG-19] a large payload that is there already is not kept a second time', async () => {
  const path = join(folder, 'large.db');
  const store = await openSqliteStore({ path });
  const bytes = Buffer.alloc(10_000, 'x');
  const large: Payload = { digest: digest(bytes.toString('utf8')), subject: 'session/1', bytes };
  for (let n = 0; n < 3; n++) {
    const head = await store.head(TENANT);
    await store.append(TENANT, head, sealAll(drafts(1, head.size), head).entries, [large]);
  }
  assert.equal(count(path, 'SELECT count(*) AS n FROM payload'), 1);
  await store.close();
});

/** The first layout: an index for each look-up, payloads under their digests. */
const TO_FIRST = `
CREATE TABLE old (tenant INTEGER NOT NULL, digest BLOB NOT NULL, subject TEXT NOT NULL, sealed BLOB, PRIMARY KEY (tenant, digest, subject)) STRICT, WITHOUT ROWID;
INSERT INTO old SELECT id / 1099511627776, digest, subject, sealed FROM payload;
DROP TABLE payload; DROP TABLE lookup;
ALTER TABLE old RENAME TO payload;
CREATE INDEX payload_subject ON payload (tenant, subject);
CREATE INDEX entry_type ON entry (type, id);
CREATE INDEX entry_agent ON entry (agent, id) WHERE agent IS NOT NULL;
CREATE INDEX entry_session ON entry (session, id) WHERE session IS NOT NULL;
CREATE INDEX entry_action ON entry (action, id) WHERE action IS NOT NULL;
PRAGMA user_version = 1;
`;

/** The second: a row of look-ups for each row found. */
const TO_SECOND = `
CREATE TABLE old (field INTEGER NOT NULL, value ANY NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (field, value, id)) STRICT, WITHOUT ROWID;
INSERT INTO old SELECT field, lookup.value, run + place.value FROM lookup CROSS JOIN json_each(places) AS place;
DROP TABLE lookup;
ALTER TABLE old RENAME TO lookup;
PRAGMA user_version = 2;
`;

for (const [name, older] of Object.entries({ first: TO_FIRST, second: TO_SECOND }))
  test(`[LOG-19] a log of the ${name} layout is carried over and answers as before`, async () => {
    const path = join(folder, `${name}.db`);
    const store = await openSqliteStore({ path });
    await fill(store, 5);
    await store.close();
    raw(path, older);
    const carried = await openSqliteStore({ path });
    assert.equal(count(path, 'SELECT user_version AS n FROM pragma_user_version'), 3);
    await answersRight(carried, 5 * BATCH);
    await carried.erase(TENANT, 'session/3');
    assert.equal(await carried.payload(TENANT, payload(3).digest), 'erased');
    const head = await carried.head(TENANT);
    assert.equal((await carried.append(TENANT, head, sealAll(drafts(700, head.size), head).entries, [payload(9_999)])).kind, 'appended');
    assert.deepEqual(Buffer.from((await carried.payload(TENANT, payload(9_999).digest)) as Uint8Array), payload(9_999).bytes);
    await carried.close();
  });
