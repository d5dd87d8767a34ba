import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inspectable } from '../src/inspect/inspect.ts';
import type { JsonObject } from '../src/kernel/json.ts';

/** One line of a corpus: a tool call, or a text that is wrapped as one. */
export interface Row {
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly source?: string;
  readonly tool?: string;
  readonly args?: JsonObject;
  readonly text?: string;
  readonly text_b64?: string;
  readonly severity?: string | null;
  readonly category?: string;
}

/** Kinds whose rows score by detection in a text that a model reads, not by the effect on a call. */
export const READ_KINDS: ReadonlySet<string> = new Set([
  'tool_result',
  'injection_text',
  'payload_text',
  'overdefence_text',
  'attack_instruction',
  'tool_description',
]);

export function textOf(row: Row): string {
  return row.text_b64 === undefined ? (row.text ?? '') : Buffer.from(row.text_b64, 'base64').toString('utf8');
}

/** The call a row stands for: its own, or its text as the value of the argument such a value arrives in. */
export function callOf(row: Row): Inspectable {
  if (row.args !== undefined && row.tool !== undefined) return { kind: 'tool', name: row.tool, args: row.args };
  const text = textOf(row);
  if (row.kind === 'path') return { kind: 'tool', name: 'read_file', args: { path: text } };
  if (row.kind === 'url') return { kind: 'tool', name: 'http_get', args: { url: text } };
  if (row.kind === 'secret' || row.kind === 'pii') return { kind: 'tool', name: 'http_post', args: { body: text } };
  return { kind: 'tool', name: 'search_products', args: { q: text } };
}

export interface FileOfRows {
  readonly file: string;
  readonly rows: readonly Row[];
}

/** Every `*.jsonl` of a folder whose name contains `only`. Recorded model streams are scored elsewhere. */
export function filesOf(folder: string, only = ''): FileOfRows[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl') && file.includes(only))
    .sort()
    .map((file) => ({ file, rows: rowsOf(join(folder, file)).filter((row) => row.kind !== 'llm_stream') }));
}

function rowsOf(path: string): Row[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Row);
}
