import type { Arg, Call, Seen, Stream } from './call.ts';
import { UNKNOWN, harm, isDynamic } from './call.ts';
import { readCode } from './code.ts';
import { addHarm, addUrl } from './collect.ts';
import { readEnvironment, searchFiles, touchPath } from './effects.ts';
import { outputOf } from './flow.ts';
import { PROGRAMS } from './programs/all.ts';
import { readService } from './programs/service-verbs.ts';
import type { Reading } from './reading.ts';
import { EMPTY, MOST_DEPTH, unreadable } from './reading.ts';
import { childShell } from './variables.ts';
import { contentOf, keepWritten, runWritten } from './written.ts';
import { isUnknownProgram, programName, withoutVersion } from './words.ts';

/** Reads one program with its arguments and everything it would start; answers what it prints, as far as that is known. */
export function runCall(words: readonly Arg[], stdin: Stream, reading: Reading, complete = true): Stream {
  const first = words[0];
  if (first === undefined) return EMPTY;
  if (reading.depth > 0) reading.budget.left -= words.length;
  if (reading.depth >= MOST_DEPTH || reading.budget.left < 0) return unreadable(reading, first.text);
  const args = words.slice(1);
  const bin = programName(first.text);
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
  const call: Call = { bin: withoutVersion(bin).toLowerCase() === 'busybox' ? 'busybox' : withoutVersion(bin), args, stdin, complete };
  const reader = Object.hasOwn(PROGRAMS, call.bin) ? PROGRAMS[call.bin] : undefined;
  const saw = reader === undefined ? readService(call) : reader(call);
  let inner: Stream | undefined;
  for (const one of saw) inner = follow(one, { words, call, reading }) ?? inner;
  readSecretsOut(call, words, reading);
  if (first.text.includes('/')) inner = runWritten(first, reading) ?? inner;
  const out = rereads(call, reading) ?? outputOf(call, inner);
  return isBareShell(call) ? { ...out, shell: true } : out;
}

/** `cat` of one file this text wrote gives what was written. */
function rereads({ bin, args }: Call, reading: Reading): Stream | undefined {
  const [file] = args;
  return bin === 'cat' && file !== undefined && args.length === 1 ? contentOf(file.text, reading) : undefined;
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
      return reading.readInner(saw.text, HERE.has(call.bin) ? reading : childShell(reading), saw.stdin ?? EMPTY);
    case 'code':
      for (const one of readCode(saw.language, saw.text)) follow(one, { words, call, reading });
      return undefined;
    case 'sql':
      if (saw.text.includes(UNKNOWN) || reading.readSql === undefined) return undefined;
      for (const finding of reading.readSql(saw.text, reading.into.pointer, saw.dialect)) {
        reading.into.findings.push(finding);
      }
      return undefined;
    case 'path':
      touchPath(saw.path, saw.access, reading);
      return saw.access === 'execute' ? runWritten(saw.path, reading) : keepWritten(saw.path, saw.access, call, reading);
    case 'search':
      searchFiles(saw.search, reading);
      return undefined;
    case 'url':
      if (!saw.url.includes(UNKNOWN)) addUrl(reading.into, saw.url);
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
]);

function readEscape(text: string, words: readonly Arg[], call: Call, reading: Reading): void {
  if (ESCAPERS.has(call.bin) && /^(\/\S{1,40}\/)?(ba|z|da|k|a)?sh(\s+-[ip]+)?$/.test(text.trim()))
    addHarm(reading.into, harm('SHELL_ESCAPE', 'HIGH'), words);
}

/** Programs that carry their input or arguments to another machine. */
const SENDERS = new Set([
  'curl',
  'wget',
  'nc',
  'ncat',
  'netcat',
  'socat',
  'ssh',
  'telnet',
  'http',
  'https',
  'xh',
  'ftp',
  'tftp',
  'mail',
  'mailx',
  'sendmail',
  'mutt',
  'dig',
  'nslookup',
  'host',
  'ping',
]);

/** A shell that reads its commands from a pipe, a terminal or the network. */
const isBareShell = (call: Call): boolean =>
  /^(ba|z|da|a|k|mk|c|tc|fi)?sh$|^(cmd|powershell|pwsh)$/.test(call.bin) && call.args.every((arg) => arg.text.startsWith('-') && arg.text !== '-c');

function readSecretsOut(call: Call, words: readonly Arg[], reading: Reading): void {
  const sends = SENDERS.has(call.bin) || (call.bin === 'openssl' && call.args[0]?.text === 's_client');
  if (!sends) return;
  if (call.stdin.shell === true) addHarm(reading.into, harm('SHELL_REVERSE_SHELL', 'CRITICAL', { category: 'network' }), words);
  if (call.stdin.secret || words.some((word) => word.secret === true)) {
    addHarm(reading.into, harm('SHELL_SECRET_EXFILTRATION', 'CRITICAL', { detector: 'exfiltration', category: 'network', operation: 'send' }), words);
  }
}
