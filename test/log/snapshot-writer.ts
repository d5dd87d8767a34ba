import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import { TENANT } from './drafts.ts';
import { fill } from './store.contract.ts';

/** A process to be killed in the middle of a snapshot: it saves one, says so, and writes another without end, saying how far it is. */
const store = await openSqliteStore({ path: process.argv[2] ?? '' });
await store.saveSnapshot(TENANT, { ...(await fill(store, 2)), parts: [Buffer.from('whole')] });
const head = await fill(store, 1);
await store.saveSnapshot(TENANT, { ...head, parts: endless() });

function* endless(): Iterable<Uint8Array> {
  for (;;) {
    yield Buffer.alloc(65_536, 'x');
    writeSync(1, 'part\n');
  }
}
