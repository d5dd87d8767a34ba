import type { PathFact } from '../../kernel/finding.ts';
import { readPath } from '../path/read-path.ts';
import { readSearch } from '../path/read-search.ts';
import type { ContentSearch } from '../path/read-search.ts';
import { isSecretFile } from '../path/sensitive.ts';
import type { Arg, Stream } from './call.ts';
import { UNKNOWN, harm, isDynamic } from './call.ts';
import { add, addHarm, addPath, isFirst } from './collect.ts';
import { asBody } from './evaluated.ts';
import { GIT_RUNS } from './programs/git.ts';
import { isData } from './programs/leaving.ts';
import { isDevice } from './programs/places.ts';
import type { Reading } from './reading.ts';
import { unreadable } from './reading.ts';
import { seenFrom } from './standing.ts';

/** A path one of the programs reads, writes, deletes or runs. */
export function touchPath(arg: Arg, access: PathFact['access'], reading: Reading): void {
  if (arg.text === '' || arg.text === '-' || arg.text.length > 4096) return;
  const { at } = reading.standing;
  const text = (at.includes(UNKNOWN) ? arg.text : seenFrom(at, arg.text)).replaceAll(UNKNOWN, '…');
  if (!isFirst(reading.into, `touch\n${access}\n${text}`)) return;
  if (access === 'write' && isDevice(text))
    addHarm(reading.into, harm('SHELL_DEVICE_WRITE', 'CRITICAL', { operation: 'write', category: 'file', target: text }), [arg]);
  const { findings, paths } = readPath(text, reading.into.pointer, access);
  // A key in a folder of keys is believed by nothing until a source of packages names it.
  const keyring = access === 'write' && /^\/(?:etc\/apt|usr\/share|etc\/pki)\/(?:keyrings|rpm-gpg)\/[\w.-]+$/.test(text);
  for (const finding of findings) add(reading.into, keyring ? { ...finding, risk: 'MEDIUM' } : finding);
  for (const path of paths) addPath(reading.into, path);
  // A pattern stands for whatever lies there.
  const slash = text.lastIndexOf('/');
  if (arg.glob && access === 'read' && slash > 0)
    searchFiles({ root: text.slice(0, slash), include: [text.slice(slash + 1)], hidden: true }, reading);
}

/** Files whose contents one of the programs searches or is given by their names. */
export function searchFiles(search: ContentSearch, reading: Reading): void {
  if (!isFirst(reading.into, `search\n${search.root}\n${search.include.join('\n')}`)) return;
  const { findings, paths } = readSearch(search, reading.into.pointer);
  for (const finding of findings) add(reading.into, finding);
  for (const path of paths) addPath(reading.into, path);
}

interface Redirected {
  readonly operator: string;
  readonly target: Arg;
  /** Nothing runs that could speak to the other side: one only looks whether a port is open. */
  readonly quiet: boolean;
}

const WRITES = new Set(['>', '>>', '>|', '&>', '&>>', '<>', '>&']);

/** What a redirection touches; for an input, what it brings. */
export function readRedirect({ operator, target, quiet }: Redirected, reading: Reading): Stream | undefined {
  if (operator === '<&' && target.text === '-') return { origin: 'none', secret: false };
  if (/^[0-9]*-?$/.test(target.text) && operator.endsWith('&')) return undefined;
  if (target.text.startsWith('/dev/tcp/') || target.text.startsWith('/dev/udp/')) {
    addHarm(
      reading.into,
      harm('SHELL_NETWORK_REDIRECT', quiet && !isDynamic(target) ? 'MEDIUM' : 'CRITICAL', {
        category: 'network',
        operation: 'send',
        target: target.text,
      }),
      [target],
    );
    return { origin: 'remote', secret: false };
  }
  if (WRITES.has(operator)) {
    touchPath(target, 'write', reading);
    return operator === '<>' ? { origin: 'file', secret: false } : undefined;
  }
  touchPath(target, 'read', reading);
  if (target.text.startsWith('/dev/fd/')) return { origin: 'computed', secret: false };
  return { origin: 'file', secret: isSecretFile(target.text) || target.text === '/etc/passwd', bulk: isData(target.text), from: target.text };
}

/** Names whose value another program runs or loads (bash(1), ld.so(8), git(1), node, python, perl manuals). */
const RUNS_VALUE = new Set([
  'PROMPT_COMMAND',
  'GIT_SSH_COMMAND',
  'GIT_EXTERNAL_DIFF',
  'GIT_PAGER',
  'GIT_EDITOR',
  'GIT_SEQUENCE_EDITOR',
  'GIT_PROXY_COMMAND',
  'LESSOPEN',
  'LESSCLOSE',
  'MANPAGER',
  'PAGER',
  'EDITOR',
  'VISUAL',
  'BROWSER',
  'GIT_ASKPASS',
  'SSH_ASKPASS',
  'RSYNC_RSH',
  'CVS_RSH',
  'SUDO_EDITOR',
  'SUDO_ASKPASS',
]);
const LOADS_FILE = new Set([
  'LD_PRELOAD',
  'LD_AUDIT',
  'LD_LIBRARY_PATH',
  'DYLD_INSERT_LIBRARIES',
  'DYLD_LIBRARY_PATH',
  'BASH_ENV',
  'ENV',
  'PYTHONSTARTUP',
  'PYTHONHOME',
  'PERL5OPT',
  'PERL5LIB',
  'RUBYOPT',
  'GCONV_PATH',
  'JAVA_TOOL_OPTIONS',
  '_JAVA_OPTIONS',
  'NODE_OPTIONS',
  'GIT_TEMPLATE_DIR',
  'ZDOTDIR',
  'INPUTRC',
  'PYTHONINSPECT',
]);
/** A pager or an editor that is a shell: whatever asks for one gets the other. */
const SHELL_FIRST = /^\s*(?:exec\s+)?(?:\/(?:usr\/)?bin\/)?(?:ba|da|z|k)?sh\b/;
const LOUD = new Set(['LD_PRELOAD', 'LD_AUDIT', 'DYLD_INSERT_LIBRARIES', 'BASH_ENV', 'GCONV_PATH']);

