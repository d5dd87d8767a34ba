import { resolvePath } from '../path/resolve.ts';
import { mixedWord } from '../unicode/confusable.ts';
import type { Arg, Call, Harm, Language, Seen, Stream } from './call.ts';
import { UNKNOWN, harm, isDynamic, literal } from './call.ts';
import { readCode } from './code.ts';
import { add, addHarm, addPath, addUrl, collector } from './collect.ts';
import { readEnvironment, searchFiles, touchPath } from './effects.ts';
import { readElevated, rightsIn } from './elevated.ts';
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
import { carriedInto, heldBy, takesFrom } from './sources.ts';
import { contentOf, keep, keepWritten, programOf, runWritten } from './written.ts';
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
  if (/^[:^A-Z]{0,3}!(?:\/(?:usr\/)?bin\/)?(?:ba|da|z|k)?sh$/.test(first.text)) addHarm(reading.into, harm('SHELL_ESCAPE', 'HIGH'), words);
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
  readElevated(call, words, reading);
  const saw = [...readProgram(call), ...readKnownPhrases(call), ...readOwn(call, reading.hunt)];
  let inner: Stream | undefined;
  const within = rightsIn(call, reading);
  for (const one of saw) inner = follow(one, { words, call, reading: within }) ?? inner;
  readSending(call, words, reading);
  if (first.text.includes('/') || /^(?:[A-Za-z]:|\.{1,2})?\\|\.(?:exe|bat|cmd|com)$/.test(first.text)) {
    inner = runWritten(first, reading) ?? inner;
    ranFile(first, reading);
  }
  if (readsScript(call)) for (const file of carriedInto(call.stdin)) ranFile(literal(file), reading);
  nameProgram(call, reading);
  pushesAway(call, reading, words);
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

/** What a call only seems to lose or to show: the database of tests, a credential that goes straight into a login. */
const stays = ({ code }: Harm, call: Call, reading: Reading): boolean =>
  (reading.handsOver === true && code === 'SHELL_SECRET_PRINT') ||
  ((code === 'DATABASE_DESTROY' || code === 'SERVICE_DESTROY') && ofTests(call, reading));

function touched(saw: Extract<Seen, { see: 'path' }>, place: Place): Stream | undefined {
  const { call, reading } = place;
  touchPath(saw.path, saw.access, reading);
  if (saw.access === 'write') takesFrom(saw.path.text, [...(saw.from ?? []).map(({ text }) => text), ...heldBy(saw.path.text, call)], reading);
  if (saw.origin === 'remote') keep(saw.path.text, { origin: 'remote', secret: false }, reading);
  if (saw.access !== 'execute') return keepWritten(saw.path, saw.access, call, reading);
  return LANGUAGES[call.bin] === undefined ? runWritten(saw.path, reading, call.bin) : ranCode(saw.path, place);
}

/** `RAILS_ENV=test rails db:drop`: the database that tests make. */
const ofTests = ({ bin, args }: Call, { variables }: Reading): boolean =>
  /^(?:rails|rake|mix|manage\.py|artisan|prisma|sequelize|sequelize-cli|knex|typeorm|db-migrate|console|django-admin|flask|hanami)$/.test(bin) &&
  (args.some(({ text }) => /^(?:\w+_ENV=|--(?:settings|env|environment)=(?:\w+\.)*)test(?:ing)?$/.test(text)) ||
    'RAILS_ENV RACK_ENV MIX_ENV NODE_ENV APP_ENV FLASK_ENV DJANGO_ENV HANAMI_ENV'.split(' ').some((name) => {
      const values = (variables.get(name) ?? []).map((value) => value.join(''));
      return values.includes('test') && values.every((value) => value === 'test' || value === '' || value.includes(UNKNOWN));
    }));

/** A place to push to that this very text names: nobody has pushed there before. */
function pushesAway({ bin, args }: Call, reading: Reading, words: readonly Arg[]): void {
  if (bin !== 'git' || args.length > 64) return;
  const texts = args.map(({ text }) => text).filter((text) => !text.startsWith('-'));
  const at = texts.indexOf('remote');
  if (at >= 0 && /^(?:add|set-url)$/.test(texts[at + 1] ?? '') && texts[at + 2] !== undefined && reading.hunt.remotes.size < MOST_NAMES)
    reading.hunt.remotes.add(texts[at + 2] ?? '');
  const push = texts.indexOf('push');
  if (push >= 0 && reading.hunt.remotes.has(texts[push + 1] ?? ''))
    addHarm(reading.into, harm('SHELL_UPLOAD', 'HIGH', { detector: 'exfiltration', category: 'network', operation: 'send' }), words);
}

