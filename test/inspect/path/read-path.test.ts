import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import { readPath } from '../../../src/inspect/path/read-path.ts';
import { atLeast } from '../../../src/kernel/finding.ts';
import type { PathFact } from '../../../src/kernel/finding.ts';

function stopped(path: string, access: PathFact['access'] = 'read'): boolean {
  return readPath(path, '/path', access).findings.some((finding) => atLeast(finding.risk, 'HIGH'));
}

const resolved = (path: string): string | undefined => readPath(path, '').paths[0]?.path;

test('[INSPECT-40] a path is resolved lexically', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['/a//b/./c/../d', '/a/b/d'],
    ['a/../../b', '../b'],
    ['./a', 'a'],
    ['.', '.'],
    ['~/x/../y', '~/y'],
    ['/../etc', '/etc'],
    ['/proc/self/root/etc/hosts', '/etc/hosts'],
    ['/proc/1/root/proc/self/root/x', '/x'],
    ['file:///etc/hosts', '/etc/hosts'],
    ['C:\\Users\\me\\..\\you', 'C:/Users/you'],
    ['/etc/passwd%00.png', '/etc/passwd'],
    ['%2fetc%2fpasswd', '/etc/passwd'],
    ['/etc/shadow.', '/etc/shadow'],
    ['/etc/shadow ', '/etc/shadow'],
  ];
  for (const [written, meant] of cases) assert.equal(resolved(written), meant, written);
});

test('[INSPECT-41] climbs that reach what is sensitive are stopped however they are written', () => {
  const climbs = [
    '../',
    '..\\',
    '%2e%2e/',
    '%2e%2e%2f',
    '..%2f',
    '..%5c',
    '%252e%252e%252f',
    '..%c0%af',
    '%c0%ae%c0%ae/',
    '..%c1%9c',
    '....//',
    '....\\/',
    '..;/',
    '.././',
    '..//',
    '%u002e%u002e/',
    '..%u2215',
    '\uff0e\uff0e/',
    '..\uff0f',
    '0x2e0x2e/',
    '..0x2f',
    '%%32%65%%32%65/',
    '%e0%80%ae%e0%80%ae/',
    '%f0%80%80%ae%f0%80%80%ae/',
    '..%00/',
    '\\u002e\\u002e/',
    '..%01/',
    '.?/',
  ];
  for (const climb of climbs)
    for (const target of ['etc/passwd', 'etc/shadow', 'windows/win.ini']) assert.ok(stopped(climb.repeat(6) + target), climb + target);
  for (const path of [
    '/var/www/../../etc/passwd',
    'images/../../../../etc/shadow',
    '/static/..%2f..%2fetc%2fpasswd',
    '../../../../../../nothing',
    '/../../x',
    'a%00b',
    'php://filter/convert.base64-encode/resource=index.php',
    'expect://id',
    '/etc/hosts%00',
  ])
    assert.ok(stopped(path), path);
});

test('[INSPECT-42] files that hold credentials are stopped on any access', () => {
  const secret = [
    '~/.ssh/id_rsa',
    '/root/.ssh/id_ed25519',
    '/home/a/.aws/credentials',
    '~/.kube/config',
    '.env',
    'app/.env.production',
    '/etc/shadow',
    '/etc/sudoers',
    '/proc/self/environ',
    '/dev/mem',
    '~/.netrc',
    '~/.git-credentials',
    '~/.docker/config.json',
    '~/.gnupg/secring.gpg',
    '~/.config/gcloud/application_default_credentials.json',
    'C:\\Windows\\System32\\config\\SAM',
    '~/Library/Keychains/login.keychain-db',
    '~/.mozilla/firefox/x/logins.json',
    '/var/run/secrets/kubernetes.io/serviceaccount/token',
    '/etc/ssh/ssh_host_rsa_key',
    '/ETC/SHADOW',
    '~/.SSH/id_rsa',
    '/proc/self/root/etc/shadow',
  ];
  for (const path of secret) for (const access of ['read', 'delete', 'unknown'] as const) assert.ok(stopped(path, access), path);
  for (const path of secret.filter((name) => !name.includes('.env'))) assert.ok(stopped(path, 'write'), path);
  assert.ok(!stopped('.env', 'write') && !stopped('.env', 'execute'));
});

