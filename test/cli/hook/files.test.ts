import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'jsonc-parser';
import { carryOut, undo } from '../../../src/cli/install/change.ts';
import { edited } from '../../../src/cli/install/edit.ts';
import type { Edit } from '../../../src/cli/install/edit.ts';
import { installations } from '../../../src/cli/install/ledger.ts';
import { valueAt } from '../../../src/cli/install/settings-text.ts';
import { scaffoldOf, trimmed } from '../../../src/cli/install/trim.ts';
import { OURS, SAMPLES } from './samples.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'aegis-files-'));
process.env['XDG_CONFIG_HOME'] = join(FOLDER, 'config');
after(() => rmSync(FOLDER, { recursive: true, force: true }));

const EDITS: readonly Edit[] = OURS;
const terms = (id: string) => ({ id, kind: 'hook', label: id, detail: {} }) as const;
const bytes = (path: string): string => readFileSync(path).toString('hex');
let count = 0;

function settings(text: string | null, name = 'settings.json'): string {
  const folder = join(FOLDER, `case-${String(count++)}`);
  mkdirSync(folder);
  if (text !== null) writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** Everything in a folder but nothing of ours. */
const without = (text: string): unknown => {
  const held = parse(text, [], { allowTrailingComma: true }) as { hooks?: Record<string, { hooks: { url?: string; command?: string }[] }[]> };
  return held;
};

test('[HOOK-10] our entries come after the existing ones, and everything else keeps its place and its words', () => {
  for (const [name, text] of Object.entries(SAMPLES)) {
    const next = edited(text, EDITS);
    for (const { at, value } of EDITS) assert.deepEqual((valueAt(next, at) as unknown[]).at(-1), value, name);
    const before = (valueAt(text, ['hooks', 'PreToolUse']) ?? []) as unknown[];
    assert.deepEqual((valueAt(next, ['hooks', 'PreToolUse']) as unknown[]).slice(0, -1), before, name);
    for (const line of text.split(/\r?\n/).filter((line) => /\/\/|\/\*|"(?:model|env)"/.test(line)))
      assert.ok(next.includes(line), `${name}: ${line}`);
    if (name === 'unicode') assert.ok(next.includes('"日本 \\u00e9 🙂", "n": 1.50, "e": 1e3'), next);
    if (name === 'crlf') assert.ok(!/[^\r]\n/.test(next), 'every line ends as the others do');
    if (name === 'bom') assert.ok(next.startsWith('\uFEFF{'));
    if (name === 'tabs') assert.ok(!/\n {2}/.test(next));
  }
});

test('[HOOK-10] installed and uninstalled, every file is byte for byte what it was, mode and folders too', () => {
  for (const [name, text] of Object.entries(SAMPLES)) {
    const path = settings(text);
    chmodSync(path, 0o640);
    const before = bytes(path);
    carryOut(terms(name), [{ path, edits: EDITS, private: true }]);
    assert.notEqual(bytes(path), before, name);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(undo(name), [{ path, how: 'restored' }]);
    assert.equal(bytes(path), before, name);
    assert.equal(statSync(path).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(join(path, '..')), ['settings.json']);
  }
  assert.deepEqual(installations(), []);
});

test('[HOOK-10] a file that was not there is gone again with the folders made for it, unless somebody uses them', () => {
  const folder = join(FOLDER, 'new');
  mkdirSync(folder);
  const path = join(folder, '.claude/deep/settings.json');
  carryOut(terms('new'), [{ path, edits: EDITS }]);
  assert.ok(existsSync(path));
  assert.deepEqual(undo('new'), [{ path, how: 'removed' }]);
  assert.deepEqual(readdirSync(folder), []);
  carryOut(terms('new'), [{ path, edits: EDITS }]);
  writeFileSync(join(folder, '.claude/mine.txt'), 'x');
  undo('new');
  assert.deepEqual(readdirSync(join(folder, '.claude')), ['mine.txt']);
});

test('[HOOK-10] a file somebody edited since loses exactly our entries and keeps every other byte', () => {
  for (const [name, text] of Object.entries(SAMPLES)) {
    const theirs = name === 'crlf' ? '\r\n// a remark of mine\r\n' : '\n// a remark of mine\n';
    const path = settings(text);
    carryOut(terms(name), [{ path, edits: EDITS }]);
    writeFileSync(path, readFileSync(path, 'utf8') + theirs);
    assert.deepEqual(undo(name), [{ path, how: 'trimmed' }]);
    const left = readFileSync(path, 'utf8');
    assert.ok(left.endsWith(theirs), name);
    assert.doesNotMatch(left, /7411/, name);
    assert.deepEqual(without(left), text.trim() === '' ? {} : without(text), name);
    if (!/^\s*(?:\{\s*\}\s*)?$/.test(text)) assert.equal(left, text + theirs, name);
    for (const line of text.split(/\r?\n/).filter((line) => /\/\/|\/\*/.test(line))) assert.ok(left.includes(line), `${name}: ${line}`);
  }
});

test('[HOOK-10] an edit inside the array we share stays, wherever it moved our entry to', () => {
  const path = settings(SAMPLES['comments'] ?? '');
  carryOut(terms('moved'), [{ path, edits: EDITS }]);
  const mine = { matcher: 'Write', hooks: [{ type: 'command', command: 'mine.sh' }] };
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, edited(text, [{ kind: 'append', at: ['hooks', 'PreToolUse'], value: mine }]));
  undo('moved');
  const held = valueAt(readFileSync(path, 'utf8'), ['hooks', 'PreToolUse']) as { matcher: string }[];
  assert.deepEqual(
    held.map(({ matcher }) => matcher),
    ['Bash', 'Edit', 'Write'],
  );
  assert.equal(valueAt(readFileSync(path, 'utf8'), ['hooks', 'SessionEnd']), undefined);
});