/** Remembers the names a call gives to programs. */
function nameProgram({ bin, args }: Call, reading: Reading): void {
  if (reading.aliases.size > MOST_NAMES) return;
  const texts = args.map(({ text }) => text);
  if (bin === 'alias')
    for (const text of texts) {
      const [, name, value] = /^([\w.-]+)=([\w ./~=:@%+,-]+)$/.exec(text) ?? [];
      // Where it may be one program or another, it is an unknown one.
      const either = name !== undefined && reading.conditional && (reading.aliases.get(name)?.join(' ') ?? value) !== value;
      if (name !== undefined && value !== undefined) reading.aliases.set(name, either ? [UNKNOWN] : value.trim().split(/\s+/));
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
      if (!stays(saw, call, reading)) addHarm(reading.into, saw, words);
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
      readStatement(saw, reading);
      return undefined;
    case 'path':
      return touched(saw, { words, call, reading });
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

/** What only the running shell knows stands as a name in the statement around it; where that is no statement, nothing is said. */
function readStatement({ text, dialect }: Extract<Seen, { see: 'sql' }>, { readSql, into }: Reading): void {
  if (readSql === undefined) return;
  const dynamic = text.includes(UNKNOWN);
  if (dynamic && !/^\s*[a-z]+\s[^\0]{2}/i.test(text)) return;
  for (const finding of readSql(dynamic ? text.replaceAll(UNKNOWN, 'unknown_') : text, into.pointer, dialect))
    if (!dynamic || finding.inspected) into.findings.push(finding);
}

/** Interpreters whose files this text may have written itself. */
const LANGUAGES: Readonly<Record<string, Language>> = {
  python: 'python',
  pypy: 'python',
  pdb: 'python',
  node: 'node',
  nodejs: 'node',
  tsx: 'node',
  perl: 'perl',
  ruby: 'ruby',
  php: 'php',
  lua: 'lua',
};

/** `echo '…' > x.py; python x.py`: the file's content in its own language. */
function ranCode(path: Arg, place: Place): Stream | undefined {
  const { call, reading } = place;
  const language = LANGUAGES[call.bin];
  const content = contentOf(path.text, reading);
  if (language === undefined || content?.text === undefined) return runWritten(path, reading, call.bin);
  for (const one of readCode(language, content.text, reading.steps)) follow(one, place);
  return undefined;
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
  // Clients and tools whose own languages have a word for a shell.
  'psql',
  'mysql',
  'mariadb',
  'sqlite3',
  'lftp',
  'ftp',
  'smbclient',
  'mail',
  'rpm',
  'rsync',
  'latexmk',
  'sshpass',
  'ssh-agent',
  'csvtool',
  'gcc',
  'split',
  'valgrind',
  'catchsegv',
  'rlwrap',
]);

function readEscape(text: string, words: readonly Arg[], call: Call, reading: Reading): void {
  if (ESCAPERS.has(call.bin) && /^(?:exec\s+)?(\/\S{1,40}\/)?(ba|z|da|k|a)?sh(\s+-[ip]+)?(?:\s+\d?[<>]{1,2}&?\S{1,20}){0,4}$/.test(text.trim()))
    addHarm(reading.into, harm('SHELL_ESCAPE', 'HIGH'), words);
}

/** A shell or an interpreter whose script comes on standard input. */
const readsScript = (call: Call): boolean =>
  isBareShell(call) || (LANGUAGES[call.bin] !== undefined && call.args.every(({ text }) => text === '-' || /^-[a-zA-Z]$/.test(text)));

/** A shell that reads its commands from a pipe, a terminal or the network. */
const isBareShell = (call: Call): boolean =>
  /^(ba|z|da|a|k|mk|c|tc|fi)?sh$|^(cmd|powershell|pwsh)$/.test(call.bin) && call.args.every((arg) => arg.text.startsWith('-') && arg.text !== '-c');
