import { resolvePath } from '../path/resolve.ts';
import { mixedWord } from '../unicode/confusable.ts';
import type { Arg, Call, Seen, Stream } from './call.ts';
import { UNKNOWN, harm, isDynamic, literal } from './call.ts';
import { readCode } from './code.ts';
import { add, addHarm, addPath, addUrl, collector } from './collect.ts';
import { readEnvironment, searchFiles, touchPath } from './effects.ts';
import { asBody } from './evaluated.ts';
import { outputOf } from './flow.ts';
import { readOwn } from './programs/own.ts';
import { readAs, readName } from './lookalike.ts';
import { readSending } from './sending.ts';
import { KNOWN, readProgram } from './programs/all.ts';
import { readKnownPhrases } from './programs/phrases/all.ts';
import type { Reading } from './reading.ts';
import { EMPTY, MOST_DEPTH, unreadable } from './reading.ts';
import { take } from '../steps.ts';
import { move, seenFrom } from './standing.ts';
import { childShell } from './variables.ts';
import { contentOf, keepWritten, programOf, runWritten } from './written.ts';
import { isUnknownProgram, programName, withoutVersion } from './words.ts';

/** Reads one program with its arguments and everything it would start; answers what it prints, as far as that is known. */
export function runCall(words: readonly Arg[], stdin: Stream, reading: Reading, complete = true): Stream {
  const first = words[0];
  if (first === undefined) return EMPTY;
  if (reading.depth >= MOST_DEPTH || !take(reading.steps, words.length) || !afforded(words, reading)) return unreadable(reading, first.text);
  const named = otherName(words, reading);
  if (named !== undefined) return runCall(named, stdin, { ...reading, depth: reading.depth + 1 }, complete);
  const args = words.slice(1);
  const bin = readName(programName(first.text.replace(/^!(?=\/)/, '')), (name) => KNOWN.program(withoutVersion(name)));
  if (/^!\/(?:usr\/)?bin\/(?:ba|da|z|k)?sh$/.test(first.text)) addHarm(reading.into, harm('SHELL_ESCAPE', 'HIGH'), words);
  const unknown = isUnknownProgram(first);
  reading.into.commands.push({
    bin: unknown ? '' : bin,
    argv: [...words.map((word) => word.text.replaceAll(UNKNOWN, '…')), ...(complete ? [] : ['…'])],
    dynamic: !complete || words.some((word) => word.glob || isDynamic(word)),
    pointer: reading.into.pointer,
  });
  if (unknown) {
    addHarm(reading.into, harm('SHELL_DYNAMIC_COMMAND', 'HIGH', { inspected: false }), words);
    return { origin: 'computed', secret: false };
  }
  const call: Call = {
    bin: withoutVersion(bin).toLowerCase() === 'busybox' ? 'busybox' : withoutVersion(bin),
    args: KNOWN.speaker(bin) ? args : args.map(readAs),
    stdin,
    complete,
    at: reading.standing.at,
  };
  const saw = [...readProgram(call), ...readKnownPhrases(call), ...readOwn(call, reading.hunt)];
  let inner: Stream | undefined;
  for (const one of saw) inner = follow(one, { words, call, reading }) ?? inner;
  readSending(call, words, reading);
  if (first.text.includes('/')) {
    inner = runWritten(first, reading) ?? inner;
    ranFile(first, reading);
  }
  nameProgram(call, reading);
  move(call.bin, args, reading.standing);
  const out = rereads(call, reading) ?? outputOf(call, inner);
  return isBareShell(call) ? { ...out, shell: true } : out;
}

/** The words of a call are read once more by the program's reader, code in them by a grammar. */
function afforded(words: readonly Arg[], { steps }: Reading): boolean {
  const characters = words.reduce((sum, { text }) => sum + text.length, 0);
  return take(steps, characters, /(?:^|[\\/])(?:powershell|pwsh|cmd)(?:\.exe)?$/i.test(words[0]?.text.slice(-20) ?? '') ? 'grammar' : 'tokens');
}

/** A program that was named by its path, and lies in none of the system's places, is a file somebody put there. */
function ranFile({ text }: Arg, { into, standing }: Reading): void {
  if (text.includes(UNKNOWN) || programOf(text) !== undefined || text.length > 4096) return;
  const { path } = resolvePath(seenFrom(standing.at.includes(UNKNOWN) ? '' : standing.at, text));
  addPath(into, { path, access: 'execute', pointer: into.pointer });
}

/** The same call under the name of the program it really starts: an alias, or a copy or link this text made. */
function otherName([first, ...args]: readonly Arg[], reading: Reading): readonly Arg[] | undefined {
  if (first === undefined) return undefined;
  const alias = reading.aliases.get(first.text);
  // An alias may use its own name, which then is the program's.
  if (alias !== undefined && alias[0] !== first.text) return [...alias.map(literal), ...args];
  const program = contentOf(first.text, reading)?.program;
  return program === undefined || program === first.text ? undefined : [literal(program), ...args];
}

