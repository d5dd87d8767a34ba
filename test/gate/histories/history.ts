import { readFileSync } from 'node:fs';
import type { Json } from '../../../src/kernel/json.ts';
import { columns, EMPTY_HEAD, openEntry } from '../../../src/log/entry.ts';
import { memoryStore } from '../../../src/log/memory.ts';
import type { LogStore, Payload } from '../../../src/log/store.ts';
import { leafDigest } from '../../../src/log/tree-hash.ts';
import { TENANT } from '../sample-gate.ts';

/** Numbers whose histories are never written again. */
export const FROZEN = [1, 2] as const;

/** With the one that is still made: `node test/gate/histories/record-history.ts` writes it anew after a change that is meant. */
export const HISTORIES = [...FROZEN, 3] as const;

const encoder = new TextEncoder();

/** Where the recorded history of one number lies: entries, what lies beside them, and the world they were folded to. */
export function historyFolder(semantics: number): string {
  return new URL(`../../fixtures/semantics-${String(semantics)}`, import.meta.url).pathname;
}

function linesOf(semantics: number, file: string): readonly string[] {
  return readFileSync(`${historyFolder(semantics)}/${file}`, 'utf8')
    .trimEnd()
    .split('\n');
}

/** The recorded log in a store, its bytes as they were written. */
export async function historyStore(semantics: number): Promise<LogStore> {
  const store = memoryStore();
  const payloads = linesOf(semantics, 'payloads.jsonl').map((line): Payload => {
    const { text, ...rest } = JSON.parse(line) as Omit<Payload, 'bytes'> & { readonly text: string };
    return { ...rest, bytes: encoder.encode(text) };
  });
  const entries = linesOf(semantics, 'entries.jsonl').map((line, index) => {
    const bytes = encoder.encode(line);
    return { ...columns(openEntry(bytes, index)), index, bytes, leaf: leafDigest(bytes) };
  });
  await store.append(TENANT, EMPTY_HEAD, entries, payloads);
  return store;
}

/** The world as the last code before semantics 3 folded it, or, of semantics 3, the code that recorded it. */
export function historyWorld(semantics: number): Json {
  return JSON.parse(readFileSync(`${historyFolder(semantics)}/world.json`, 'utf8')) as Json;
}
