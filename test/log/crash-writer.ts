import { writeSync } from 'node:fs';
import { sealAll } from '../../src/log/entry.ts';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import { drafts, TENANT } from './drafts.ts';
import { payload } from './store.contract.ts';

/** A process to be killed: appends for ever and says on standard output, after each acknowledgement, how many entries are durable. */
const store = await openSqliteStore({ path: process.argv[2] ?? '' });
let head = await store.head(TENANT);
const rounds = Number(process.argv[3] ?? Infinity);
for (let round = 0; round < rounds; round++) {
  const sealed = sealAll(drafts(1 + (round % 7), head.size), head);
  const result = await store.append(TENANT, head, sealed.entries, [payload(`payload ${String(head.size)}`, `s${String(head.size % 9)}`)]);
  head = result.kind === 'appended' ? sealed.head : result.head;
  if (result.kind === 'appended') writeSync(1, `${String(head.size)}\n`);
}
await store.close();