/** Remembers the names a call gives to programs. */
function nameProgram({ bin, args }: Call, reading: Reading): void {
  if (reading.aliases.size > MOST_NAMES) return;
  const texts = args.map(({ text }) => text);
  if (bin === 'alias')
    for (const text of texts) {
      const [, name, value] = /^([\w.-]+)=([\w ./~=:@%+,-]+)$/.exec(text) ?? [];
      if (name !== undefined && value !== undefined) reading.aliases.set(name, value.trim().split(/\s+/));
    }
  const at = bin === 'hash' ? texts.indexOf('-p') : -1;
  const [path, name] = at < 0 ? [] : texts.slice(at + 1);
  if (path !== undefined && name !== undefined) reading.aliases.set(name, [path]);
}

const MOST_NAMES = 64;

/** `cat` of one file this text wrote gives what was written. */
function rereads({ bin, args }: Call, reading: Reading): Stream | undefined {
  const [file] = args;
  return bin === 'cat' && file !== undefined && args.length === 1 ? contentOf(file.text, reading) : undefined;
}

/** An alias does nothing yet: only what would be certain harm by any name is said of it. */
function defined(text: string, reading: Reading): undefined {
  const into = collector(reading.into.pointer);
  reading.readInner(text, { ...childShell(reading), into });
  for (const finding of into.findings) if (finding.risk === 'CRITICAL') add(reading.into, finding);
  return undefined;
}

interface Place {
  readonly words: readonly Arg[];
  readonly call: Call;
  readonly reading: Reading;
}

function follow(saw: Seen, { words, call, reading }: Place): Stream | undefined {
  switch (saw.see) {
    case 'harm':
      addHarm(reading.into, saw, words);
      return undefined;
    case 'argv':
      readEscape(saw.argv.map((arg) => arg.text).join(' '), words, call, reading);
      return runCall(saw.argv, saw.stdin ?? call.stdin, { ...reading, depth: reading.depth + 1 }, saw.complete ?? call.complete);
    case 'script':
      readEscape(saw.text, words, call, reading);
      if (call.bin === 'alias') return defined(saw.text, reading);
      return reading.readInner(saw.text, HERE.has(call.bin) ? reading : childShell(reading, saw.given), saw.stdin ?? EMPTY);
    case 'again':
      if (/[$`]/.test(saw.text)) reading.readInner(asBody(saw.text), { ...reading, conditional: true });
      return undefined;
    case 'code':
      for (const one of readCode(saw.language, saw.text, reading.steps)) follow(one, { words, call, reading });
      return undefined;
    case 'sql':
      if (saw.text.includes(UNKNOWN) || reading.readSql === undefined) return undefined;
      for (const finding of reading.readSql(saw.text, reading.into.pointer, saw.dialect)) {
        reading.into.findings.push(finding);
      }
      return undefined;
    case 'path':
      touchPath(saw.path, saw.access, reading);
      return saw.access === 'execute' ? runWritten(saw.path, reading, call.bin) : keepWritten(saw.path, saw.access, call, reading);
    case 'search':
      searchFiles(saw.search, reading);
      return undefined;
    case 'url':
      if (!saw.url.includes(UNKNOWN)) addUrl(reading.into, saw.url);
      if (mixedWord(saw.url.slice(0, 200)) !== undefined)
        addHarm(reading.into, harm('URL_DISGUISED_HOST', 'HIGH', { detector: 'url', category: 'network' }), words);
      return undefined;
    case 'env':
      readEnvironment(saw.name, saw.value, reading);
      return undefined;
  }
}

/** Built-in commands that run a text in this very shell. */
const HERE = new Set(['eval', 'trap', 'source', '.']);

/** Programs that have no honest reason to start an interactive shell. */
const ESCAPERS = new Set([
  'find',
  'awk',
  'gawk',
  'mawk',
  'nawk',
  'python',
  'perl',
  'ruby',
  'php',
  'lua',
  'node',
  'sed',
  'expect',
  'gdb',
  'xargs',
  'tclsh',
  // Wrappers that a person never starts a shell with, but somebody who may run them as root does.
  'nice',
  'nohup',
  'stdbuf',
  'timeout',
  'strace',
  'ltrace',
  'setlock',
  'chrt',
  'ionice',
  'taskset',
  'perf',
  'flock',
  'torify',
  'torsocks',
  'setarch',
  'multitime',
  'xdotool',
  'softlimit',
  'unexpand',
]);

function readEscape(text: string, words: readonly Arg[], call: Call, reading: Reading): void {
  if (ESCAPERS.has(call.bin) && /^(\/\S{1,40}\/)?(ba|z|da|k|a)?sh(\s+-[ip]+)?$/.test(text.trim()))
    addHarm(reading.into, harm('SHELL_ESCAPE', 'HIGH'), words);
}

/** A shell that reads its commands from a pipe, a terminal or the network. */
const isBareShell = (call: Call): boolean =>
  /^(ba|z|da|a|k|mk|c|tc|fi)?sh$|^(cmd|powershell|pwsh)$/.test(call.bin) && call.args.every((arg) => arg.text.startsWith('-') && arg.text !== '-c');
