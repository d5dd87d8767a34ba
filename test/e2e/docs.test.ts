import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { COMMANDS } from '../../src/cli/commands.ts';
import { terminal, type Done } from '../cli/terminal.ts';
import { commandsIn, PAGES } from './doc-blocks.ts';

/** The words of every `aegis …` in a line: quotes undone, what stands behind a pipe or `&&` a line of its own. */
function aegisCalls(line: string): readonly (readonly string[])[] {
  return line
    .split(/\s(?:&&|\|\||\||;)\s/)
    .map((part) => [...part.matchAll(/"[^"]*"|'[^']*'|\S+/g)].map(([word]) => word))
    .map((words) => {
      const at = words.findIndex((word) => word === 'aegis');
      return at === -1 || !words.slice(0, at).every((word) => word === 'npx' || /^[A-Z_]+=/.test(word)) ? [] : words.slice(at + 1);
    })
    .filter((words) => words.length > 0);
}

async function tree(): Promise<Command> {
  const program = new Command('aegis');
  for (const { name, load } of COMMANDS) (await load())(program.command(name));
  return program;
}

/** What of a command line there is not: a command, an option, or an option that must be given. */
function faultsOf(program: Command, words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  const own = end === -1 ? words : words.slice(0, end);
  let command = program;
  let at = 0;
  for (let next = named(command, own[at]); next !== undefined; next = named(command, own[++at])) command = next;
  const options = [...command.options, ...command.commands.flatMap((one) => one.options)];
  const given = own.slice(at).filter((word) => word.startsWith('--'));
  const faults = given
    .map((word) => word.split('=', 1)[0] ?? '')
    .filter((flag) => flag !== '--help' && flag !== '--version' && !options.some(({ long }) => long === flag))
    .map((flag) => `no option ${flag}`);
  if (command === program && own[0]?.startsWith('-') !== true) faults.push(`no command ${own[0] ?? ''}`);
  const missing = command.options.filter(
    ({ mandatory, long }) => mandatory && !given.some((word) => word === long || word.startsWith(`${long ?? ''}=`)),
  );
  return [...faults, ...missing.map(({ long }) => `without ${long ?? ''}`)];
}

function named(command: Command, word: string | undefined): Command | undefined {
  return command.commands.find((one) => one.name() === word);
}

test('[DOCS-4] every `aegis` command in the documents exists, with its options and all it needs', async () => {
  const program = await tree();
  let seen = 0;
  const faults = PAGES.flatMap((page) =>
    commandsIn(page).flatMap((line) =>
      aegisCalls(line).flatMap((words) => {
        seen++;
        return faultsOf(program, words).map((fault) => `${page}: ${line}: ${fault}`);
      }),
    ),
  );
  assert.deepEqual(faults, []);
  assert.ok(seen > 60, `${String(seen)} commands were found`);
});

test('[DOCS-4] the pictures of the README are whole and name no machine', () => {
  const shown = [...readFileSync('README.md', 'utf8').matchAll(/!\[([^\]]+)\]\((docs\/pictures\/[\w-]+\.svg)\)/g)];
  assert.ok(shown.length >= 2);
  for (const [, words = '', path = ''] of shown) {
    const svg = readFileSync(path, 'utf8');
    assert.match(svg, /^<svg [^>]*role="img" aria-label="[^"]+"[^]*<\/svg>\n$/, basename(path));
    assert.doesNotMatch(svg, /\/tmp\/|\/home\/|\/root\/|<script|https?:\/\/(?!127\.0\.0\.1|www\.w3\.org|169\.254\.169\.254)/);
    assert.ok(words.length > 20, 'the picture has words for those who do not see it');
  }
});

function shell(line: string, place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): Promise<Done> {
  const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
  const text = line.replace(/\bnpx aegis\b/, `"${process.execPath}" --disable-warning=ExperimentalWarning "${main}"`);
  return new Promise((settled, reject) => {
    const child = spawn('sh', ['-c', text], { ...place, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    child.on('error', reject);
    child.on('close', (code) => settled({ code: code ?? -1, stdout, stderr }));
  });
}

test('[DOCS-4] docs/getting-started.md, as it is written', async (context) => {
  const home = await terminal(context);
  const up = await home.up('--data', '.aegis', '--checkpoints', '.local/state/aegis/checkpoints');
  const person = { cwd: home.folder, env: { ...home.env, AEGIS_URL: up.url } };
  const agent = { cwd: home.folder, env: { ...home.env, AEGIS_URL: up.url } as NodeJS.ProcessEnv };
  const answers: string[] = [];
  for (const line of commandsIn('docs/getting-started.md')) {
    if (line === 'npm start' || line.startsWith('export ')) continue;
    const place = line.startsWith('curl') ? agent : person;
    const done = await shell(line.replace('<the admin token>', up.admin), place);
    assert.equal(done.code, 0, `${line}\n${done.stdout}${done.stderr}`);
    answers.push(done.stdout);
    if (line.includes('agents add')) agent.env['AEGIS_KEY'] = /aegis_agent_\S+/.exec(done.stdout)?.[0];
  }
  const [, , allowed = '', denied = '', actions = '', , verified = ''] = answers;
  assert.match(allowed, /"effect":"allow"/);
  assert.match(denied, /"effect":"deny".*"text":"Aegis denied this action\./);
  assert.match(actions, /run_command .*deny/);
  assert.match(verified, /^ok/);
});
