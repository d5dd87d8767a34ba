/**
 * Writes the history of the semantics this tree decides under: `node test/gate/histories/record-history.ts`, then look at the difference.
 * A frozen number is never written again; semantics 3 may be until it is frozen, that is, until a release writes it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { encodeWorld } from '../../../src/kernel/snapshot.ts';
import { SEMANTICS } from '../../../src/kernel/semantics.ts';
import { emptyWorld } from '../../../src/kernel/world.ts';
import { fold } from '../../../src/kernel/fold.ts';
import { memoryStore } from '../../../src/log/memory.ts';
import type { LogStore, Payload } from '../../../src/log/store.ts';
import { canonical } from '../../../src/wire/jcs.ts';
import { entriesOf } from '../entries.ts';
import { recordBusySession } from './busy-session.ts';
import { FROZEN, historyFolder } from './history.ts';

function listening(store: LogStore, heard: Payload[]): LogStore {
  return {
    ...store,
    append: async (...terms) => {
      const result = await store.append(...terms);
      if (result.kind === 'appended') heard.push(...terms[3]);
      return result;
    },
  };
}

if ((FROZEN as readonly number[]).includes(SEMANTICS)) throw new Error(`The history of semantics ${String(SEMANTICS)} is frozen.`);
const payloads: Payload[] = [];
const { store } = await recordBusySession({ store: listening(memoryStore(), payloads) });
const entries = await entriesOf(store);
const folder = historyFolder(SEMANTICS);
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/entries.jsonl`, entries.map((entry) => `${canonical(entry as never)}\n`).join(''));
const decoder = new TextDecoder('utf-8', { fatal: true });
writeFileSync(
  `${folder}/payloads.jsonl`,
  payloads.map(({ digest, subject, bytes }) => `${canonical({ digest, subject, text: decoder.decode(bytes) })}\n`).join(''),
);
writeFileSync(`${folder}/world.json`, `${canonical(encodeWorld(entries.reduce(fold, emptyWorld())))}\n`);