test('[INSPECT-43] writing what another program runs later, or what belongs to the system, is stopped; reading it is not', () => {
  const later = [
    '.git/hooks/pre-commit',
    '.git/config',
    '~/.bashrc',
    '/home/a/.zshrc',
    '~/.profile',
    '.github/workflows/ci.yml',
    '.gitlab-ci.yml',
    '.envrc',
    'conftest.py',
    'x/sitecustomize.py',
    'x/evil.pth',
    '.vscode/tasks.json',
    '/etc/cron.d/x',
    '/etc/systemd/system/x.service',
    '~/.config/autostart/x.desktop',
    '~/.ssh/authorized_keys',
    '/etc/ld.so.preload',
    '/usr/local/bin/x',
    '.husky/pre-push',
    '.gitattributes',
    '~/Library/LaunchAgents/x.plist',
    '/etc/profile.d/x.sh',
    '/etc/hosts',
    '/usr/lib/x.so',
    '/boot/grub/grub.cfg',
    'C:\\Windows\\System32\\drivers\\etc\\hosts',
    'Jenkinsfile',
    '.npmrc',
  ];
  for (const path of later) assert.ok(stopped(path, 'write'), path);
  for (const path of ['.github/workflows/ci.yml', '~/.bashrc', '/etc/hosts', 'conftest.py', '.vscode/tasks.json', '/usr/local/bin/x'])
    assert.ok(!stopped(path, 'read'), path);
});

test('[INSPECT-44] writing an agent’s own configuration is told as such, existing or not, and Aegis’ own is CRITICAL', () => {
  for (const path of [
    '.claude/settings.json',
    '~/.claude/settings.local.json',
    '.claude',
    '.cursor/mcp.json',
    '.cursorrules',
    '~/.codex/config.toml',
    '.mcp.json',
    'AGENTS.md',
    'CLAUDE.md',
    'docs/../CLAUDE.md',
    '.github/copilot-instructions.md',
    '.gemini/settings.json',
    '.windsurf/rules/x.md',
    '~/.config/goose/config.yaml',
    '.claude/hooks/new.sh',
  ]) {
    const { findings } = readPath(path, '', 'write');
    assert.ok(
      findings.some((finding) => finding.detector === 'agent-config' && finding.risk === 'HIGH'),
      path,
    );
    assert.ok(!readPath(path, '', 'read').findings.some((finding) => finding.detector === 'agent-config'), path);
  }
  for (const path of ['aegis.yaml', '/etc/aegis/policy.yaml', '~/.aegis/keys', 'aegis-manifest.json'])
    assert.ok(
      readPath(path, '', 'write').findings.some((finding) => finding.risk === 'CRITICAL'),
      path,
    );
});

test('[INSPECT-45] ordinary paths pass', () => {
  const read = [
    'src/a.ts',
    './src/a.ts',
    '../sibling/file.ts',
    '../../packages/x/index.ts',
    '/var/log/app.log',
    '~/Documents/x.pdf',
    'C:\\Users\\me\\x.txt',
    '/etc/os-release',
    '/etc/hosts',
    '/etc/passwd',
    '/usr/share/dict/words',
    '/home/me/notes.txt',
    '.env.example',
    '~/.ssh/id_rsa.pub',
    '~/.ssh/known_hosts',
    '~/.ssh/config',
    'report 2024.pdf',
    'a..b.txt',
    '...',
    './...',
    'file%20name.txt',
    '100%',
    'données.txt',
    'docs/what-is-..-in-paths.md',
    'C:/Program Files/x/y.txt',
    'src\\a.ts',
    'shadow.css',
    'components/shadow.tsx',
    'docs/passwd.md',
    'src/identity',
    'keys.ts',
    '/dev/null',
    '/proc/cpuinfo',
    'https://x.example/a',
    's3://b/k',
  ];
  for (const path of read) assert.ok(!stopped(path), path);
  for (const path of [
    'src/a.ts',
    'out/x',
    '/tmp/x',
    '/var/www/html/index.html',
    '~/projects/x',
    'README.md',
    'docs/agents.txt',
    'Makefile',
    '/home/me/x',
    'package.json',
    '../x/y',
  ])
    assert.ok(!stopped(path, 'write'), path);
});

