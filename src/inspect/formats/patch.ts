/** One file a patch touches. */
export interface Patched {
  readonly path: string;
  readonly access: 'write' | 'delete';
  /** The lines it puts there. */
  readonly added: string;
}

/** More files of one patch than are told apart. */
const MOST_FILES = 2_000;

const ENVELOPE = /^\s{0,40}\*\*\* (?:Begin Patch|(?:Add|Update|Delete) File: )/;
const UNIFIED = /(?:^|\n)(?:diff --git |Index: |--- [^\n]{1,4096}\n\+\+\+ [^\n]{1,4096}\n@@)/;
const BLOCKS = /(?:^|\n)(?:<{5,9} ?SEARCH|-{5,9} ?SEARCH)\b/;

/** true for a text that is a patch as a whole: Codex's, a unified or git diff, blocks of SEARCH and REPLACE. */
export function isPatch(text: string): boolean {
  const head = text.slice(0, 8_192);
  return ENVELOPE.test(head) || UNIFIED.test(head) || BLOCKS.test(head);
}

interface Reading {
  readonly files: { path: string; access: 'write' | 'delete'; readonly lines: string[] }[];
  old: string;
  /** Blocks: between `=======` and the end. */
  replacing: boolean;
}

/** The files a patch writes and deletes, and what it adds to them. Linear. */
export function readPatch(text: string): readonly Patched[] {
  const reading: Reading = { files: [], old: '', replacing: false };
  const git = /(?:^|\n)diff --git /.test(text);
  let before = '';
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (reading.files.length > MOST_FILES) break;
    if (!header(line, before, { reading, git })) addition(line, reading);
    if (line.trim() !== '' && !line.startsWith('```')) before = line;
  }
  return reading.files.map(({ path, access, lines }) => ({ path, access, added: lines.join('\n') }));
}

function touch(path: string, access: 'write' | 'delete', { files }: Reading): void {
  const bare = path.trim();
  if (bare !== '' && bare !== '/dev/null') files.push({ path: bare, access, lines: [] });
}

/** A line that names a file, in any of the formats. */
function header(line: string, before: string, { reading, git }: { readonly reading: Reading; readonly git: boolean }): boolean {
  const envelope = /^\s{0,40}\*\*\* (Add File|Update File|Delete File|Move to): (.+)$/.exec(line);
  if (envelope !== null) {
    touch(envelope[2] ?? '', envelope[1] === 'Delete File' ? 'delete' : 'write', reading);
    return true;
  }
  const renamed = git ? /^(rename|copy) (from|to) (.+)$/.exec(line) : null;
  if (renamed !== null) {
    if (renamed[2] === 'to' || renamed[1] === 'rename') touch(unquoted(renamed[3] ?? ''), renamed[2] === 'to' ? 'write' : 'delete', reading);
    return true;
  }
  if (line.startsWith('--- ') && !/^--- ?SEARCH/.test(line)) {
    reading.old = named(line.slice(4));
    return true;
  }
  if (line.startsWith('+++ ') && before.startsWith('--- ')) {
    const fresh = named(line.slice(4));
    if (fresh === '/dev/null') touch(stripped(reading.old, reading.old, git), 'delete', reading);
    else touch(stripped(fresh, reading.old, git), 'write', reading);
    return true;
  }
  const both = /^diff --git (.{1,2048}) (.{1,2048})$/.exec(line);
  if (both !== null) return true;
  return block(line, before, reading);
}

/** `<<<<<<< SEARCH`, with the file's name on the line above it or above the fence. */
function block(line: string, before: string, reading: Reading): boolean {
  if (/^(?:<{5,9}|-{5,9}) ?SEARCH\b/.test(line)) {
    const name = before.replace(/^(?:#{1,6}|File:|\*\*)\s{0,8}/, '').replace(/[:*`]+$/, '');
    if (/^[\w./~@ \\-]{1,400}$/.test(name) && /[./\\]/.test(name) && !/^[-=<>]{5}/.test(name)) touch(name, 'write', reading);
    else if (reading.files.length === 0) reading.files.push({ path: '', access: 'write', lines: [] });
    reading.replacing = false;
    return true;
  }
  if (/^={5,9}$/.test(line)) {
    reading.replacing = true;
    return true;
  }
  if (!/^(?:>{5,9}|\+{5,9}) ?REPLACE\b/.test(line)) return false;
  reading.replacing = false;
  return true;
}

function addition(line: string, reading: Reading): void {
  const file = reading.files.at(-1);
  if (file === undefined) return;
  if (reading.replacing) file.lines.push(line);
  else if (line.startsWith('+')) file.lines.push(line.slice(1));
  else if (line.startsWith(' +')) file.lines.push(line.slice(2));
}

/** Without the time behind it; git quotes names that hold more than plain letters. */
const named = (text: string): string => unquoted((text.split('\t')[0] ?? '').replace(/ \d{4}-\d\d-\d\d \d\d:\d\d.*$/, '').trim());

function unquoted(text: string): string {
  const name = text.trim();
  return name.startsWith('"') && name.endsWith('"') && name.length > 1 ? name.slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\') : name;
}

/** `a/x` and `b/x` are git's way to say `x`. */
function stripped(path: string, old: string, git: boolean): string {
  const prefixed = /^[abciow]\//.test(path) && (git || old === '/dev/null' || /^[abciow]\//.test(old));
  return prefixed ? path.slice(2) : path;
}
