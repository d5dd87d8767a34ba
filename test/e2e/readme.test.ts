import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startModelServer } from '../../examples/model-server/server.ts';
import type { Script } from '../../examples/model-server/script.ts';
import { terminal, type Done } from '../cli/terminal.ts';

const MAIN = resolve('src/cli/main.ts');
const section = (await readFile('README.md', 'utf8')).split('\n## ').find((part) => part.startsWith('First five minutes')) ?? '';
const blocks = (language: string): readonly string[] =>
  [...section.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter((block) => block[1] === language).map((block) => block[2] ?? '');
const commands = blocks('sh').flatMap((block) => block.split('\n').filter((line) => line.trim() !== ''));

/** The README's snippet, then what any program would do after it. */
const PROGRAM = `${blocks('ts')[0] ?? ''}
import OpenAI from 'openai';
const answer = await new OpenAI().chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: process.argv[2] ?? '' }],
  tools: [{ type: 'function', function: { name: 'run_command', parameters: { type: 'object', properties: { command: { type: 'string' } } } } }],
});
console.log(answer.choices[0]?.message.tool_calls?.length ?? 0, 'calls came through');
`;

/** A model that asks for exactly what the user named. */
const obedient: Script = ({ user }) => ({ calls: [{ name: 'run_command', args: { command: user } }] });

function run(line: string, place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): Promise<Done> {
  return new Promise((settled, reject) => {
    const text = line.replace(/^npx aegis/, `"${process.execPath}" --disable-warning=ExperimentalWarning "${MAIN}"`);
    const child = spawn('sh', ['-c', text], { ...place, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    child.on('error', reject);
    child.on('close', (code) => settled({ code: code ?? -1, stdout, stderr }));
  });
}

test('the first five minutes of the README, as they are written', async (context) => {
  const shell = await terminal(context);
  const model = await startModelServer(obedient);
  context.after(() => model.close());
  const project = await agentProject(shell.folder);
  // `npm start`, on a free port.
  const up = await shell.up('--data', '.aegis', '--checkpoints', '.local/state/aegis/checkpoints');
  const person = { cwd: shell.folder, env: { ...shell.env, AEGIS_URL: up.url } };
  const agent = {
    cwd: project,
    env: {
      ...shell.env,
      AEGIS_URL: up.url,
      OPENAI_BASE_URL: `${model.url}/v1`,
      OPENAI_API_KEY: 'scripted',
      AEGIS_ASK_TIMEOUT_MS: '60000',
    } as NodeJS.ProcessEnv,
  };
  const program = (command: string): Promise<Done> => run(`"${process.execPath}" agent.ts "${command}"`, agent);
  let waiting: Promise<Done> | undefined;
  const ran: string[] = [];
  for (const line of commands) {
    const [words = ''] = line.split('  #');
    ran.push(words.trim());
    if (words.startsWith('npx aegis demo')) continue; // demo.test.ts
    if (words.startsWith('node <this folder>/bin/pack-sdk.mjs')) continue; // package.test.ts
    if (words.startsWith('npm install')) {
      const { version } = JSON.parse(await readFile(resolve('sdk/typescript/package.json'), 'utf8')) as { version: string };
      assert.equal(words.trim(), `npm install <this folder>/dist/aegis-sdk-${version}.tgz`);
      continue; // agentProject does what it does, without a registry.
    }
    if (words.startsWith('export')) {
      for (const [, name = '', value = ''] of words.matchAll(/(AEGIS_\w+)=(<[^>]*>|\S+)/g)) if (!value.startsWith('<')) agent.env[name] = value;
      continue;
    }
    if (words.startsWith('npx aegis run')) await writeFile(join(shell.folder, 'my-agent.js'), "console.log('at work');\n");
    // Written for a person at a terminal, run by a program.
    const filled = words
      .replace('<the admin token>', `${up.admin} --allow-scripts`)
      .replace('<number>', await firstApproval(up))
      .replace(/^npx aegis top\b/, '$& --count 1');
    if (filled.startsWith('npx aegis actions')) {
      const denied = await program('rm -rf / --no-preserve-root');
      assert.notEqual(denied.code, 0);
      assert.match(denied.stderr, /AegisBlockedError/);
      waiting = program('git reset --hard');
      await approvalCame(up);
    }
    const done = await run(filled, person);
    assert.equal(done.code, 0, `${filled}\n${done.stdout}${done.stderr}`);
    if (filled.includes('agents add')) agent.env['AEGIS_KEY'] = /aegis_agent_\S+/.exec(done.stdout)?.[0];
    if (filled === 'npx aegis actions') assert.match(done.stdout, /run_command .*deny/);
    if (filled === 'npx aegis approvals') assert.match(done.stdout, /run_command/);
    if (filled.includes('approvals grant')) assert.match((await waiting)?.stdout ?? '', /^1 calls came through/);
    if (filled.includes('halt agent')) assert.match((await program('ls')).stderr, /AegisHaltedError/);
    if (filled.includes('log verify')) assert.match(done.stdout, /^ok/);
    if (filled.startsWith('npx aegis run')) assert.equal(done.stdout, 'at work\n');
  }
  for (const start of [
    'npx aegis login',
    'npx aegis agents add',
    'npx aegis approvals grant',
    'npx aegis halt',
    'npx aegis log verify',
    'npx aegis run',
  ])
    assert.ok(
      ran.some((line) => line.startsWith(start)),
      `${start} is gone from the README`,
    );
});

async function agentProject(folder: string): Promise<string> {
  const project = join(folder, 'agent');
  await mkdir(join(project, 'node_modules/@aegis'), { recursive: true });
  await symlink(resolve('sdk/typescript'), join(project, 'node_modules/@aegis/sdk'));
  await symlink(resolve('node_modules/openai'), join(project, 'node_modules/openai'));
  await writeFile(join(project, 'package.json'), '{"type":"module"}');
  await writeFile(join(project, 'agent.ts'), PROGRAM);
  return project;
}

interface Where {
  readonly url: string;
  readonly admin: string;
}

async function firstApproval({ url, admin }: Where): Promise<string> {
  const answer = await fetch(`${url}/v1/approvals`, { headers: { authorization: `Bearer ${admin}` } });
  const { approvals } = (await answer.json()) as { approvals: readonly { index: number }[] };
  return String(approvals[0]?.index ?? '<number>');
}

async function approvalCame(where: Where): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if ((await firstApproval(where)) !== '<number>') return;
    await pause(50);
  }
  assert.fail('nothing waits for a person');
}
