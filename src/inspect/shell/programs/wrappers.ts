import { isSecretFile } from '../../path/sensitive.ts';
import type { Arg, Call, ProgramReader, ProgramTable, Seen, Stream } from '../call.ts';
import { UNKNOWN, harm, literal } from '../call.ts';
import { readOptions } from '../options.ts';
import { loosened } from './host.ts';
import { extentOf } from './places.ts';
import { findSearch, namesPrinted, readFound } from './search.ts';
import { NAMESPACES } from './namespaces.ts';
import { joined } from '../words.ts';
import { runsRest } from './runs-rest.ts';

/** Leading `NAME=value` words are environment; `-S` splits one word into many. */
const env: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'uCSa', long: ['unset', 'chdir', 'split-string', 'argv0'], stop: true });
  const seen: Seen[] = [...loosened(options.values('u', 'unset'))];
  const split = options.value('S', 'split-string');
  const words = [...options.operands];
  while (words[0] !== undefined && /^[A-Za-z_][A-Za-z0-9_]*=/.test(words[0].text)) {
    const { text } = words.shift() as Arg;
    const equals = text.indexOf('=');
    seen.push({ see: 'env', name: text.slice(0, equals), value: text.slice(equals + 1) });
  }
  if (split !== undefined) seen.push({ see: 'script', text: [split.text, ...words.map((arg) => quote(arg.text))].join(' '), stdin: call.stdin });
  else if (words.length > 0) seen.push({ see: 'argv', argv: words });
  return seen;
};

const quote = (text: string): string => (text.includes(UNKNOWN) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const sudo: ProgramReader = (call) => {
  const options = readOptions(call.args, {
    short: 'ugpCDhrtTUR',
    long: ['user', 'group', 'prompt', 'chdir', 'host', 'role', 'type', 'chroot'],
    stop: true,
  });
  if (options.has('e', 'edit')) return options.operands.map((path) => ({ see: 'path', path, access: 'write' }));
  if (options.operands.length > 0) return env({ ...call, args: options.operands });
  return options.has('s', 'i', 'shell', 'login') ? [{ see: 'argv', argv: [literal('sh')] }] : [];
};

const su: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'csgG', long: ['command', 'shell', 'group'] });
  const text = options.value('c', 'command');
  if (text !== undefined) return [{ see: 'script', text: text.text }];
  return call.stdin.text === undefined ? [{ see: 'argv', argv: [literal('sh')] }] : [{ see: 'script', text: call.stdin.text }];
};

const xargs: ProgramReader = (call) => {
  const options = readOptions(call.args, {
    short: 'IdEaLnPs',
    long: ['replace', 'delimiter', 'arg-file', 'max-args', 'max-procs', 'max-lines', 'max-chars'],
    stop: true,
  });
  const { operands } = options;
  if (operands.length === 0) return [];
  const known =
    call.stdin.text !== undefined && !call.stdin.text.includes(UNKNOWN) ? call.stdin.text.split(/\s+/).filter((word) => word !== '') : undefined;
  const mark = options.value('I', 'replace', 'J', 'i')?.text;
  const found = [...readFound(operands[0]?.text ?? '', call.stdin.names ?? []), ...deletesFound(operands[0]?.text ?? '', call)];
  if (mark !== undefined && mark !== '') {
    const put = known?.join(' ') ?? UNKNOWN;
    return [
      { see: 'argv', argv: operands.map((arg) => ({ ...arg, text: arg.text.replaceAll(mark, put) })), stdin: { origin: 'none', secret: false } },
      ...found,
    ];
  }
  const none: Stream = { origin: 'none', secret: false };
  const portions = portionsOf(known ?? [], options.value('n', 'max-args', 'L', 'max-lines')?.text);
  return [
    ...portions.map((fed): Seen => ({ see: 'argv', argv: [...operands, ...fed.map(literal)], complete: known !== undefined, stdin: none })),
    ...found,
  ];
};

