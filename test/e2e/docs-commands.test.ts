import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { act, terminal, type Done, type Terminal, type Up } from '../cli/terminal.ts';
import { blocksIn, PAGES } from './doc-blocks.ts';

const MAIN = resolve('src/cli/main.ts');

/** Why commands of the documents may not be run by a test. A closed list. */
const REASONS = ['the suite runs these files', 'it takes minutes', 'it needs an agent or a provider’s key of yours', 'it needs a network'];

/** Pages whose commands are run as they stand, here and in docs.test.ts and readme.test.ts. */
const RUN = [
  'README.md',
  'docs/getting-started.md',
  'docs/how-to/back-up-and-restore.md',
  'docs/how-to/connect-over-http.md',
  'docs/how-to/write-a-policy.md',
];

/** `aegis …` is held to what exists by docs.test.ts; `npm start` is `aegis up`. */
const ours = (line: string): boolean => /^(?:[A-Z_]+=\S+ )*(?:npx )?aegis /.test(line) || line === 'npm start' || line.startsWith('export ');

function run(line: string, { folder, env }: Terminal): Promise<Done> {
  const text = line.replace(/^(?:npx )?aegis\b/, `"${process.execPath}" --disable-warning=ExperimentalWarning "${MAIN}"`);
  return new Promise((settled, reject) => {
    const child = spawn('sh', ['-c', text], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    child.on('error', reject);
    child.on('close', (code) => settled({ code: code ?? -1, stdout, stderr }));
  });
}

async function ran(line: string, shell: Terminal, code = 0): Promise<Done> {
  const done = await run(line, shell);
  assert.equal(done.code, code, `${line}\n${done.stdout}${done.stderr}`);
  return done;
}

const PLACES = ['--data', '.aegis', '--checkpoints', '.local/state/aegis/checkpoints'];

async function loggedIn(shell: Terminal): Promise<{ readonly up: Up; readonly key: string }> {
  const up = await shell.up(...PLACES);
  await shell.aegis('login', up.admin, '--url', up.url);
  const added = await shell.aegis('agents', 'add', 'support-bot', '--json');
  return { up, key: (JSON.parse(added.stdout) as { key: string }).key };
}

test('[DOCS-4] a command of a document that is not of Aegis is run by a test, or its block says why not', () => {
  const blocks = PAGES.flatMap(blocksIn);
  const others = blocks.filter(({ page, notRun, lines }) => notRun === null && !RUN.includes(page) && !lines.every(ours));
  assert.deepEqual(
    others.map(({ page, lines }) => `${page}: ${lines.join('; ')}`),
    [],
  );
  const marked = blocks.flatMap(({ notRun }) => notRun ?? []);
  assert.deepEqual([...new Set(marked)].toSorted(), REASONS.toSorted(), 'each reason is in the list, and each is used');
  // What the suite runs must be there to be run.
  const files = blocks.flatMap(({ lines }) =>
    lines.filter((line) => line.includes('node --test')).flatMap((line) => line.match(/[\w./*-]+\.test\.ts/g) ?? []),
  );
  assert.ok(files.length > 10);
  assert.deepEqual(
    files.filter((file) => globSync(file).length === 0),
    [],
  );
  const isScript = (name: string, folder: string): boolean =>
    Object.hasOwn((JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { scripts: object }).scripts, name);
  const named = PAGES.flatMap((page) => [...readFileSync(page, 'utf8').matchAll(/npm run ([\w:]+)(?: -w (\w+))?/g)]);
  assert.deepEqual(
    named.filter(([, name = '', workspace = '.']) => !isScript(name, workspace)).map(([command]) => command),
    [],
  );
});

test('[DOCS-4] docs/how-to/connect-over-http.md and write-a-policy.md, as they are written', async (context) => {
  const shell = await terminal(context);
  const { up, key } = await loggedIn(shell);
  const [asks] = blocksIn('docs/how-to/connect-over-http.md').flatMap(({ lines }) => lines);
  Object.assign(shell.env, { AEGIS_KEY: key });
  const asked = await ran((asks ?? '').replace('http://127.0.0.1:7411', up.url), shell);
  assert.match(asked.stdout, /"effect":"allow"/);
  delete shell.env['AEGIS_KEY'];
  const page = readFileSync('docs/how-to/write-a-policy.md', 'utf8');
  const [agents = '', rules = '', , cases = ''] = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => text);
  await shell.write('my-policy.test.yaml', cases);
  const [copy = '', check = '', tests = '', activate = ''] = blocksIn('docs/how-to/write-a-policy.md').flatMap(({ lines }) => lines);
  await ran(copy.replace('policies/', `${resolve('policies')}/`), shell);
  await ran(check, shell);
  await shell.write('my-policy.yaml', `${await shell.read('my-policy.yaml')}\n${agents}\n${rules}`);
  await ran(check, shell);
  await ran(tests, shell);
  await ran(activate, shell);
});

test('[DOCS-4] docs/how-to/back-up-and-restore.md, as it is written', async (context) => {
  const shell = await terminal(context);
  const { up, key } = await loggedIn(shell);
  await mkdir(join(shell.folder, 'mnt'));
  const lines = blocksIn('docs/how-to/back-up-and-restore.md').flatMap((block) => block.lines.map((line) => line.replace('/mnt/backup/', 'mnt/')));
  const [exported = '', proved = '', saved = '', restored = '', start = '', verified = '', recovered = ''] = lines;
  await ran(exported, shell);
  await ran(proved, shell);
  await up.stop();
  await ran(saved, shell);
  const later = await shell.up(...PLACES);
  await act(later.url, key, { session: 's', name: 'look', args: {} });
  await later.stop();
  await rm(join(shell.folder, '.aegis'), { recursive: true });
  await ran(restored, shell);
  assert.equal(start, 'npm start');
  await ran(verified, shell, 1);
  await ran(recovered, shell);
  const again = await shell.up(...PLACES);
  assert.equal((await fetch(`${again.url}/healthz`)).status, 200);
});
