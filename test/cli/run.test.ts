import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startModelServer } from '../../examples/model-server/server.ts';
import { findLevel } from '../../src/supervise/contain/levels.ts';
import { carrying, word } from '../supervise/stage.ts';
import { onScreen } from './pty.ts';
import { terminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const { chosen } = await findLevel();
const LEVEL = chosen?.level ?? 0;

/** A run in the background, for as long as a test speaks to it. */
function background(shell: Terminal, env: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'run', ...args], {
    cwd: shell.folder,
    env: { ...shell.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const end = once(child, 'close').then(([code]: unknown[]) => ({ code, stderr }));
  return { child, line: async () => String((await lines.next()).value), end };
}

const python = (script: string, ...words: readonly string[]): readonly string[] => ['--', 'python3', '-c', script, ...words];
const UP_AND_STAY = `import time\nprint('up', flush=True)\ntime.sleep(100000)`;

test('[RUN-9] what is no command, no limit and no option is an error, and nothing runs', async (context) => {
  const shell = await terminal(context);
  for (const [args, says] of [
    [[], /No command is given/],
    [['--max-cost', '5'], /No command is given/],
    [['--max-tokens-per-min', 'abc', '--', 'touch', 'ran'], /whole number from 1 on/],
    [['--max-tokens-per-min', '0', '--', 'touch', 'ran'], /whole number from 1 on/],
    [['--max-api-calls-per-min', '-5', '--', 'touch', 'ran'], /max-api-calls-per-min|whole number/],
    [['--max-cost', 'NaN', '--', 'touch', 'ran'], /Give dollars above 0/],
    [['--max-wall-time', '5 minutes', '--', 'touch', 'ran'], /Give a time/],
    [['--max-memory', '2X', '--', 'touch', 'ran'], /Give a size/],
    [['--max-tool-rate', 'send_email', '--', 'touch', 'ran'], /Give a tool and its calls/],
    [['--max-tool-rate', '=5', '--', 'touch', 'ran'], /Give a tool and its calls/],
    [['--max-tool-rate', 'a=0', '--', 'touch', 'ran'], /whole number from 1 on/],
    [['--max-tool-rate', 'a=1', '--max-tool-rate', 'a=2', '--', 'touch', 'ran'], /given twice/],
    [['--on-trip', ' ', '--', 'touch', 'ran'], /--on-trip is empty/],
    [['--on-trip-webhook', 'https://ops.example.com/', '--', 'touch', 'ran'], /AEGIS_TRIP_SECRET/],
    [['--max-token-per-min', '5', '--', 'touch', 'ran'], /--max-token-per-min/],
    [['--repeated-window-ms', '5', '--', 'touch', 'ran'], /A window for repeated actions is given, and no limit/],
    [['--agent', 'no good', '--', 'touch', 'ran'], /not a name of an agent/],
  ] as const) {
    const { code, stderr } = await shell.aegis('run', ...args);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, says);
  }
  for (const env of [{ AEGIS_MAX_COST: 'lots' }, { AEGIS_MAX_TOOL_RATE: 'a=1,b' }, { AEGIS_NETWORK_NAMESPACE: '1' }]) {
    const { code, stderr } = await background(shell, env, '--', 'touch', 'ran').end;
    assert.equal(code, 2, stderr);
    assert.match(stderr, new RegExp(Object.keys(env)[0] ?? ''));
  }
  assert.deepEqual(readdirSync(shell.folder), []);
});

test('[RUN-3] the exit code is the command’s; 127 and 126 for what cannot be run', async (context) => {
  const shell = await terminal(context);
  assert.equal((await shell.aegis('run', '--', 'sh', '-c', 'exit 43')).code, 43);
  assert.equal((await shell.aegis('run', '--', 'sh', '-c', 'kill -11 $$')).code, 139);
  const missing = await shell.aegis('run', '--', '/nonexistent/agent');
  assert.deepEqual([missing.code, /There is no command `\/nonexistent\/agent`/.test(missing.stderr)], [127, true], missing.stderr);
  assert.equal((await shell.aegis('run', '--', '/etc')).code, 126);
  const low = await shell.aegis('run', '--min-level', '3', '--', 'true');
  assert.equal(low.code, LEVEL >= 3 ? 0 : 125, low.stderr);
});

test('[RUN-13] the command holds a key of Aegis alone: keys of providers and of people stay outside', async (context) => {
  const shell = await terminal(context);
  const secret = {
    OPENAI_API_KEY: 'sk-outside',
    ANTHROPIC_API_KEY: 'sk-ant-outside',
    GEMINI_API_KEY: 'g-outside',
    AEGIS_LLM_OPENAI_KEY: 'sk-configured',
  };
  const run = background(shell, { ...secret, AEGIS_MAX_COST: '5' }, ...python('import json, os\nprint(json.dumps(dict(os.environ)))'));
  const env = JSON.parse(await run.line()) as Record<string, string>;
  assert.equal((await run.end).code, 0);
  assert.equal(JSON.stringify(env).includes('outside') || JSON.stringify(env).includes('configured'), false);
  for (const name of ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GEMINI_API_KEY', 'AEGIS_KEY']) assert.match(env[name] ?? '', /^aegis_agent_/, name);
  assert.match(env['OPENAI_BASE_URL'] ?? '', /^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  assert.match(env['ANTHROPIC_BASE_URL'] ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(env['GOOGLE_GEMINI_BASE_URL'], env['ANTHROPIC_BASE_URL']);
  assert.equal(env['AEGIS_AGENT'], 'run-python3');
  assert.match(env['AEGIS_SESSION'] ?? '', /^[0-9a-f-]{36}$/);
});

test('[RUN-14] an agent that knows nothing of Aegis and asks a model in a loop is stopped: by calls, by tokens, by repetition', async (context) => {
  const model = await startModelServer(() => ({ text: 'Go on.' }));
  context.after(() => model.close());
  const ask = `
import json, os, urllib.request
print('up', flush=True)
while True:
    body = json.dumps({'model': 'gpt-4o', 'messages': [{'role': 'user', 'content': 'again'}]}).encode()
    asked = urllib.request.Request(os.environ['OPENAI_BASE_URL'] + '/chat/completions', body, {'content-type': 'application/json', 'authorization': 'Bearer ' + os.environ['OPENAI_API_KEY']})
    try: urllib.request.urlopen(asked).read()
    except urllib.error.HTTPError as error: error.read()
`;
  for (const [flags, code] of [
    [['--max-api-calls-per-min', '3'], 'API_CALL_RATE_EXCEEDED'],
    [['--max-tokens-per-min', '20'], 'TOKEN_BURN_RATE_EXCEEDED'],
    [['--max-repeated-actions', '2'], 'REPETITIVE_LOOP_DETECTED'],
    [['--max-tool-rate', 'other=1', '--max-tool-rate', 'model:gpt-4o=3'], 'TOOL_RATE_EXCEEDED'],
  ] as const) {
    const shell = await terminal(context);
    const mark = word();
    const env = { AEGIS_LLM_OPENAI_URL: model.url, OPENAI_API_KEY: 'outside' };
    const run = background(shell, env, ...flags, ...python(ask, mark));
    assert.equal(await run.line(), 'up');
    const { code: exit, stderr } = await run.end;
    assert.equal(exit, 137, stderr);
    assert.match(stderr, new RegExp(code));
    assert.match(stderr, LEVEL > 0 ? /seen to be gone/ : /as far as it could be seen/);
    assert.deepEqual(carrying(mark), []);
  }
});

test('[RUN-15] a killed agent stays halted, the story and a certificate that holds offline are left', async (context) => {
  const shell = await terminal(context);
  const run = await background(shell, {}, '--max-wall-time', '100ms', ...python(UP_AND_STAY)).end;
  assert.equal(run.code, 137, run.stderr);
  const again = await shell.aegis('run', '--', 'python3', '-c', 'print("ran")');
  assert.deepEqual([again.code, again.stdout], [5, '']);
  assert.match(again.stderr, /The agent run-python3 is halted[\s\S]*aegis resume agent run-python3/);

  const story = await shell.aegis('explain');
  assert.match(story.stdout, /It ran for .* the limit is 0\.1 s\. \(WALL_TIME_EXCEEDED\)/);
  const kept = JSON.parse((await shell.aegis('explain', '--json')).stdout) as { session: string };
  const { stdout } = await shell.aegis('explain', kept.session, '--certificate');
  const certificate = JSON.parse(stdout) as { observed: { state: string; level: number }; refusing: { id: string } };
  assert.deepEqual([certificate.observed.state, certificate.observed.level], [LEVEL > 0 ? 'killed' : 'alive', LEVEL]);
  assert.equal(certificate.refusing.id, 'run-python3');
  const places = join(shell.folder, '.local/state/aegis/run-log-checkpoints');
  const key = readFileSync(join(places, readdirSync(places)[0] ?? '', 'key.pub'), 'utf8').trim();
  writeFileSync(join(shell.folder, 'good.json'), stdout);
  const good = await shell.aegis('explain', '--verify', 'good.json', '--key', key);
  assert.deepEqual([good.code, good.stdout.slice(0, 3)], [0, 'ok '], good.stdout + good.stderr);
  for (const [from, to] of [
    [/"state": "\w+"/, '"state": "ended"'],
    [/"level": \d/, '"level": 9'],
    [/run-ended/, 'run-begun'],
    [/"run": "./, '"run": "_'],
  ] as const) {
    writeFileSync(join(shell.folder, 'bad.json'), stdout.replace(from, to));
    const bad = await shell.aegis('explain', '--verify', 'bad.json', '--key', key);
    assert.deepEqual([bad.code, bad.stdout.slice(0, 3)], [1, 'BAD'], `${String(from)}: ${bad.stdout}`);
  }
  assert.equal((await shell.aegis('explain', 'no-such-run')).code, 5);
});

test('[RUN-16] joined to a daemon: an operator’s halt kills the run, the log says why, and after a resume it runs again', async (context) => {
  const shell = await terminal(context);
  const up = await shell.up();
  await shell.aegis('login', up.admin, '--url', up.url);
  const mark = word();
  const run = background(shell, {}, '--agent', 'worker', ...python(UP_AND_STAY, mark));
  assert.equal(await run.line(), 'up');
  assert.equal((await shell.aegis('halt', 'agent', 'worker', '--reason', 'enough')).code, 0);
  const { code, stderr } = await run.end;
  assert.equal(code, 137, stderr);
  assert.match(stderr, /An operator halted it.*\(OPERATOR_HALT\)/);
  assert.deepEqual(carrying(mark), []);
  const log = (await shell.aegis('log', 'tail', '--no-follow', '--json')).stdout;
  for (const type of ['run-started', 'run-tripped', 'run-ended']) assert.match(log, new RegExp(type));
  assert.equal((await shell.aegis('run', '--agent', 'worker', '--', 'true')).code, 5);
  assert.equal((await shell.aegis('resume', 'agent', 'worker', '--reason', 'looked at it')).code, 0);
  assert.equal((await shell.aegis('run', '--agent', 'worker', '--', 'true')).code, 0);
});

test('[RUN-29] a kill is told to a command and a webhook whose secret stands in a variable; what fails is said, and the exit code stays 137', async (context) => {
  const shell = await terminal(context);
  const mark = word();
  const flags = ['--max-wall-time', '1ms', '--on-trip', 'cat > told.json; exit 4', '--on-trip-webhook', 'http://127.0.0.1:1/'] as const;
  const env = { AEGIS_TRIP_SECRET: 'of-the-receiver-alone', AEGIS_MAX_TOOL_RATE: 'send_email=5,read_file=30' };
  const { code, stderr } = await background(shell, env, ...flags, ...python(UP_AND_STAY, mark)).end;
  assert.equal(code, 137, stderr);
  assert.match(stderr, /The trip command failed: it ended with exit code 4/);
  assert.match(stderr, /The trip webhook failed: it cannot be reached/);
  assert.deepEqual(carrying(mark), []);
  const told = JSON.parse(readFileSync(join(shell.folder, 'told.json'), 'utf8')) as { code: string; agent: string; entry: number };
  assert.deepEqual([told.code, told.agent, Number.isInteger(told.entry)], ['WALL_TIME_EXCEEDED', 'run-python3', true]);
});

test('[RUN-3] Ctrl-C and TERM end the whole tree: 130 and 143', async (context) => {
  const shell = await terminal(context);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const mark = word();
    const script = `import os, signal, time\nif os.fork() == 0:\n  os.setsid(); signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(100000)\ntime.sleep(100000)`;
    const run = background(shell, {}, '--grace', '100ms', ...python(script, mark));
    assert.equal(await run.line(), 'up');
    run.child.kill(signal);
    const end = await run.end;
    assert.equal(end.code, code, end.stderr);
    assert.deepEqual(carrying(mark), []);
  }
});

test('[RUN-17] at a terminal the command has one of its own, of the same size, which nobody can type into', async (context) => {
  const shell = await terminal(context);
  const script = `
import fcntl, os, sys, termios
print('tty', [os.isatty(fd) for fd in (0, 1, 2)], os.get_terminal_size().columns, flush=True)
for number in (0x5412, 0x541c):
    try: fcntl.ioctl(0, number, b'x'); print('typed')
    except OSError as error: print('refused', error.errno, flush=True)
print('said', input('name? '), flush=True)
sys.exit(9)`;
  const typed = (text: string): string | null => (text.includes('name? ') ? 'ann\n' : null);
  const { code, text } = await onScreen(shell, { columns: 93, args: ['run', ...python(script)], type: typed });
  assert.equal(code, 9, text);
  assert.match(text, /tty \[True, True, True\] 93/);
  if (LEVEL > 0) assert.equal(text.match(/refused/g)?.length, 2, text);
  assert.match(text, /said ann/);
  const ctrlC = await onScreen(shell, {
    columns: 80,
    args: ['run', ...python(UP_AND_STAY)],
    type: (shown) => (shown.includes('up') ? '\x03' : null),
  });
  assert.equal(ctrlC.code, 130, ctrlC.text);
});