/** `-n 2` starts the program anew for every two words. */
function portionsOf(words: readonly string[], size: string | undefined): readonly (readonly string[])[] {
  const each = size === undefined ? words.length : Number(size);
  if (words.length === 0 || !(each > 0) || words.length / each > MOST_PORTIONS) return [words];
  return Array.from({ length: Math.ceil(words.length / each) }, (_, at) => words.slice(at * each, (at + 1) * each));
}

const MOST_PORTIONS = 64;

const find: ProgramReader = (call) => {
  const roots = call.args.slice(
    0,
    Math.max(
      0,
      call.args.findIndex((arg) => /^[-(!]/.test(arg.text)),
    ),
  );
  const wide = roots.length === 0 || roots.some((root) => /^(\/|~\/?|\/(etc|usr|var|home|root|bin|lib|boot|opt)\/?|\$HOME)$/.test(root.text));
  const seen: Seen[] =
    wide && call.args.some((arg, index) => /^-i?(name|path|wholename)$/.test(call.args[index - 1]?.text ?? '') && namesCredentials(arg.text))
      ? [LOOKS]
      : [];
  for (let index = 0; index < call.args.length; index++) {
    const arg = call.args[index] ?? literal('');
    if (arg.text === '-delete') seen.push(...findDelete({ wide, chosen: chosenBy(call.args.slice(0, index)), roots, at: call.at }));
    if (/^-(fprintf?|fls|fprint0)$/.test(arg.text)) seen.push({ see: 'path', path: call.args[index + 1] ?? literal(''), access: 'write' });
    if (!/^-(exec|execdir|ok|okdir)$/.test(arg.text)) continue;
    const chosen = chosenBy(call.args.slice(0, index));
    const start = index + 1;
    while (index + 1 < call.args.length && !/^[;+]$/.test(call.args[index + 1]?.text ?? '')) index += 1;
    const found = wide && chosen === 'all' ? (roots[0]?.text ?? '.') : `${rootOf(roots)}/${nameTest(call.args)}`;
    const argv = call.args.slice(start, index + 1).map((word) => ({ ...word, text: word.text.replaceAll('{}', found) }));
    seen.push({ see: 'argv', argv }, ...readFound(argv[0]?.text ?? '', findSearch(call.args)));
    if (/^(rm|shred|unlink)$/.test(argv[0]?.text ?? '')) seen.push(...findDelete({ wide, chosen, roots, at: call.at }));
  }
  return seen;
};

/** What the tests in front of an action leave: files of a kind, by their names; some, by their age, size or owner; or everything. */
type Chosen = 'kind' | 'some' | 'all';

/** Only tests of the same branch count: an `-o` outside of brackets begins another, and a test behind `!` chooses everything else. */
function chosenBy(args: readonly Arg[]): Chosen {
  let depth = 0;
  let chosen: Chosen = 'all';
  for (let at = 0; at < args.length; at++) {
    const text = args[at]?.text ?? '';
    const negated = /^(?:!|-not)$/.test(args[at - 1]?.text ?? '');
    if (text === '(') depth += 1;
    else if (text === ')') depth -= 1;
    else if (depth <= 0 && /^(?:-o|-or|,)$/.test(text)) chosen = 'all';
    else if (NAMES_FILES.test(text) && !negated && (text === '-empty' || !/^[*.?/]*$/.test(args[at + 1]?.text ?? ''))) chosen = 'kind';
    else if (chosen === 'all' && TESTS_FILES.test(text)) chosen = 'some';
  }
  return chosen;
}

const NAMES_FILES = /^-(?:i?name|i?path|i?regex|i?wholename|empty|inum|samefile|xtype)$/;
const TESTS_FILES = /^-(?:newer\w*|[mca]time|[mca]min|size|user|group|perm|nouser|nogroup|links|maxdepth|mindepth|i?name|i?path|i?regex)$/;

const LOOKS = harm('SHELL_SECRET_PRINT', 'HIGH', { operation: 'read', category: 'file' });

/** A pattern of names that only files of credentials have. */
const namesCredentials = (pattern: string): boolean =>
  /^\*?(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.pem|\.key|\.p12|\.pfx|\.kdbx|\.ppk|\.jks|\.keystore|\.ovpn|\.env|\.git-credentials|\.netrc|\.pgpass|credentials|shadow|wallet\.dat|\.aws|\.ssh|authorized_keys|\.htpasswd|\.my\.cnf|.*(?:password|passwd|secret|credential|private_?key).*)\*?$/i.test(
    pattern,
  ) || isSecretFile(pattern);

/** `locate id_rsa`: a machine's whole index of names. */
const locate: ProgramReader = (call) => (readOptions(call.args, { short: 'ln' }).operands.some(({ text }) => namesCredentials(text)) ? [LOOKS] : []);

/** Where what is found lies: a place of the system's is named, so that what is done to it is judged there. */
const rootOf = ([root]: readonly Arg[]): string =>
  root !== undefined && /^\/(?:etc|var|usr|boot|opt|srv|bin|lib|root)\//.test(root.text) ? root.text.replace(/\/+$/, '') : '.';

/** The one name `find` looks for, so that deleting every `node_modules` is judged as deleting one. */
function nameTest(args: readonly Arg[]): string {
  const names = args.filter((_arg, index) => args[index - 1]?.text === '-name').map((arg) => arg.text);
  const [only] = names;
  return names.length === 1 && only !== undefined && /^[\w.-]+$/.test(only) ? only : 'found';
}

interface FoundDelete {
  readonly wide: boolean;
  readonly chosen: Chosen;
  readonly roots: readonly Arg[];
  readonly at: string;
}

/** What `find` deletes is bounded by its tests; without one of names it is whatever lies below, unless that is made again. */
function findDelete({ wide, chosen, roots, at }: FoundDelete): Seen[] {
  const remade = roots.length > 0 && roots.every((root) => extentOf(root.text, at) === 'remade' || /^\/(?:tmp|var\/tmp)\/?$/.test(root.text));
  const critical = wide && chosen === 'all' && roots.length > 0 && roots[0]?.text !== '.';
  const system = roots.some((root) => /^(\/$|~\/?$|\/(etc|usr|var|home|root|bin|lib|boot|opt)(\/|$))/.test(root.text));
  const kept = remade && !system;
  const risk = critical ? 'CRITICAL' : (chosen !== 'kind' && !kept) || system ? 'HIGH' : 'MEDIUM';
  return [harm('SHELL_FIND_DELETE', risk, { operation: 'delete', category: 'file' })];
}

/** Names that a search found in a system's or a person's own place, handed to a program that deletes: as if the search had deleted them. */
function deletesFound(program: string, { stdin, at }: Call): Seen[] {
  if (!/(?:^|\/)(?:rm|shred|unlink|srm|rmdir)$/.test(program)) return [];
  const lost = (stdin.names ?? []).filter(({ root }) => !/[*?[]/.test(root) && /^(?:all|system|home)$/.test(extentOf(root, at)));
  return lost.slice(0, 1).map(({ root }) => harm('SHELL_FIND_DELETE', 'HIGH', { operation: 'delete', category: 'file', target: root }));
}

const parallel: ProgramReader = (call) => {
  const options = readOptions(call.args, {
    short: 'jSaNInC',
    long: ['jobs', 'sshlogin', 'arg-file', 'colsep', 'joblog', 'timeout', 'delay', 'results'],
    stop: true,
  });
  const at = options.operands.findIndex((arg) => /^:::/.test(arg.text));
  const command = at < 0 ? options.operands : options.operands.slice(0, at);
  const values = at < 0 ? [] : options.operands.slice(at + 1);
  if (command.length === 0)
    return values.length > 0
      ? values.map((arg) => ({ see: 'script', text: arg.text }))
      : call.stdin.text !== undefined
        ? [{ see: 'script', text: call.stdin.text }]
        : call.stdin.origin === 'none'
          ? []
          : [harm('UNINSPECTABLE', 'HIGH', { inspected: false })];
  const text = joined(command);
  if (text === '{}' || text === 'sh' || text === 'bash')
    return values.length > 0 ? values.map((arg) => ({ see: 'script', text: arg.text })) : [harm('UNINSPECTABLE', 'HIGH', { inspected: false })];
  const first = values[0]?.text ?? './item';
  return [{ see: 'script', text: text.includes('{}') ? text.replaceAll('{}', first) : `${text} ${first}` }];
};

const busybox: ProgramReader = (call) =>
  call.args.length === 0 || call.args[0]?.text.startsWith('--') === true ? [] : [{ see: 'argv', argv: call.args }];

const script: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'cTIOBEmo', long: ['command', 'log-in', 'log-out', 'log-io'] });
  const text = options.value('c', 'command');
  if (text !== undefined) return [{ see: 'script', text: text.text }];
  return options.operands.length > 1 ? [{ see: 'argv', argv: options.operands.slice(1) }] : [];
};

