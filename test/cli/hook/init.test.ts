import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pinned } from '../../pins/pinned.ts';
import { terminal } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

const DESKTOP = process.platform === 'darwin' ? 'Library/Application Support/Claude' : '.config/Claude';

const FILES: Readonly<Record<string, string>> = {
  '.claude/settings.json': '{\n  "model": "opus"\n}\n',
  '.cursor/hooks.json': '{ "version": 1, "hooks": { "stop": [{ "command": "say done" }] } }',
  [`${DESKTOP}/claude_desktop_config.json`]:
    '{\r\n  "mcpServers": {\r\n    // notes\r\n    "files": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/ann"] },\r\n    "db": { "command": "db-server", "env": { "DB_URL": "postgres://localhost" } },\r\n    "far": { "url": "https://mcp.example/mcp" }\r\n  }\r\n}\r\n',
  '.claude.json': '{"numStartups":3,"mcpServers":{"git":{"type":"stdio","command":"uvx","args":["mcp-server-git"],"env":{}}}}',
  'project/.mcp.json': '{ "mcpServers": { "ours": { "command": "node", "args": ["server.js"] } } }\n',
  'project/package.json': '{ "dependencies": { "openai": "7" } }',
  'project/pyproject.toml': '[project]\ndependencies = ["langchain_openai>=1", "anthropic>=1", "crewai"]\n',
  'project/go.mod': 'module x\nrequire github.com/openai/openai-go/v3 v3.1.0\n',
};

async function laid(shell: Terminal): Promise<void> {
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(shell.folder, name)), { recursive: true });
    await shell.write(name, text);
  }
}

function snapshot(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => !/^(?:data|checkpoints|config)(?:\/|$)/.test(name));
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      const stat = statSync(path);
      return [name, stat.isDirectory() ? 'folder' : `${(stat.mode & 0o777).toString(8)} ${readFileSync(path).toString('base64')}`];
    }),
  );
}

test('[HOOK-14] init shows what it would change, does it with --yes, and uninstall takes all of it back byte for byte', async (context) => {
  const shell = await terminal(context);
  await laid(shell);
  const before = snapshot(shell.folder);
  const plan = await shell.aegis('init', 'project');
  assert.equal(plan.code, 0, plan.stderr);
  assert.deepEqual(snapshot(shell.folder), before, 'nothing is done unasked');
  const { url, admin } = await shell.up();
  await shell.aegis('login', admin, '--url', url);
  const done = await shell.aegis('init', 'project', '--yes');
  assert.equal(done.code, 0, done.stderr);
  const desktop = JSON.parse(readFileSync(join(shell.folder, DESKTOP, 'claude_desktop_config.json'), 'utf8').replace('// notes', '')) as {
    mcpServers: Record<string, { command: string; args: string[]; env: Record<string, string>; url?: string }>;
  };
  const { files, db, far } = desktop.mcpServers;
  assert.deepEqual(files?.args.slice(1), ['mcp', '--name', 'files', '--', 'npx', '-y', '@modelcontextprotocol/server-filesystem', '/home/ann']);
  assert.deepEqual(db?.args.slice(1), ['mcp', '--name', 'db', '--env', 'DB_URL', '--', 'db-server']);
  assert.deepEqual([db?.command, db?.env['DB_URL'], db?.env['AEGIS_URL']], [process.execPath, 'postgres://localhost', url]);
  assert.match(String(db?.env['AEGIS_KEY']), /^aegis_agent_/);
  assert.deepEqual(far, { url: 'https://mcp.example/mcp' }, 'an address is left for a person');
  assert.equal(readFileSync(join(shell.folder, 'project/.mcp.json'), 'utf8'), FILES['project/.mcp.json'], 'what others read gets no key');
  for (const [name, held] of Object.entries(snapshot(shell.folder)))
    if (Buffer.from(held.split(' ')[1] ?? '', 'base64').includes('aegis_agent_')) assert.match(held, /^600 /, name);
  const again = await shell.aegis('init', 'project', '--yes');
  assert.doesNotMatch(again.stdout, /^wired/m);
  await shell.aegis('doctor', '--data', 'data', '--checkpoints', 'checkpoints');
  await shell.aegis('uninstall', '--dry-run');
  await shell.aegis('uninstall');
  assert.deepEqual(snapshot(shell.folder), before);
  await shell.aegis('uninstall');
  pinned('test/transcripts/wire.txt', shell.transcript().replaceAll('Library/Application Support/Claude', '.config/Claude'));
});

test('[HOOK-14] without a login nothing is wired, and every step says why', async (context) => {
  const shell = await terminal(context);
  await laid(shell);
  const { code, stdout } = await shell.aegis('init', 'project', '--yes', '--json');
  assert.equal(code, 0);
  const { wiring, written } = JSON.parse(stdout) as { written: boolean; wiring: { did: string; why?: string; what: string }[] };
  assert.ok(written);
  assert.ok(wiring.length >= 6);
  for (const { did, why, what } of wiring) if (did === 'failed') assert.match(why ?? '', /aegis login/, what);
  assert.equal(readFileSync(join(shell.folder, '.claude/settings.json'), 'utf8'), FILES['.claude/settings.json']);
  assert.equal((await shell.aegis('uninstall')).code, 0);
  assert.deepEqual(readdirSync(join(shell.folder, 'project')).toSorted(), ['.mcp.json', 'go.mod', 'package.json', 'pyproject.toml']);
});
