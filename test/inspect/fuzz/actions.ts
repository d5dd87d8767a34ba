import { fc } from '../../random.ts';
import type { Inspectable } from '../../../src/inspect/inspect.ts';
import type { Json } from '../../../src/kernel/json.ts';
import { list } from '../shell/bash/grammar.ts';
import { KINDS, misencoded, noise, textOf } from './texts.ts';
import { VOCABULARIES } from './vocabularies.ts';

/** Tools through which each reader is reached. */
const DOORS = [
  ['Bash', 'command'],
  ['run_python', 'code'],
  ['run_javascript', 'code'],
  ['powershell', 'command'],
  ['run_cmd', 'command'],
  ['execute_sql', 'query'],
  ['search', 'q'],
  ['http_get', 'url'],
  ['read_file', 'path'],
  ['apply_patch', 'patch'],
  ['write_file', 'content'],
  ['send_email', 'body'],
  ['notebook_edit', 'new_source'],
  ['mongo_query', 'filter'],
  ['delete_items', 'filter'],
  ['anything', 'input'],
] as const;

const known = fc.oneof(
  ...KINDS.map((kind) => textOf(VOCABULARIES[kind])),
  list.filter((line) => line.length <= 2_000),
);
const text = fc.oneof({ weight: 6, arbitrary: known }, { weight: 2, arbitrary: misencoded(known) }, { weight: 2, arbitrary: noise });

/** The same text as it would come in something else. */
const carried: fc.Arbitrary<Json> = fc.tuple(text, fc.integer({ min: 0, max: 9 })).map(([plain, how]): Json => {
  switch (how) {
    case 0:
      return [plain, plain];
    case 1:
      return { command: plain, nested: { sql: plain } };
    case 2:
      return JSON.stringify({ command: plain });
    case 3:
      return Buffer.from(plain).toString('base64');
    default:
      return plain;
  }
});

/** Calls of tools whose arguments are anything that may stand in such a place, and much that may not. */
export const action: fc.Arbitrary<Inspectable> = fc
  .tuple(fc.constantFrom(...DOORS), carried, fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: text }))
  .map(([[name, key], value, other]) => ({
    kind: 'tool',
    name,
    args: {
      [key]: value,
      ...(name === 'write_file' ? { path: other ?? 'setup.py' } : {}),
      ...(other === undefined ? {} : { [name === 'anything' ? other.slice(0, 40) || 'x' : 'note']: other }),
    },
  }));