test('[INSPECT-46] reading a path never throws, and a path over the limit is said to be unread', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('.', '/', '\\', '%', '2', 'e', 'c', '0', 'f', '~', ':', 'a', '\u0000', '\uff0e', ';', ' '), maxLength: 60 }),
      (path) => {
        assert.ok(readPath(path, '').paths.length <= 1);
      },
    ),
  );
  assert.ok(readPath('a/'.repeat(20_000), '').findings.some((finding) => finding.code === 'UNINSPECTABLE' && !finding.inspected));
});

test('[INSPECT-41] percent-encoding any characters of a climb never lowers the verdict', () => {
  const plain = [...'../../../../etc/shadow'];
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: plain.length, maxLength: plain.length }), fc.integer({ min: 1, max: 3 }), (which, rounds) => {
      let text = plain.map((char, index) => (which[index] === true ? `%${char.charCodeAt(0).toString(16)}` : char)).join('');
      for (let round = 1; round < rounds; round++) text = text.replaceAll('%', '%25');
      assert.ok(stopped(text), text);
    }),
  );
});

test('[INSPECT-89] what lies in an agent’s worktrees, plans and scratch folders is ordinary; its settings in there are not', () => {
  const ordinary = [
    '/home/me/proj/.claude/worktrees/fix-login/src/a.ts',
    '/home/me/proj/.claude/worktrees/fix-login',
    '.claude/worktrees/fix-login/.github/README.md',
    '~/.cursor/worktrees/proj/Ab12/src/a.ts',
    '~/.codex/worktrees/1a2b/proj/src/a.ts',
    '/home/me/proj/.gemini/worktrees/x/main.go',
    '~/.gemini/tmp/5f2c/plans/p.md',
    '~/.gemini/antigravity/scratch/game/index.html',
    '~/.copilot/session-state/9f/plan.md',
    '~/.windsurf/worktrees/proj/x/a.py',
    '~/.claude/plans/quiet-fox.md',
    '.cursor/plans/login.plan.md',
    '.kiro/specs/login/design.md',
    'C:\\Users\\me\\proj\\.claude\\worktrees\\x\\src\\a.ts',
    '.claude/worktrees/a/.claude/worktrees/b/src/c.ts',
    '.conductor/tokyo/src/a.ts',
    '.trees/fix/src/a.ts',
  ];
  for (const path of ordinary) for (const access of ['write', 'delete'] as const) assert.ok(!stopped(path, access), path);
  const settings = [
    '/home/me/proj/.claude/worktrees/fix-login/.claude/settings.json',
    '.claude/worktrees/x/CLAUDE.md',
    '.claude/worktrees/x/.mcp.json',
    '.claude/worktrees/x/.github/hooks/pre.json',
    '.claude/worktrees/x/.git/hooks/pre-commit',
    '.claude/worktrees/x/aegis.yaml',
    '.claude/worktrees/../settings.json',
    '.claude/worktrees/x/../../settings.json',
    '.claude/worktrees.json',
    '.cursor/worktrees.json',
    '.claude/skills/plans/SKILL.md',
    '.claude/commands/worktrees/x.md',
    '.claude/skills/a/.claude/plans/b.md',
    '~/.claude/settings.json',
    '~/.gemini/tmp/bin/rg',
    '~/.gemini/settings.json',
    '.claude',
    '.github/hooks/aegis.json',
    '.github/hooks',
    '.git/worktrees/x/config.worktree',
  ];
  for (const path of settings) assert.ok(stopped(path, 'write'), path);
});
