import { resolvePath } from '../../path/resolve.ts';
import { systemPlace } from '../../path/system.ts';
import { seenFrom } from '../standing.ts';

/** Block devices and their kin; `/dev/null` and the terminals are not. */
export function isDevice(path: string): boolean {
  return (
    /^\/dev\/(sd|hd|vd|xvd|nvme|mmcblk|disk|dm-|md|mapper\/|loop|sr|rdisk|mem|kmem|port|mtd|ram|zvol|nbd)/.test(path) ||
    /^\\\\\.\\(PhysicalDrive|[A-Z]:)/i.test(path)
  );
}

/** How much would be lost: everything, a system's or a person's own place, the place one stands in, a part of a work, something that lies far from it, nothing that is not made again. */
export type Extent = 'all' | 'system' | 'home' | 'here' | 'work' | 'far' | 'remade' | 'unknown';

const TOP = new Set([
  'bin',
  'boot',
  'dev',
  'etc',
  'home',
  'lib',
  'lib32',
  'lib64',
  'opt',
  'proc',
  'root',
  'sbin',
  'srv',
  'sys',
  'usr',
  'var',
  'mnt',
  'media',
  'Users',
  'System',
  'Library',
  'Applications',
  'Volumes',
  'data',
  'private',
]);

const REMADE = new Set([
  'node_modules',
  'bower_components',
  'dist',
  'build',
  'out',
  'target',
  'bin',
  'obj',
  'tmp',
  'temp',
  'cache',
  '.cache',
  '.parcel-cache',
  '.turbo',
  '.next',
  '.nuxt',
  '.output',
  '.svelte-kit',
  '.vite',
  '.angular',
  '.gradle',
  '.tox',
  '.nox',
  '.venv',
  'venv',
  '__pycache__',
  '.pytest_cache',
  '.mypy_cache',
  '.ruff_cache',
  '.eggs',
  'coverage',
  '.coverage',
  'htmlcov',
  '.nyc_output',
  'storybook-static',
  'DerivedData',
  'Pods',
  '.terraform',
  '.serverless',
  'logs',
  'log',
  'site',
  '_site',
  'public',
  '.docusaurus',
  '.expo',
  '.dart_tool',
  '_build',
  'deps',
  'elm-stuff',
  'vendor',
  'test-results',
  'playwright-report',
  '.eslintcache',
  'artifacts',
  'release',
  'debug',
  'cmake-build-debug',
  '.ipynb_checkpoints',
  '.sass-cache',
  'www',
  'generated',
  '.bundle',
  '.stack-work',
  'dist-newstyle',
  'lib-cov',
  '.nuget',
]);

/** Names only a tool makes: a folder called so is made again wherever it lies. */
const MACHINE_MADE = new Set(
  `node_modules bower_components __pycache__ .pytest_cache .mypy_cache .ruff_cache .tox .nox .eggs .parcel-cache .turbo .next .nuxt .output .svelte-kit .vite
  .angular .gradle .nyc_output .ipynb_checkpoints .sass-cache .eslintcache .dart_tool .stack-work dist-newstyle DerivedData elm-stuff cmake-build-debug
  htmlcov .terraform .venv venv .cache .expo .docusaurus`.split(/\s+/),
);

