import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { frameworksIn } from '../../src/cli/init/frameworks.ts';
import { serversFound, wrapEdits } from '../../src/cli/init/mcp-clients.ts';
import { edited } from '../../src/cli/install/edit.ts';
import { valueAt } from '../../src/cli/install/settings-text.ts';

function folder(context: TestContext, files: Readonly<Record<string, string>>): string {
  const at = mkdtempSync(join(tmpdir(), 'aegis-init-'));
  context.after(() => rmSync(at, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, name)), { recursive: true });
    writeFileSync(join(at, name), text);
  }
  return at;
}

test('[HOOK-14] a framework is known by the package that is declared, not by one that only begins like it', (context) => {
  const names = (files: Readonly<Record<string, string>>): readonly string[] =>
    frameworksIn(folder(context, files)).map(({ framework }) => framework);
  assert.deepEqual(names({}), []);
  assert.deepEqual(names({ 'package.json': '{"dependencies":{"openai-edge":"1","aider":"1"}}' }), []);
  assert.deepEqual(names({ 'package.json': '{"devDependencies":{"ai":"7"},"dependencies":{"openai":"7","@openai/agents":"1"}}' }), [
    'OpenAI Agents, Vercel AI SDK, OpenAI',
  ]);
  assert.deepEqual(names({ 'requirements.txt': '# anthropic\nlangchain-openai==1.0\nllama_index>=0.9\n' }), ['LlamaIndex (Python)']);
  assert.deepEqual(names({ 'pyproject.toml': 'dependencies = ["crewai", "pydantic_ai>=1"]' }), ['CrewAI, Pydantic AI (Python)']);
  assert.deepEqual(names({ 'go.mod': 'module x\nrequire (\n\tgithub.com/anthropics/anthropic-sdk-go v1.2.3\n\tgoogle.golang.org/genai v1\n)\n' }), [
    'Anthropic, Google GenAI (Go)',
  ]);
  assert.deepEqual(
    names({ 'package.json': '{"dependencies":{"ai":"7"}}', 'requirements.txt': 'openai', 'go.mod': 'require github.com/openai/openai-go/v3 v3' }),
    ['Vercel AI SDK', 'OpenAI (Python)', 'OpenAI (Go)'],
  );
});

test('[HOOK-14] a package.json that is no JSON is said, not passed over', (context) => {
  assert.throws(() => frameworksIn(folder(context, { 'package.json': '{' })), { name: 'CliError', code: 'BAD_PACKAGE_JSON' });
});

const SERVERS = JSON.stringify({
  mcpServers: {
    files: { command: 'npx', args: ['-y', 'server-files', '/home/ann'] },
    'with spaces!': { command: 'db', env: { DB_URL: 'x', TOKEN: 'y' } },
    far: { url: 'https://mcp.example/mcp' },
    behind: { command: 'node', args: ['/opt/aegis/bin/aegis.mjs', 'mcp', '--name', 'behind', '--', 'db'] },
    odd: 7,
  },
});

test('[HOOK-14] a server that is started here is wrapped, a remote one and one others read are left to a person, one behind Aegis is done', (context) => {
  const home = folder(context, { '.cursor/mcp.json': SERVERS, 'shop/.mcp.json': SERVERS, '.codeium/windsurf/mcp_config.json': 'not json' });
  const found = serversFound(join(home, 'shop'), { HOME: home });
  const state = (path: string): Readonly<Record<string, string>> =>
    Object.fromEntries(found.flatMap((one) => (one.path === join(home, path) ? [[one.server, one.state]] : [])));
  assert.deepEqual(state('.cursor/mcp.json'), { files: 'wrap', 'with spaces!': 'wrap', far: 'by-hand', behind: 'done', odd: 'by-hand' });
  assert.deepEqual(state('shop/.mcp.json'), { files: 'by-hand', 'with spaces!': 'by-hand', far: 'by-hand', behind: 'done', odd: 'by-hand' });
  assert.deepEqual(state('.codeium/windsurf/mcp_config.json'), {});
  const shown = (server: string): string | undefined => found.find((one) => one.server === server)?.next;
  assert.equal(shown('files'), 'aegis mcp --name files -- npx -y server-files /home/ann');
  assert.equal(shown('far'), 'aegis mcp --name far --url https://mcp.example/mcp');
});

test('[HOOK-14] a wrapped server keeps its command line and is given the names of its variables, never their values', (context) => {
  const home = folder(context, { '.cursor/mcp.json': SERVERS });
  const place = ['mcpServers', 'with spaces!'];
  const edits = wrapEdits(SERVERS, place, { url: 'http://127.0.0.1:7411', key: 'aegis_agent_k' });
  const held = valueAt(edited(SERVERS, edits), place) as { command: string; args: readonly string[]; env: Readonly<Record<string, string>> };
  assert.equal(held.command, process.execPath);
  assert.deepEqual(held.args.slice(1), ['mcp', '--name', 'with-spaces-', '--env', 'DB_URL,TOKEN', '--', 'db']);
  assert.deepEqual(held.env, { DB_URL: 'x', TOKEN: 'y', AEGIS_URL: 'http://127.0.0.1:7411', AEGIS_KEY: 'aegis_agent_k' });
  assert.deepEqual(
    serversFound(home, { HOME: home }).map(({ server }) => server),
    ['files', 'with spaces!', 'far', 'behind', 'odd'],
  );
});
