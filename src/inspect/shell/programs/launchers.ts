import type { Arg, Call, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { UNKNOWN, harm, literal } from '../call.ts';
import { readOptions } from '../options.ts';
import { programName, withoutVersion } from '../words.ts';

/** What the structure of a call is asked about the programs that are known. */
export interface Known {
  /** Has semantics of its own, and is no word of other programs' languages. */
  readonly program: (name: string) => boolean;
  /** Prints, shows or sends words, so that a command among them is only mentioned. */
  readonly speaker: (name: string) => boolean;
}

/** Options whose value other programs run. Short ones are also used for anything else, so their value has to look like a command. */
const LONG =
  /^--(?:[a-z]+-)*(?:command|cmd|exec|execute|run|script|scripts|shell-command|inline-script|hook|program|entrypoint|on-change|on-success|rsh|post-run|pre-run)$/;
const SHORT = /^-(?:c|C|x|s|e|E|X|r)$/;

/** Sub-commands behind which another program's command line begins. */
const MARKS = new Set(
  'run exec x dlx execute shell ssh enter do invoke spawn launch start with cmd.run cmd.run_all cmd.shell sudo console'.split(' '),
);

/** Sub-commands whose operands are names of things: what follows is no command line, whatever it is called. */
const NAMERS = new Set(
  `install add remove uninstall update upgrade search show info help list ls view log logs create new get describe status inspect pull push tag label
  grep find man doc docs docs explain test lint check fmt format build commit diff blame config set unset alias comment issue pr edit open print echo
  say note notify send message post annotate rename cat select query completion which where type download fetch clone import export`.split(/\s+/),
);

/** Programs that are sub-commands of everything else too. */
const WORDY = new Set(
  `format init at batch service history split view unset reg net port pod snap pkg halt scrub hatch deck node go make test time find sort head tail install
  host kill watch cut file which type read source local man less more look env export trap alias script join paste fold diff cmp comm rev nl od tree
  stat file du df say logger hash true false let declare complete test screen command exec eval flock link unlink`.split(/\s+/),
);

const SOURCE = /^(?!\.{0,2}\/)[^\s]+\.(?:[cm]?[jt]sx?|json|ya?ml|toml|md|txt|css|html?|go|rs|c|cc|cpp|h|java|kt)$/;

const FAR = 24;
const MOST = 3;

/**
 * A program nothing is known of whose operands hold another program's command line: `wrap rm -rf x`, `tool run -- sh -c …`, `tool --exec '…'`.
 * Only the structure is judged: behind `--` or a sub-command that runs things everything is a command line; elsewhere it takes the name of a program
 * with semantics of its own, followed by what only a command line has.
 */
export function launched(call: Call, known: Known): Seen[] {
  const { args } = call;
  if (known.speaker(call.bin)) return [];
  const seen: Seen[] = hatched(call);
  let marked = false;
  for (let at = 0; at < args.length && at < FAR && seen.length < MOST; at++) {
    const { text } = args[at] ?? literal('');
    if (text === '--') {
      const first = args[at + 1];
      // A pattern of files, or a source, is what a program works on; nothing is started by such a name.
      if (first !== undefined && !(first.glob || SOURCE.test(first.text))) seen.push({ see: 'argv', argv: args.slice(at + 1) });
      return seen;
    }
    if (text.startsWith('-')) {
      seen.push(...optionText(text, args[at + 1], known));
      if (/^-(?:c|-command|-exec|-cmd)$/.test(text) && isProgram(args[at + 1], known)) return [...seen, { see: 'argv', argv: args.slice(at + 1) }];
      continue;
    }
    if (/\s/.test(text)) {
      if ((marked || STRINGS.has(call.bin)) && readsAsCommand(text, known)) seen.push({ see: 'script', text });
      continue;
    }
    if (MARKS.has(text)) {
      marked = true;
      continue;
    }
    if (NAMERS.has(text) && !marked) return seen;
    const tail = args.slice(at);
    if (isProgram(tail[0], known) && (marked || isCommandLine(tail, known))) return [...seen, { see: 'argv', argv: tail }];
  }
  return seen;
}

/** Code of any small language that starts a shell, or a shell handed over as a program to start. */
export function hatched({ bin, args, stdin }: Call): Seen[] {
  const names = NAMES_SHELLS.has(bin);
  const texts = [...args.map(({ text }) => text), bin === 'm4' || bin === 'gnuplot' || bin === 'octave' ? (stdin.text ?? '') : ''];
  const found = texts.some(
    (text) =>
      (text.length < 65_536 && STARTS_SHELL.test(text)) ||
      (!names && /^(?:-?-[\w-]{1,24}=)?\/(?:usr\/)?bin\/(?:ba|da|z|k|a)?sh(?:[\s,;]|$)/.test(text)),
  );
  return found ? [harm('SHELL_HATCH', 'HIGH')] : [];
}

const STARTS_SHELL =
  /(?:system|exec[a-z]{0,3}|popen|esyscmd|write18|execute|execute_process|spawn|run|shell|call|callCommand|%|COMMAND)\s{0,2}[({'"`[ ]{1,3}(?:COMMAND )?(?:\/(?:usr\/)?bin\/)(?:ba|da|z|k)?sh\b|(?:system|exec[a-z]{0,3}|popen|callCommand)\s{0,2}\(?\s{0,2}['"`](?:ba|da|z|k)?sh['"`]|alias\.\w{1,40}=!|[;}|&]\s{0,3}\/bin\/(?:ba|da|z)?sh\b|(?:^|=)!\s?\/(?:usr\/)?bin\/(?:ba|da|z)?sh\b|path=\/bin\/(?:ba)?sh\b|^ProxyCommand\s{0,2}=?\s{0,2}[;/]{0,1}(?:bin\/)?sh\b|^`\/bin\/(?:ba)?sh\b/;

/** Programs that look at a shell's file, or set somebody's login shell. */
const NAMES_SHELLS = new Set(
  'ldd readelf nm objdump readlink realpath sha256sum sha1sum md5sum rpm dpkg-query chsh useradd adduser usermod shellcheck shfmt strings update-alternatives kitty alacritty wezterm xterm gnome-terminal konsole foot ttyd login code zed grep-status apt-file'.split(
    ' ',
  ),
);

/** Programs whose every operand is a command line. */
const STRINGS = new Set(
  'concurrently mprocs hyperfine onchange chokidar multitail wireit foreman honcho overmind runx teamocil watchman modd'.split(' '),
);

function optionText(text: string, next: Arg | undefined, known: Known): Seen[] {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? next?.text : text.slice(equals + 1);
  if (value === undefined || !(LONG.test(name) || SHORT.test(name))) return [];
  return readsAsCommand(value, known) ? [{ see: 'script', text: value }] : [];
}

/** `NAME …`, where NAME is known: several words, or a substitution the shell would make. */
function readsAsCommand(text: string, known: Known): boolean {
  const [first = ''] = text.trimStart().split(/[\s;|&]/, 1);
  return first.length < text.trim().length && (isProgram(literal(first), known) || /^(?:\/|\.\/)\S/.test(first));
}

function isProgram(arg: Arg | undefined, known: Known): boolean {
  if (arg === undefined || arg.text === '' || arg.text.includes('=')) return false;
  const name = withoutVersion(programName(arg.text));
  if (arg.text.includes('/') && !/^(?:\/(?:usr\/)?(?:local\/)?s?bin\/)[^/]+$/.test(arg.text)) return false;
  return known.program(name) && !known.speaker(name);
}

/** What only a command line has behind its program: an option, a path, an unknown word, another program. */
function isCommandLine([first, ...rest]: readonly Arg[], known: Known): boolean {
  if (first === undefined || WORDY.has(first.text) || rest.length === 0) return false;
  const [next] = rest;
  if (next === undefined) return false;
  return /^(?:-|\/|~|\.{1,2}(?:\/|$)|\*)/.test(next.text) || next.text.includes(UNKNOWN) || /[:/=]/.test(next.text) || isProgram(next, known);
}

/** `make -f -`: the lines of a recipe run. */
export function recipes(text: string): Seen[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('\t'))
    .map((line) => ({ see: 'script', text: line.slice(1).replace(/^[@+-]+/, '') }));
}

/** `cmake -E` runs and removes by words of its own. */
const cmake: ProgramReader = (call) => {
  const at = call.args.findIndex(({ text }) => text === '-E');
  const [verb, ...rest] = at < 0 ? [] : call.args.slice(at + 1);
  switch (verb?.text) {
    case 'rm':
      return [{ see: 'argv', argv: [literal('rm'), ...rest] }];
    case 'remove_directory':
      return [{ see: 'argv', argv: [literal('rm'), literal('-rf'), ...rest] }];
    case 'remove':
      return [{ see: 'argv', argv: [literal('rm'), ...rest] }];
    case 'copy':
    case 'copy_directory':
    case 'rename':
      return [{ see: 'argv', argv: [literal(verb.text === 'rename' ? 'mv' : 'cp'), ...rest] }];
    case 'env':
    case 'time':
      return [{ see: 'argv', argv: [literal('env'), ...rest] }];
    default:
      return [];
  }
};

/** Programs of npm that delete as `rm -rf` does. */
const removes: ProgramReader = (call) => {
  const { operands } = readOptions(call.args, { long: ['max-retries', 'retry-delay', 'backoff'] });
  const kept = operands.filter(({ text }) => !BUILT.test(text));
  return kept.length === 0 && operands.length > 0 ? [] : [{ see: 'argv', argv: [literal('rm'), literal('-rf'), ...kept] }];
};

/** What packages are built into: a program that is there to tidy up after a build is given no sources of these names. */
const BUILT =
  /^(?:\.\/)?(?:(?:packages|apps|libs)\/[\w*-]+\/)?(?:libs?|types?|typings|esm|cjs|es|umd|es5|es6|es201\d|commonjs|module|bundles?|declarations|compiled|prod|output|docs\/api)\/?(?:\*\*?)?$/;

/** What a call to a cloud sends to run on its machines: `commands=["…"]`. */
export function remoteCommands(args: readonly Arg[]): Seen[] {
  return args.flatMap(({ text }) => {
    const at = text.search(/\bcommands?"?\s*[:=]/);
    if (at < 0) return [];
    const value = text
      .slice(at)
      .replace(/^commands?"?\s*[:=]\s*/, '')
      .replace(/^\[|[\]}]+$/g, '');
    return value
      .split(/"\s*,\s*"/)
      .map((one) => one.replace(/^["']|["']$/g, ''))
      .filter((one) => one !== '')
      .map((one): Seen => ({ see: 'script', text: one }));
  });
}

/** A workload scaled to nothing: `--desired-count 0`, `--replicas=0`, `scale web=0`. */
export function scalesToZero({ args }: Call): Seen[] {
  const zero = args.some(({ text }, at) => {
    const [, name, value] = /^--?([a-z-]+)(?:=(\d+))?$/.exec(text) ?? [];
    const named =
      name !== undefined &&
      /^(?:desired-(?:count|capacity)|max-size|num-nodes|node-count|replicas|count|scale|max-instances|backup-retention-period)$/.test(name);
    return (
      (named && (value ?? args[at + 1]?.text) === '0') ||
      (/^[\w.-]+=0$/.test(text) && args.slice(0, at).some((one) => /^(?:ps:)?scale$/.test(one.text)))
    );
  });
  return zero ? [harm('CLUSTER_SCALE_ZERO', 'HIGH', { operation: 'admin', category: 'network' })] : [];
}

const aws: ProgramReader = (call) =>
  call.args.some(({ text }) => text === 'send-command' || text === 'start-session') ? remoteCommands(call.args) : [];
const azure: ProgramReader = (call) => {
  const at = call.args.findIndex(({ text }) => text === '--scripts' || text === '--script');
  return at < 0 || !call.args.some(({ text }) => text === 'run-command') ? [] : [{ see: 'script', text: call.args[at + 1]?.text ?? '' }];
};

/** Raw requests of a forge's client that give rights, open what was protected or add a key. */
const forge: ProgramReader = (call) => {
  if (call.args[0]?.text !== 'api') return [];
  if (call.args.some(({ text }) => /^(?:query=)?\s*mutation\b[^]{0,400}?\b(?:delete|remove|archive|transfer)[A-Z]\w*\s*\(/.test(text)))
    return [harm('SERVICE_DESTROY', 'HIGH', { operation: 'delete', category: 'network' })];
  const options = readOptions(call.args.slice(1), {
    short: 'XfFHqtp',
    long: ['method', 'field', 'raw-field', 'header', 'jq', 'template', 'input', 'hostname'],
  });
  const changes = /^(?:PUT|PATCH|POST)$/i.test(options.value('X', 'method')?.text ?? '') || options.has('f', 'F', 'field', 'raw-field', 'input');
  const gives = options.operands.some(({ text }) =>
    /(?:^|\/)(?:collaborators|protection|protected_branches|hooks|keys|deploy_keys|members|memberships|invitations|rulesets|transfer|access_tokens|variables|secrets|environments|visibility)(?:\/|$)/.test(
      text,
    ),
  );
  return changes && gives ? [harm('SHELL_PRIVILEGE', 'HIGH', { operation: 'admin' })] : [];
};

/** Clients that run commands on machines far away by words of their own. */
export const REMOTE: ProgramTable = { aws, az: azure, gh: forge, glab: forge };

export const LAUNCHERS: ProgramTable = {
  cmake,
  rimraf: removes,
  'rimraf-cli': removes,
  'del-cli': removes,
  shx: (call) =>
    call.args[0]?.text === 'rm' && call.args.slice(1).every(({ text }) => text.startsWith('-') || BUILT.test(text))
      ? []
      : [{ see: 'argv', argv: call.args }],
};
