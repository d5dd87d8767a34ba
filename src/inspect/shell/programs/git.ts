import type { Arg, Call, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { isHelp, readOptions } from '../options.ts';
import type { Options } from '../options.ts';
import { gitGrep, gitShow } from './search.ts';

const LOST = { operation: 'delete', category: 'file' } as const;
const lost = (code: string): Seen => harm(code, 'HIGH', LOST);

/** Settings whose value git runs (git-config(1)). */
export const GIT_RUNS =
  /^(core\.(pager|editor|sshcommand|fsmonitor|askpass|gitproxy|hookspath|attributesfile|worktree)|alias\.|credential(\..*)?\.helper|diff\.external|diff\..*\.(command|textconv)|merge\..*\.driver|filter\..*\.(clean|smudge|process)|sequence\.editor|pager\.|gpg(\..*)?\.program|uploadpack\.packobjectshook|remote\..*\.(uploadpack|receivepack|proxy|vcs)|difftool\..*\.cmd|mergetool\..*\.cmd|browser\..*\.cmd|man\..*\.cmd|interactive\.difffilter|protocol\.ext\.allow|include\.path|includeif\.|url\..*\.insteadof|init\.templatedir|submodule\..*\.update|sendemail\..*cmd)/i;

const git: ProgramReader = (call) => {
  const outer = readOptions(call.args, {
    short: 'cC',
    long: ['git-dir', 'work-tree', 'namespace', 'config-env', 'exec-path', 'super-prefix'],
    stop: true,
  });
  const seen: Seen[] = outer.values('c').flatMap((setting) => readSetting(setting.text));
  if ((outer.value('exec-path')?.text ?? '') !== '') seen.push(harm('SHELL_HATCH', 'HIGH'));
  const [verb, ...args] = outer.operands;
  const folder = outer.value('C');
  if (verb?.text === 'clone') seen.push(...cloned(args, folder));
  if (verb === undefined || isHelp(args) || verb.text === 'help') return seen;
  const judge = Object.hasOwn(VERBS, verb.text) ? VERBS[verb.text] : undefined;
  if (judge === undefined || dry(verb.text, args)) return seen;
  return [...seen, ...judge(args)];
};

/** Where a clone puts files. */
function cloned(args: readonly Arg[], folder: Arg | undefined): Seen[] {
  const { operands } = readOptions(args, {
    short: 'ubojc',
    long: ['upload-pack', 'branch', 'depth', 'config', 'template', 'origin', 'reference', 'jobs', 'filter'],
  });
  const [from, to] = operands;
  if (from === undefined) return [];
  const name =
    to?.text ??
    from.text
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .split(/[/:]/)
      .at(-1) ??
    '';
  const text = folder === undefined ? name : `${folder.text}/${name}`;
  return name === '' ? [] : [{ see: 'path', path: { text: `${text}/*`, glob: false }, access: 'write' }];
}

/** `name=value` given with `-c` or to `git config`. An alias starting with `!` is a shell text; any other is a git command. */
function readSetting(text: string, everywhere = true): Seen[] {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? '' : text.slice(equals + 1);
  if (
    !GIT_RUNS.test(name) ||
    value === '' ||
    /^(cat|less.*|more|delta|bat|vim|vi|nano|code( --wait)?|emacs|true|false|store|cache.*|osxkeychain|manager.*|git-lfs .*|ssh( -i \S+)?|nvim|subl.*)$/.test(
      value.trim(),
    )
  )
    return [];
  // Hooks that a project keeps among its own files are run by everybody who works on it.
  if (
    /^core\.hookspath$/i.test(name) &&
    !everywhere &&
    /^(?:\.\/)?[\w.-]*(?:hooks?|husky|lefthook)[\w.-]*(?:\/[\w.-]+)*\/?$/.test(value) &&
    !value.includes('..')
  )
    return [harm('SHELL_HATCH', 'MEDIUM')];
  if (/^alias\./i.test(name) && !value.startsWith('!')) return [{ see: 'script', text: `git ${value}` }];
  if (/^(core\.(worktree|attributesfile)|url\.|init\.templatedir|pager\.|include)/i.test(name))
    return /^pager\.[^.]+$/i.test(name) && /^(true|false)$/.test(value) ? [] : [harm('SHELL_HATCH', 'MEDIUM')];
  return [harm('SHELL_HATCH', /^alias\./i.test(name) ? 'MEDIUM' : 'HIGH'), { see: 'script', text: value.replace(/^!/, '') }];
}

function dry(verb: string, args: readonly Arg[]): boolean {
  const short = verb === 'clean' || verb === 'push' || verb === 'add' || verb === 'rm' || verb === 'mv' || verb === 'prune';
  for (const { text } of args) {
    if (text === '--') return false;
    if (text === '--dry-run' || (short && /^-[a-zA-Z]*n[a-zA-Z]*$/.test(text))) return true;
  }
  return false;
}

type Judge = (args: readonly Arg[]) => Seen[];

const when = (condition: boolean, seen: Seen): Seen[] => (condition ? [seen] : []);

const TRUNK = /^(\+?(HEAD|[\w/.-]+):)?(refs\/heads\/)?(main|master|trunk|production|prod|release)$/;

const push: Judge = (args) => {
  const options = readOptions(args, { short: 'o', long: ['push-option', 'repo', 'receive-pack', 'exec'] });
  const hatch = options.value('receive-pack', 'exec');
  const seen: Seen[] = hatch === undefined ? [] : [harm('SHELL_HATCH', 'HIGH'), { see: 'script', text: hatch.text }];
  const refs = options.operands.slice(1).map((arg) => arg.text);
  const [place] = [...options.values('repo'), ...options.operands];
  if (place !== undefined && /^[a-z+]+:\/\/|^[\w.-]+@[\w.-]+:/.test(place.text))
    seen.push(harm('SHELL_UPLOAD', 'HIGH', { detector: 'exfiltration', category: 'network', operation: 'send', target: place.text }));
  const forced = options.has('f', 'force') || refs.some((ref) => ref.startsWith('+'));
  const deleted = options.has('d', 'delete', 'mirror', 'prune') || refs.some((ref) => /^:./.test(ref));
  if (forced || options.has('force-with-lease', 'force-if-includes'))
    seen.push(harm('GIT_FORCE_PUSH', options.has('force-with-lease') && !forced && !refs.some((ref) => TRUNK.test(ref)) ? 'MEDIUM' : 'HIGH', LOST));
  if (deleted) seen.push(lost('GIT_REMOTE_DELETE'));
  if (refs.some((ref) => TRUNK.test(ref)))
    seen.push(harm('GIT_PUSH_TRUNK', 'MEDIUM', { operation: 'deploy', category: 'supply-chain', detector: 'supply-chain' }));
  return seen;
};

const clean: Judge = (args) => {
  const options = readOptions(args, { short: 'e', long: ['exclude'] });
  return when(options.has('f', 'force') && !options.has('i', 'interactive'), lost('GIT_CLEAN'));
};

const checkout: Judge = (args) => {
  const options = readOptions(args, { short: 'bB', long: ['orphan', 'conflict'] });
  const dashes = args.findIndex((arg) => arg.text === '--');
  const named = args.slice(0, Math.max(0, dashes)).some(({ text }) => !text.startsWith('-'));
  // From a named commit single files are brought back, as one would write them.
  const paths = dashes >= 0 && !named ? args.slice(dashes + 1) : [];
  const all = args.some((arg) => arg.text === '.' || arg.text === ':/' || arg.text === '*');
  return when(options.has('f', 'force', 'B') || paths.length > 0 || all, lost('GIT_DISCARD'));
};

const restore: Judge = (args) => {
  const options = readOptions(args, { short: 's', long: ['source'] });
  return when(!options.has('S', 'staged') || options.has('W', 'worktree'), lost('GIT_DISCARD'));
};

const branch: Judge = (args) => {
  const options: Options = readOptions(args, { short: 'u', long: ['set-upstream-to', 'format', 'sort', 'contains', 'merged'] });
  const forced = options.has('f', 'force') && !options.has('l', 'list');
  return when(options.has('D') || forced, lost('GIT_BRANCH_DELETE'));
};

const stash: Judge = (args) => when(/^(drop|clear)$/.test(args[0]?.text ?? ''), lost('GIT_STASH_DROP'));
const reset: Judge = (args) => when(readOptions(args).has('hard', 'merge'), lost('GIT_RESET'));
const rewrites: Judge = () => [lost('GIT_REWRITE')];
const tag: Judge = (args) => when(readOptions(args, { short: 'mFu' }).has('d', 'delete', 'f', 'force'), harm('GIT_TAG_DELETE', 'MEDIUM', LOST));

const config: Judge = (args) => {
  const options = readOptions(args, { short: 'f', long: ['file', 'blob', 'type', 'default'] });
  const [name, value] = /^(set|add)$/.test(options.operands[0]?.text ?? '') ? options.operands.slice(1) : options.operands;
  if (name === undefined || value === undefined || options.has('get', 'unset', 'l', 'list')) return [];
  return readSetting(`${name.text}=${value.text}`, options.has('global', 'system', 'f', 'file'));
};

const rebase: Judge = (args) => {
  const options = readOptions(args, { short: 'xsX', long: ['exec', 'onto', 'strategy'] });
  return options.values('x', 'exec').map((arg) => ({ see: 'script', text: arg.text }));
};

/** Transport helpers run programs: `ext::sh -c …`, and `-u`/`--upload-pack`. */
const fetch: Judge = (args) => {
  const options = readOptions(args, { short: 'ubojc', long: ['upload-pack', 'branch', 'depth', 'config', 'template', 'origin', 'reference'] });
  const seen: Seen[] = options.values('c', 'config').flatMap((arg) => readSetting(arg.text));
  for (const arg of options.values('upload-pack')) seen.push(harm('SHELL_HATCH', 'HIGH'), { see: 'script', text: arg.text });
  for (const { text } of options.operands) {
    if (text.startsWith('ext::')) seen.push(harm('SHELL_HATCH', 'CRITICAL'), { see: 'script', text: text.slice(5).replaceAll('%S', ' ') });
    else if (/^(https?|ssh|git):\/\//.test(text)) seen.push({ see: 'url', url: text });
  }
  return seen;
};

const bisect: Judge = (args) => (args[0]?.text === 'run' ? [{ see: 'argv', argv: args.slice(1) }] : []);
const submodule: Judge = (args) => {
  if (args[0]?.text === 'foreach')
    return [
      {
        see: 'script',
        text: args
          .slice(1)
          .filter((arg) => arg.text !== '--recursive' && arg.text !== '--quiet')
          .map((arg) => arg.text)
          .join(' '),
      },
    ];
  return when(args[0]?.text === 'deinit' && args.some((arg) => /^(-f|--force|--all)$/.test(arg.text)), lost('GIT_DISCARD'));
};
const grep: Judge = (args) => [...gitGrep(args), ...grepOpen(args)];
const grepOpen: Judge = (args) =>
  args
    .filter((arg) => /^(-O|--open-files-in-pager=)./.test(arg.text))
    .flatMap((arg) => [harm('SHELL_HATCH', 'HIGH'), { see: 'script', text: arg.text.replace(/^(-O|--open-files-in-pager=)/, '') } as Seen]);

const VERBS: Readonly<Record<string, Judge>> = {
  push,
  clean,
  checkout,
  restore,
  branch,
  stash,
  reset,
  config,
  rebase,
  tag,
  clone: fetch,
  fetch,
  pull: fetch,
  'ls-remote': fetch,
  bisect,
  submodule,
  grep,
  show: gitShow,
  'cat-file': gitShow,
  'filter-branch': rewrites,
  'filter-repo': rewrites,
  switch: (args) => when(readOptions(args, { short: 'cC' }).has('f', 'force', 'discard-changes', 'C'), lost('GIT_DISCARD')),
  reflog: (args) => when(/^(expire|delete)$/.test(args[0]?.text ?? ''), lost('GIT_REFLOG')),
  gc: (args) =>
    when(
      args.some((arg) => /^--prune=(now|all)$|^--aggressive$/.test(arg.text)),
      harm('GIT_GC', args.some((arg) => arg.text.startsWith('--prune')) ? 'HIGH' : 'LOW', LOST),
    ),
  prune: () => [lost('GIT_GC')],
  'update-ref': (args) =>
    when(
      args.some((arg) => arg.text === '-d' || arg.text === '--delete' || arg.text === '--stdin'),
      lost('GIT_REF_DELETE'),
    ),
  'symbolic-ref': (args) =>
    when(
      args.some((arg) => arg.text === '-d' || arg.text === '--delete'),
      lost('GIT_REF_DELETE'),
    ),
  'read-tree': (args) =>
    when(
      args.some((arg) => arg.text === '--reset' || arg.text === '-u'),
      harm('GIT_DISCARD', 'MEDIUM', LOST),
    ),
  worktree: (args) => when(args[0]?.text === 'remove' && args.some((arg) => /^(-f|--force)$/.test(arg.text)), lost('GIT_DISCARD')),
  remote: (args) => when(/^(rm|remove|set-url)$/.test(args[0]?.text ?? ''), harm('GIT_REMOTE', 'MEDIUM', { operation: 'admin' })),
  rm: (args) =>
    when(
      readOptions(args).has('f', 'force') || readOptions(args).operands.some((arg) => arg.text === '.' || arg.text === '*'),
      harm('GIT_RM', readOptions(args).has('cached') ? 'LOW' : 'HIGH', LOST),
    ),
  replace: (args) =>
    when(
      args.some((arg) => arg.text === '-d'),
      lost('GIT_REF_DELETE'),
    ),
  'checkout-index': (args) =>
    when(args.some((arg) => arg.text === '-f' || arg.text === '-fa') && args.some((arg) => /^-[fau]*a/.test(arg.text)), lost('GIT_DISCARD')),
  lfs: (args) => when(args[0]?.text === 'prune', harm('GIT_GC', 'MEDIUM', LOST)),
};

const gitCall = (call: Call): readonly Seen[] => git(call);

export const GIT: ProgramTable = { git: gitCall, yadm: gitCall };
