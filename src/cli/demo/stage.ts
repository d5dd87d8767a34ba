import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bankScript } from '../../../examples/bank/script.ts';
import { STAFF, type Staff } from '../../../examples/bank/staff.ts';
import { startModelServer } from '../../../examples/model-server/server.ts';
import { loadConfig } from '../../config/load.ts';
import { startDaemon } from '../../daemon/main.ts';
import { connection, type Connection } from '../connection.ts';
import { HOME, readText } from '../files.ts';
import { flagsOf } from '../flags.ts';
import { note } from '../print.ts';
import { runProgram, type Finished } from './program.ts';

/** A whole Aegis of its own in a temporary folder, a model to talk to, and four registered agents. */
export interface Stage {
  readonly url: string;
  readonly adminToken: string;
  readonly admin: Connection;
  /** Where the store lies. */
  readonly data: string;
  /** Where its signed checkpoints lie. */
  readonly checkpoints: string;
  readonly model: 'scripted' | 'live';
  /** Runs one agent as its own process; resolves when it ends. `session` names the run. */
  agent(staff: Staff, run: { readonly prompt: string; readonly session: string; readonly askTimeoutMs: number }): Promise<Finished>;
  /** Runs `aegis …` as another terminal would. */
  aegis(...args: readonly string[]): Promise<Finished>;
  close(): Promise<void>;
}

export async function openStage(live: boolean): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-demo-'));
  const data = join(folder, 'data');
  const checkpoints = join(folder, 'checkpoints');
  const config = await loadConfig({ env: {}, flags: flagsOf({ data, checkpoints, port: '0' }), cwd: folder });
  const daemon = await startDaemon({ config, cwd: folder, onFault: ({ what, error }) => note(`aegis: ${what}: ${String(error)}`) });
  const model = live ? undefined : await startModelServer(bankScript);
  const adminToken = daemon.firstKeys[0]?.key ?? '';
  const admin = connection({ url: daemon.url, key: adminToken });
  await admin.post('/v1/policies/activate', { document: readText(join(HOME, 'examples/bank/policy.yaml')) });
  const keys = new Map<string, string>();
  for (const { id } of STAFF) keys.set(id, ((await admin.post('/v1/agents', { agent: id, framework: 'langgraph' })) as { key: string }).key);
  const openai = model === undefined ? {} : { OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_API_KEY: 'scripted' };
  return {
    url: daemon.url,
    adminToken,
    admin,
    data,
    checkpoints,
    model: live ? 'live' : 'scripted',
    agent: (staff, { prompt, session, askTimeoutMs }) =>
      runProgram([join(HOME, 'examples/bank/agent.ts'), prompt], {
        ...openai,
        AEGIS_URL: daemon.url,
        AEGIS_KEY: keys.get(staff.id) ?? '',
        AEGIS_AGENT: staff.id,
        AEGIS_SESSION: session,
        AEGIS_ASK_TIMEOUT_MS: String(askTimeoutMs),
      }),
    aegis: (...args) => runProgram([join(HOME, 'src/cli/main.ts'), ...args], { AEGIS_URL: daemon.url, AEGIS_KEY: adminToken }),
    async close(): Promise<void> {
      await daemon.close();
      await model?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