const watch: ProgramReader = (call) => {
  const { operands } = readOptions(call.args, { short: 'n', long: ['interval'], stop: true });
  return operands.length === 0 ? [] : [{ see: 'script', text: joined(operands) }];
};

const flock: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'wEc', long: ['wait', 'timeout', 'conflict-exit-code', 'command'], stop: true });
  const rest = options.operands.slice(1);
  if (rest[0]?.text === '-c') return [{ see: 'script', text: joined(rest.slice(1)) }];
  const text = options.value('c', 'command');
  return text !== undefined ? [{ see: 'script', text: text.text }] : rest.length > 0 ? [{ see: 'argv', argv: rest }] : [];
};

/** `ld-linux.so /bin/rm …`: the loader runs what it is given. */
const command: ProgramReader = (call) => (/^-[vV]+$/.test(call.args[0]?.text ?? '') ? [] : runsRest({ short: 'a' })(call));

const runuser: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'cusgG', long: ['command', 'user', 'shell'], stop: true });
  const text = options.value('c', 'command');
  return text !== undefined
    ? [{ see: 'script', text: text.text }]
    : options.operands.length > 0 && options.has('u', 'user')
      ? [{ see: 'argv', argv: options.operands }]
      : [];
};

const LOADERS = ['ld-linux.so.2', 'ld-linux-x86-64.so.2', 'ld.so', 'ld-linux-aarch64.so.1', 'ld-musl-x86_64.so.1', 'ld-linux-armhf.so.3', 'ld-linux'];

