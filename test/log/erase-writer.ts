import { createInterface } from 'node:readline';
import { writeSync } from 'node:fs';
import type { Digest } from '../../src/kernel/ids.ts';
import { sealAll } from '../../src/log/entry.ts';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import { drafts, TENANT } from './drafts.ts';
import { payload } from './store.contract.ts';

/** A process that does to one log what it is told, a line each: `append <text>`, `erase`, `read <digest>`. It answers each with a line. */
export const SUBJECT = 'subject/jane';

async function append(store: Awaited<ReturnType<typeof openSqliteStore>>, text: string): Promise<string> {
  const one = payload(text, SUBJECT);
  for (;;) {
    const head = await store.head(TENANT);
    const { entries } = sealAll(drafts(1, head.size), head);
    if ((await store.append(TENANT, head, entries, [one])).kind === 'appended') return one.digest;
  }
}

if (import.meta.main) {
  const store = await openSqliteStore({ path: process.argv[2] ?? '' });
  writeSync(1, 'ready\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const [word = '', rest = ''] = line.split(' ', 2);
    if (word === 'append') writeSync(1, `${await append(store, rest)}\n`);
    else if (word === 'erase') writeSync(1, `${String((await store.erase(TENANT, SUBJECT)).length)}\n`);
    else {
      const found = await store.payload(TENANT, rest as Digest);
      writeSync(1, `${found === null || found === 'erased' ? String(found) : Buffer.from(found).toString('utf8')}\n`);
    }
  }
  await store.close();
}