test('[HOOK-10] two installations in one file come out in any order, byte for byte', () => {
  for (const order of [
    ['one', 'two'],
    ['two', 'one'],
  ]) {
    for (const [name, text] of Object.entries(SAMPLES)) {
      const path = settings(text);
      const before = bytes(path);
      carryOut(terms('one'), [{ path, edits: EDITS }]);
      carryOut(terms('two'), [{ path, edits: [{ kind: 'set', at: ['mcpServers', 'db', 'command'], value: 'aegis' }] }]);
      for (const id of order) undo(id);
      assert.equal(bytes(path), before, `${name} ${order.join()}`);
    }
  }
});

test('[HOOK-10] a changed value gets its old one back; installing twice is installing once', () => {
  const path = settings('{\n  "a": { "command": "node" } // mine\n}\n');
  const before = bytes(path);
  const edits: readonly Edit[] = [{ kind: 'set', at: ['a', 'command'], value: 'aegis', before: 'node' }];
  carryOut(terms('again'), [{ path, edits }]);
  carryOut(terms('again'), [{ path, edits }]);
  assert.equal(valueAt(readFileSync(path, 'utf8'), ['a', 'command']), 'aegis');
  writeFileSync(path, `${readFileSync(path, 'utf8')}\n`);
  undo('again');
  assert.equal(readFileSync(path, 'utf8'), '{\n  "a": { "command": "node" } // mine\n}\n\n');
  assert.notEqual(bytes(path), before);
});

test('[HOOK-10] settings that are a link stay a link', () => {
  const real = settings(SAMPLES['plain'] ?? '');
  const link = join(real, '../link.json');
  symlinkSync(real, link);
  const before = bytes(real);
  carryOut(terms('link'), [{ path: link, edits: EDITS }]);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.notEqual(bytes(real), before);
  undo('link');
  assert.equal(bytes(real), before);
  assert.ok(lstatSync(link).isSymbolicLink());
});

test('[HOOK-11] what cannot be edited is refused with its code before any file is changed', () => {
  const good = settings('{}');
  const refused = (path: string, code: string): void => {
    const before = existsSync(path) ? bytes(path) : null;
    assert.throws(
      () =>
        carryOut(terms('bad'), [
          { path: good, edits: EDITS },
          { path, edits: EDITS },
        ]),
      { name: 'CliError', code },
    );
    assert.equal(existsSync(path) ? bytes(path) : null, before);
    assert.equal(readFileSync(good, 'utf8'), '{}', 'the other file was not touched either');
    assert.deepEqual(installations(), []);
  };
  const readOnly = settings('{}');
  chmodSync(readOnly, 0o444);
  refused(readOnly, 'READ_ONLY');
  refused(settings('{ "hooks": '), 'BAD_SETTINGS');
  refused(settings('[1]'), 'BAD_SETTINGS');
  refused(settings('{ "hooks": {}, "hooks": {} }'), 'BAD_SETTINGS');
  const latin = settings('');
  writeFileSync(latin, Buffer.from([0x7b, 0xff, 0x7d]));
  refused(latin, 'NOT_TEXT');
  const dangling = settings(null);
  symlinkSync(join(FOLDER, 'nowhere/x.json'), dangling);
  refused(dangling, 'DANGLING_LINK');
  refused(settings('{ "hooks": "none" }'), 'BAD_SETTINGS');
  refused(settings('{ "hooks": { "PreToolUse": {} } }'), 'BAD_SETTINGS');
});

test('[HOOK-10] taking out what was put in gives back what was there, for every sample without a touch', () => {
  for (const [name, text] of Object.entries(SAMPLES)) {
    const back = trimmed(edited(text, EDITS), EDITS, scaffoldOf(text, EDITS));
    assert.deepEqual(without(back), text.trim() === '' ? {} : without(text), name);
  }
});