export const WRAPPERS: ProgramTable = {
  env,
  sudo,
  doas: sudo,
  pkexec: sudo,
  su,
  sg: su,
  runuser,
  xargs,
  gxargs: xargs,
  find,
  gfind: find,
  locate,
  plocate: locate,
  mlocate: locate,
  fd: fd(),
  fdfind: fd(),
  parallel,
  busybox,
  toybox: busybox,
  script,
  watch,
  viddy: watch,
  flock,
  command,
  builtin: command,
  exec: command,
  noglob: command,
  nocorrect: command,
  nice: runsRest({ short: 'n', long: ['adjustment'] }),
  ionice: runsRest({ short: 'cnp', long: ['class', 'classdata'] }),
  chrt: runsRest({ short: 'TPDp' }, 1),
  taskset: runsRest({}, 1),
  nohup: runsRest(),
  setsid: runsRest(),
  time: runsRest({ short: 'fo', long: ['format', 'output'] }),
  timeout: runsRest({ short: 'ks', long: ['kill-after', 'signal'] }, 1),
  gtimeout: runsRest({ short: 'ks' }, 1),
  stdbuf: runsRest({ short: 'ioe', long: ['input', 'output', 'error'] }),
  unbuffer: runsRest(),
  chroot: runsRest({ long: ['userspec', 'groups'] }, 1),
  ...NAMESPACES,
  strace: runsRest({ short: 'eopsuSaEPOX' }),
  ltrace: runsRest({ short: 'eopsunaAl' }),
  prlimit: runsRest({ short: 'p' }),
  setpriv: runsRest({ long: ['reuid', 'regid', 'groups', 'inh-caps', 'bounding-set'] }),
  setarch: runsRest({}, 1),
  linux64: runsRest(),
  linux32: runsRest(),
  firejail: runsRest(),
  fakeroot: runsRest(),
  eatmydata: runsRest(),
  catchsegv: runsRest(),
  valgrind: runsRest(),
  perf: (call) => runsRest({ short: 'eoFcp' }, 1)(call),
  proxychains: runsRest({ short: 'f' }),
  proxychains4: runsRest({ short: 'f' }),
  torsocks: runsRest(),
  'dbus-run-session': runsRest(),
  'xvfb-run': runsRest({ short: 'nsef', long: ['server-args'] }),
  caffeinate: runsRest({ short: 't' }),
  entr: runsRest(),
  rlwrap: runsRest(),
  dotenv: runsRest({ short: 'ef' }),
  'env-cmd': runsRest({ short: 'f' }),
  'cross-env': env,
  tsocks: runsRest(),
  daemonize: runsRest({ short: 'cpuoel' }),
  'start-stop-daemon': (call) => {
    const options = readOptions(call.args, { short: 'xapnucgdrIPN', long: ['exec', 'startas', 'pidfile', 'name', 'user', 'chuid', 'chdir'] });
    const program = options.value('x', 'exec', 'a', 'startas');
    return program === undefined || options.has('K', 'stop') ? [] : [{ see: 'argv', argv: [program, ...options.operands] }];
  },
  hyperfine: (call) =>
    readOptions(call.args, { short: 'wrmMpcnL', long: ['warmup', 'runs', 'prepare', 'cleanup', 'setup'] }).operands.map((arg) => ({
      see: 'script',
      text: arg.text,
    })),
  coproc: runsRest(),
  screen: (call) => runsRest({ short: 'Stpec' })(call),
  tmux: tmux(),
  'lxc-attach': runsRest({ short: 'n' }),
  direnv: runsRest({}, 2),
  conda: conda(),
  pipenv: conda(),
  bundle: conda(),
  rye: conda(),
  nix: nix(),
  'nix-shell': nix(),
  ...Object.fromEntries(LOADERS.map((name) => [name, runsRest({ long: ['library-path', 'preload', 'argv0'] })])),
};