/** Prompts are expanded each time they are shown. */
const PROMPTS = /^PS[0-4]$/;

/** Assignments that change what later programs are or whom they talk to. */
export function readEnvironment(name: string, value: string, reading: Reading): void {
  const words = [{ text: `${name}=${value}`, glob: false }];
  if (PROMPTS.test(name)) {
    if (/[$`]/.test(value)) reading.readInner(asBody(value), { ...reading, conditional: true });
    return;
  }
  if (name.startsWith('GIT_CONFIG_')) {
    gitSetting(name, value, words, reading);
    return;
  }
  if (RUNS_VALUE.has(name) || name.startsWith('BASH_FUNC_')) {
    if (value.trim() === '') return;
    if (SHELL_FIRST.test(value)) addHarm(reading.into, harm('SHELL_HATCH', 'HIGH'), words);
    if (value.includes(UNKNOWN)) unreadable(reading, `${name}=…`);
    else reading.readInner(value, { ...reading, conditional: true });
    return;
  }
  if (name === 'NODE_OPTIONS' || name === 'JAVA_TOOL_OPTIONS' || name === '_JAVA_OPTIONS') {
    if (/(^|\s)(-r|--require|--import|--loader|--experimental-loader|-javaagent|--inspect)/.test(value) || value.includes(UNKNOWN)) {
      addHarm(reading.into, harm('ENV_CODE_LOAD', 'HIGH', { detector: 'agent-config' }), words);
    }
    return;
  }
  if (/^(HISTFILE|HISTSIZE|HISTFILESIZE|SAVEHIST)$/.test(name) && /^(\/dev\/null|0?|-1)$/.test(value)) {
    addHarm(reading.into, harm('SHELL_HISTORY_CLEAR', 'HIGH', { operation: 'delete' }), words);
    return;
  }
  if (LOADS_FILE.has(name)) {
    addHarm(reading.into, harm('ENV_CODE_LOAD', LOUD.has(name) ? 'HIGH' : 'MEDIUM', { detector: 'agent-config' }), words);
    return;
  }
  if (name.startsWith('AEGIS_') || isModelBase(name)) {
    addHarm(reading.into, harm('ENV_AGENT_CONFIG', 'HIGH', { detector: 'agent-config', operation: 'admin' }), words);
  }
}

/** `GIT_CONFIG_KEY_0=core.pager`: a setting of git given by the environment. */
function gitSetting(name: string, value: string, words: readonly Arg[], reading: Reading): void {
  if (name.startsWith('GIT_CONFIG_VALUE_')) {
    if (/^!|\s/.test(value)) reading.readInner(value.replace(/^!/, ''), { ...reading, conditional: true });
  } else if (/^GIT_CONFIG_(?:KEY_|PARAMETERS$)/.test(name)) {
    if (value.split(/['\s]+/).some((key) => GIT_RUNS.test(key))) addHarm(reading.into, harm('SHELL_HATCH', 'HIGH'), words);
  } else if (/^GIT_CONFIG_(GLOBAL|SYSTEM)$/.test(name) && value !== '/dev/null' && value !== '')
    addHarm(reading.into, harm('ENV_CODE_LOAD', 'MEDIUM', { detector: 'agent-config' }), words);
}

const MODEL_BASES = new Set([
  'OPENAI_BASE_URL',
  'OPENAI_API_BASE',
  'ANTHROPIC_BASE_URL',
  'GOOGLE_GEMINI_BASE_URL',
  'GEMINI_BASE_URL',
  'AZURE_OPENAI_ENDPOINT',
  'CLAUDE_CONFIG_DIR',
  'CODEX_HOME',
  'COPILOT_HOME',
  'GEMINI_CLI_HOME',
  'GEMINI_CLI_SYSTEM_SETTINGS_PATH',
  'GEMINI_CLI_SYSTEM_DEFAULTS_PATH',
]);
const isModelBase = (name: string): boolean => MODEL_BASES.has(name);

/** The same for `NAME=value` standing before a command or alone. */
export function readAssignment(name: string, value: string, reading: Reading): void {
  if (name === 'PATH') {
    const first = value.split(':')[0] ?? '';
    if (first.startsWith('/tmp') || first === '.' || first.startsWith('./') || first.startsWith('/dev/shm') || first.startsWith('/var/tmp')) {
      addHarm(reading.into, harm('ENV_PATH_HIJACK', 'MEDIUM'), [{ text: `PATH=${value}`, glob: false }]);
    }
    return;
  }
  readEnvironment(name, value, reading);
}