/** Folders that containers and build machines hand an agent to work in. */
const GIVEN = /^\/(?:workspaces?|work|repos?|src|code|project|testbed|app|builds|github\/workspace|usr\/src\/app)(?:\/|$)/;
const HOMES =
  /^(?:~|\/home\/[^/]+|\/Users\/[^/]+|\/root)\/(?!\.|(?:bin|Desktop|Documents|Downloads|Music|Pictures|Movies|Videos|Library|Public|backups?)(?:\/|$))[^/*]+/;
const TEMPORARY = /^\/(?:tmp|var\/tmp|dev\/shm|private\/tmp|private\/var\/folders|var\/folders)\/./;

/** What a deletion of this path would take with it, seen from the folder the command stands in. */
export function extentOf(given: string, at = ''): Extent {
  const text = seenFrom(at, given);
  if (text.includes('\u0000') && !/^(\/tmp|\/var\/tmp)\//.test(text)) return unknownExtent(given);
  const { path } = resolvePath(text);
  const globbed = /\/?(\*|\.\*|\.\[!\.\]\*|\{,\.\}\*|\?\?*)$/.exec(path);
  const base = globbed === null ? path : path.slice(0, globbed.index) || (path.startsWith('/') ? '/' : '.');
  if (base === '/' || base === '~' || /^~[a-z0-9_-]*$/i.test(base) || /^[a-zA-Z]:$/.test(base)) return 'all';
  if (base === '.' || base === '..' || /^(\.\.\/)*\.\.$/.test(base)) return 'here';
  const names = base.split('/').filter((name) => name !== '');
  if (base.startsWith('/')) return absoluteExtent(names, base, { globbed: globbed !== null, at });
  if (names[0] === '.git' && names.length <= 2) return 'here';
  if (base.startsWith('~/')) {
    if (/^~\/(\.(cache|npm|gradle\/caches|cargo\/registry|yarn|pnpm-store)|Library\/Caches)(\/|$)/.test(base)) return 'remade';
    if (madeAgain(names.slice(1), base, at)) return 'remade';
    return names.length <= 2 ? 'home' : 'work';
  }
  return isRemade(names) ? 'remade' : 'work';
}

/** Outside the folder one was given, a build folder is known by a name only a tool makes, or by the project one went into. */
function madeAgain(names: readonly string[], base: string, at: string): boolean {
  if (names.length > 1 && names.some((name) => MACHINE_MADE.has(name))) return true;
  return (GIVEN.test(at) || HOMES.test(at)) && seenFrom('', base).startsWith(at.replace(/\/+$/, '')) && isRemade(names);
}

/** A whole disk: `/mnt/x`, `/media/x`, `/media/user/x`, `/Volumes/x`. */
function isDisk({ 0: top = '', 1: second = '', length }: readonly string[]): boolean {
  if (top === 'run') return second === 'media' && length <= 4;
  return (length === 2 && /^(mnt|media|Volumes)$/.test(top)) || (length === 3 && top === 'media');
}

function absoluteExtent(names: readonly string[], base: string, { globbed, at }: { readonly globbed: boolean; readonly at: string }): Extent {
  const [top = ''] = names;
  const last = names.at(-1) ?? '';
  if (TEMPORARY.test(base) || /^\/var\/(?:cache|lib\/apt\/lists)(?:\/|$)/.test(base)) return 'remade';
  if (/^\/(tmp|var\/tmp)$/.test(base)) return globbed ? 'remade' : 'work';
  if (/^\/var\/(log|mail|spool)(\/|$)/.test(base)) return 'system';
  if (names.length === 1) return TOP.has(top) || /[*?]/.test(base) ? 'all' : 'system';
  if ((top === 'home' || top === 'Users') && names.length === 2) return 'all';
  if (isDisk(names)) return 'all';
  if (systemPlace(base)) return names.length === 2 && top === 'usr' ? 'all' : 'system';
  if (last === '.git') return 'here';
  if (top !== 'home' && top !== 'Users') return madeAgain(names, base, at) && !isInstalled(names) ? 'remade' : 'far';
  if (/^\/[^/]+\/[^/]+\/(\.cache|\.npm|Library\/Caches)(\/|$)/.test(base) || madeAgain(names.slice(2), base, at)) return 'remade';
  return 'work';
}

/** What builds and tests call what they make: `dist-cjs`, `build-arm`, `tmp_check`, `es6-modern`, `.nyc_output`. */
const OUTPUT =
  /^(?:(?:dist|build|out|output|coverage|tmp|temp)[-_.][\w*.-]*|[\w.-]*[-_](?:dist|build|cache|output|tmp)|\.?(?:umd|esm|cjs|es[56]|es201\d|commonjs|typings|declarations|bundle|compiled|browser|temp|turbo|egg|eggs)(?:-\w+)?|(?:lib|dist)(?:cjs|esm)|\*[-_.]?egg[-\w.]*\*?|output)$/;

/** What is installed for a whole machine is made again by nobody's build. */
const isInstalled = ([top, second]: readonly string[]): boolean => top === 'usr' && second !== 'src';

function isRemade(names: readonly string[]): boolean {
  const last = names.at(-1) ?? '';
  if (REMADE.has(last) || OUTPUT.test(last) || /\.(egg-info|tmp|bak|log|pyc|o|swp|tgz|tar\.gz|zip)$/.test(last)) return true;
  return names.some(
    (name) =>
      name === 'node_modules' ||
      name === '__pycache__' ||
      name === 'target' ||
      name === 'dist' ||
      name === 'build' ||
      name === '.next' ||
      name === '_build' ||
      name === 'tmp',
  );
}

/** `$DIR/build` is a part of something; `$DIR`, `$DIR/` and `$DIR/*` may be everything. */
function unknownExtent(text: string): Extent {
  const tail = text.slice(text.lastIndexOf('\u0000') + 1).replace(/^\/+/, '');
  const names = tail.split('/').filter((name) => name !== '' && name !== '*');
  return names.length > 0 && isRemade(names) ? 'remade' : 'unknown';
}