function fd(): ProgramReader {
  return (call) => {
    const at = call.args.findIndex((arg) => /^(-x|-X|--exec|--exec-batch)$/.test(arg.text));
    if (at < 0) return [];
    const found = namesPrinted({ ...call, args: call.args.slice(0, at) }) ?? [];
    const program = call.args[at + 1]?.text ?? '';
    const given = { ...call, stdin: { ...call.stdin, names: found } };
    return [{ see: 'argv', argv: call.args.slice(at + 1), complete: false }, ...readFound(program, found), ...deletesFound(program, given)];
  };
}

function tmux(): ProgramReader {
  return (call) => {
    const at = call.args.findIndex((arg) =>
      /^(new|new-session|neww|new-window|split-window|splitw|run|run-shell|respawn-pane|if-shell|send-keys|send|pipe-pane)$/.test(arg.text),
    );
    if (at < 0) return [];
    const options = readOptions(call.args.slice(at + 1), { short: 'tsncFxye' });
    return options.operands.length === 0
      ? []
      : [{ see: 'script', text: joined(options.operands.filter((arg) => !/^(Enter|C-m|C-c)$/.test(arg.text))) }];
  };
}

function conda(): ProgramReader {
  return (call) => {
    const verb = call.args.findIndex((arg) => arg.text === 'run' || arg.text === 'exec');
    if (verb < 0) return [];
    const { operands } = readOptions(call.args.slice(verb + 1), { short: 'np', long: ['name', 'prefix', 'with', 'python'], stop: true });
    return operands.length === 0 ? [] : [{ see: 'argv', argv: operands }];
  };
}

function nix(): ProgramReader {
  return (call) => {
    const at = call.args.findIndex((arg) => /^(-c|--command)$/.test(arg.text));
    if (call.bin === 'nix') return at < 0 ? [] : [{ see: 'argv', argv: call.args.slice(at + 1) }];
    const text = readOptions(call.args, { short: 'pIA', long: ['run', 'command', 'packages'] }).value('run', 'command');
    return text === undefined ? [] : [{ see: 'script', text: text.text }];
  };
}
