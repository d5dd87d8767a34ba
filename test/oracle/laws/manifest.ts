import { ACCESSES, CATEGORIES, OPERATIONS } from '../../../src/kernel/finding.ts';
import { facts } from '../../kernel/samples.ts';
import type { ManifestDocument } from '../../../src/policy/manifest-document.ts';
import type { Dice } from '../dice.ts';
import { has } from '../law.ts';
import type { ActionParts, Law, Subject, Word } from '../law.ts';
import { TOOLS } from '../names.ts';

function segments(path: string): string[] {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && out.length > 0 && out[out.length - 1] !== '..') out.pop();
    else if (part !== '' && part !== '.' && !(part === '..' && path.startsWith('/'))) out.push(part);
  }
  return out;
}

function inside(path: string, root: string): boolean {
  const inner = segments(path);
  const outer = segments(root);
  if (path.startsWith('/') !== root.startsWith('/') || inner[0] === '..') return false;
  if (outer.length === 0 && !root.startsWith('/') && (inner[0] ?? '').startsWith('~')) return false;
  return outer.every((part, i) => inner[i] === part);
}

/** DEC-11 */
function declared({ action, policy }: Subject): Word[] {
  const manifest = policy.manifests.get(action.agent);
  if (manifest === undefined) return [];
  const words: Word[] = [];
  const deny = (code: string): unknown => words.push({ effect: 'deny', code });
  const { facts: seen } = action;
  if (!has(manifest.tools, action.name)) deny('PERMISSION_UNDECLARED');
  for (const { path, access } of seen.paths) {
    const roots = access === 'read' || access === 'execute' ? manifest.readRoots : manifest.writeRoots;
    if (!roots.some((root) => inside(path, root))) deny('FS_DENY');
  }
  for (const host of seen.hosts) {
    const listed = manifest.domains.some((domain) =>
      domain.startsWith('*.') ? host.endsWith(domain.slice(1)) && host !== domain.slice(1) : host === domain,
    );
    if (!listed) deny('EGRESS_DENY');
  }
  if (action.kind === 'egress' && seen.hosts.length === 0) deny('EGRESS_DENY');
  for (const { detector, targets } of action.findings) {
    if (detector === 'secret' && !(targets ?? []).some(({ value }) => manifest.secrets.includes(value))) deny('SECRET_DENY');
  }
  for (const { bin, argv, dynamic } of seen.commands) {
    const matched = manifest.argPatterns.length === 0 || manifest.argPatterns.some((pattern) => pattern(argv.join(' ')));
    if (dynamic || bin === '' || !manifest.bins.includes(bin) || !matched) deny('EXEC_DENY');
  }
  if (seen.commands.length === 0 && seen.categories.includes('shell') && seen.operations.includes('execute')) deny('EXEC_DENY');
  if (has(manifest.approvalRequired, action.name)) words.push({ effect: 'ask', code: 'APPROVAL_REQUIRED' });
  return words;
}

export function randomManifest(dice: Dice): ManifestDocument {
  return {
    schema: 'aegis.dev/manifest/v0.1',
    name: 'm',
    version: '1.0.0',
    publisher: 'p',
    permissions: {
      tools: dice.some(TOOLS, 0.7),
      fs: { read_roots: dice.some(['/', '/data', 'src', '.'], 0.5), write_roots: dice.some(['/tmp', '/data/out', '~/work'], 0.5) },
      net: { domains: dice.some(['x.example', '*.y.example'], 0.6) },
      secrets: dice.some(['KEY'], 0.5),
      exec: { allowed_bins: dice.some(['git', 'ls'], 0.6), arg_patterns: dice.chance(0.3) ? ['^git '] : [] },
      approval_required: dice.some(TOOLS, 0.1),
      budgets: { max_steps: dice.pick([2, 24]), max_tool_calls: dice.pick([1, 12]), max_wall_time_ms: dice.pick([5_000, 120_000]) },
    },
    sandbox: { required: true },
  };
}

function action(dice: Dice): ActionParts {
  return {
    facts: facts({
      categories: dice.some(CATEGORIES, 0.12),
      operations: dice.some(OPERATIONS, 0.2),
      hosts: dice.some(['x.example', 'a.y.example', 'y.example', 'z.example'], 0.1),
      paths: dice.some(['/data/in', '/data/out/../x', '/database', 'src/a', '../up', '~/code/b', '/tmp/./q'], 0.1).map((path) => ({
        path,
        access: dice.pick(ACCESSES),
        pointer: '/x',
      })),
      commands: dice.some(['git', 'ls', 'rm', ''], 0.08).map((bin) => ({ bin, argv: [bin, 'x'], dynamic: dice.chance(0.2), pointer: '/x' })),
    }),
  };
}

export const laws: readonly Law[] = [{ read: declared, action }];
