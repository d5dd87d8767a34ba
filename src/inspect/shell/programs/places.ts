import { resolvePath } from '../../path/resolve.ts';
import { systemPlace } from '../../path/system.ts';

/** Block devices and their kin; `/dev/null` and the terminals are not. */
export function isDevice(path: string): boolean {
  return (
    /^\/dev\/(sd|hd|vd|xvd|nvme|mmcblk|disk|dm-|md|mapper\/|loop|sr|rdisk|mem|kmem|port|mtd|ram|zvol|nbd)/.test(path) ||
    /^\\\\\.\\(PhysicalDrive|[A-Z]:)/i.test(path)
  );
}

/** How much would be lost: everything, a system's or a person's own place, the place one stands in, a part of a work, nothing that is not made again. */
export type Extent = 'all' | 'system' | 'home' | 'here' | 'work' | 'remade' | 'unknown';

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

/** What a deletion of this path would take with it. */
export function extentOf(text: string): Extent {
  if (text.includes('\u0000') && !/^(\/tmp|\/var\/tmp)\//.test(text)) return unknownExtent(text);
  const { path } = resolvePath(text);
  const globbed = /\/?(\*|\.\*|\.\[!\.\]\*|\{,\.\}\*|\?\?*)$/.exec(path);
  const base = globbed === null ? path : path.slice(0, globbed.index) || (path.startsWith('/') ? '/' : '.');
  if (base === '/' || base === '~' || /^~[a-z0-9_-]*$/i.test(base) || /^[a-zA-Z]:$/.test(base)) return 'all';
  if (base === '.' || base === '..' || /^(\.\.\/)*\.\.$/.test(base)) return 'here';
  const names = base.split('/').filter((name) => name !== '');
  const last = names.at(-1) ?? '';
  if (base.startsWith('/')) return absoluteExtent(names, base, globbed !== null);
  if (names[0] === '.git' && names.length <= 2) return 'here';
  if (base.startsWith('~/')) {
    if (REMADE.has(last) || /^~\/\.(cache|npm|gradle\/caches|cargo\/registry|yarn|pnpm-store)(\/|$)/.test(base)) return 'remade';
    return names.length <= 2 ? 'home' : 'work';
  }
  return isRemade(names) ? 'remade' : 'work';
}

function absoluteExtent(names: readonly string[], base: string, globbed: boolean): Extent {
  const last = names.at(-1) ?? '';
  if (/^\/(tmp|var\/tmp|dev\/shm|private\/tmp)\/./.test(base)) return 'remade';
  if (/^\/(tmp|var\/tmp)$/.test(base)) return globbed ? 'remade' : 'work';
  if (/^\/var\/(log|mail|spool)(\/|$)/.test(base)) return 'system';
  if (names.length === 1) return TOP.has(names[0] ?? '') || /[*?]/.test(base) ? 'all' : 'system';
  if ((names[0] === 'home' || names[0] === 'Users') && names.length === 2) return 'home';
  if (systemPlace(base)) return names.length === 2 && names[0] === 'usr' ? 'all' : 'system';
  if (last === '.git') return 'here';
  return isRemade(names) ? 'remade' : 'work';
}

function isRemade(names: readonly string[]): boolean {
  const last = names.at(-1) ?? '';
  if (REMADE.has(last) || /\.(egg-info|tmp|bak|log|pyc|o|swp|tgz|tar\.gz|zip)$/.test(last)) return true;
  return names.some(
    (name) =>
      name === 'node_modules' ||
      name === '__pycache__' ||
      name === 'target' ||
      name === 'dist' ||
      name === 'build' ||
      name === '.next' ||
      name === 'tmp',
  );
}

/** `$DIR/build` is a part of something; `$DIR`, `$DIR/` and `$DIR/*` may be everything. */
function unknownExtent(text: string): Extent {
  const tail = text.slice(text.lastIndexOf('\u0000') + 1).replace(/^\/+/, '');
  const names = tail.split('/').filter((name) => name !== '' && name !== '*');
  return names.length > 0 && isRemade(names) ? 'remade' : 'unknown';
}
