import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelUpstream, toolUpstream } from './upstreams.ts';

/** A daemon in a process of its own, with a model and two MCP servers behind it. */
export interface Place {
  readonly child: ChildProcess;
  readonly url: string;
  readonly models: string;
  readonly socket: string;
  readonly admin: string;
  /** Keys of agents, by name. */
  readonly keys: Readonly<Record<'good' | 'bad', string>>;
  /** What the daemon said of faults. */
  readonly complaints: () => string;
  /** Ends it in order. @returns its exit code */
  close(): Promise<number | null>;
}

const ROOT = join(import.meta.dirname, '../..');
const LIMITS = { headersTimeoutMs: 2_000, requestTimeoutMs: 3_000, connections: 512, requestsPerSecond: 100_000 };
/** The rule is what an operator may write; the argument is what an agent may send. */
const POLICY = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: soak }
default: allow
loops: { identical: { max: 100000, windowMs: 1000 } }
rules:
  - id: pairs
    when: action.name == "pairs" && action.args.l.exists(x, action.args.l.exists(y, x + y == -1))
    effect: ask
`;

export async function openPlace(): Promise<Place> {
  const root = mkdtempSync(join(tmpdir(), 'aegis-soak-'));
  const [models, tools] = await Promise.all([modelUpstream(), toolUpstream()]);
  const servers = [
    { name: 'good', url: `${tools.url}/good` },
    { name: 'odd', url: `${tools.url}/odd` },
  ];
  const provider = { url: models.url, key: 'sk-upstream' };
  const llm = { port: 0, openai: provider, headersMs: 2_000, idleMs: 2_000, uninspected: 'pass' };
  writeFileSync(join(root, 'aegis.yaml'), JSON.stringify({ limits: LIMITS, mcp: { servers }, llm }));
  writeFileSync(join(root, 'policy.yaml'), POLICY);
  const words = [join(ROOT, 'src/cli/main.ts'), 'up', '--port', '0', '--json', '--policy', 'policy.yaml'];
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...words, '--data', join(root, 'data'), '--checkpoints', join(root, 'checkpoints')],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, XDG_RUNTIME_DIR: root } },
  );
  process.once('exit', () => child.kill('SIGKILL'));
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  const said = JSON.parse(await firstLine(child, ended, () => complaints)) as {
    url: string;
    modelUrl: string;
    socket: string;
    firstKeys: readonly { key: string }[];
  };
  const admin = said.firstKeys[0]?.key ?? '';
  const keyOf = async (agent: string): Promise<string> => {
    const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' };
    const answer = await fetch(`${said.url}/v1/agents`, { method: 'POST', headers, body: JSON.stringify({ agent }) });
    return ((await answer.json()) as { key: string }).key;
  };
  return {
    child,
    url: said.url,
    models: said.modelUrl,
    socket: said.socket,
    admin,
    keys: { good: await keyOf('good'), bad: await keyOf('bad') },
    complaints: () => complaints,
    close: async () => {
      child.kill('SIGTERM');
      const code = await ended;
      models.close();
      tools.close();
      rmSync(root, { recursive: true, force: true });
      return code;
    },
  };
}

function firstLine(child: ChildProcess, ended: Promise<unknown>, complaints: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    void ended.then(() => reject(new Error(`the daemon did not start: ${complaints()}`)));
  });
}
