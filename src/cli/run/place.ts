import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { Config, Partly } from '../../config/schema.ts';
import { loadConfig } from '../../config/load.ts';
import { DEFAULT_TENANT } from '../../kernel/ids.ts';
import type { AgentId } from '../../kernel/ids.ts';
import { connection } from '../connection.ts';
import { DEFAULT_URL, loadCredentials, savedCredentials } from '../credentials.ts';
import { CliError, EXIT } from '../exit.ts';
import { note } from '../print.ts';
import type { AgentPlace } from './agent-env.ts';
import { PROVIDER_KEYS } from './provider-keys.ts';

/** Where a run is recorded, and how it ends with it. */
export interface RunPlace extends AgentPlace {
  /** Embedded: the folder of its own log. */
  readonly data: string | null;
  close(): Promise<void>;
}

export interface PlaceOptions {
  readonly agent?: string;
  readonly session: string;
  readonly embedded?: true;
  readonly modelUrl?: string;
  readonly data?: string;
}

const NAME = /^[A-Za-z0-9._:@/-]{1,128}$/;

/** `run-` and the program's name, where nobody names the agent. @throws CliError for a name that is none */
export function agentName(given: string | undefined, command: string): string {
  const name =
    given ??
    `run-${basename(command)
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .slice(0, 64)}`;
  if (NAME.test(name)) return name;
  throw new CliError(EXIT.usage, 'USAGE', `\`${name}\` is not a name of an agent.`, 'Use letters, digits and . _ : @ / -');
}

/** Joins the daemon this user is logged in to, or that AEGIS_KEY names; starts one of the run's own where there is neither. */
export async function runPlace(options: PlaceOptions, command: string, env: NodeJS.ProcessEnv): Promise<RunPlace> {
  const joined = options.embedded !== true && (env['AEGIS_KEY'] !== undefined || savedCredentials(env) !== undefined);
  return joined ? join_(options, command, env) : embed(options, command, env);
}

async function join_(options: PlaceOptions, command: string, env: NodeJS.ProcessEnv): Promise<RunPlace> {
  const credentials = loadCredentials(env);
  const { url, answerKey } = credentials;
  const own = credentials.key.startsWith('aegis_agent_');
  const aegis = connection(credentials);
  const { agent, key } = own ? await known(aegis, options.agent, credentials.key) : await registered(aegis, agentName(options.agent, command));
  return {
    url,
    modelUrl: options.modelUrl ?? env['AEGIS_MODEL_URL'] ?? modelUrlBeside(url),
    key,
    agent,
    session: options.session,
    answerKey,
    data: null,
    close: () => Promise.resolve(),
  };
}

/** The model proxy listens on the port after the API's unless it is told otherwise. */
function modelUrlBeside(url: string): string | null {
  const { hostname, port, protocol } = new URL(url);
  return protocol === 'http:' ? `http://${hostname}:${String(Number(port === '' ? new URL(DEFAULT_URL).port : port) + 1)}` : null;
}

type Asked = ReturnType<typeof connection>;

async function known(aegis: Asked, named: string | undefined, key: string): Promise<{ readonly agent: string; readonly key: string }> {
  const { agent } = (await aegis.get('/v1/agents/self')) as { agent: string };
  if (named !== undefined && named !== agent)
    throw new CliError(
      EXIT.usage,
      'USAGE',
      `AEGIS_KEY is the key of \`${agent}\`, not of \`${named}\`.`,
      'Leave --agent out, or use the key of that agent.',
    );
  return { agent, key };
}

/** A key for this run. An agent of that name loses the key it had: only this run holds one. */
async function registered(aegis: Asked, agent: string): Promise<{ readonly agent: string; readonly key: string }> {
  const { agents } = (await aegis.get('/v1/agents')) as { agents: readonly { readonly agent: string }[] };
  const there = agents.some((one) => one.agent === agent);
  return (await aegis.post('/v1/agents', { agent, ...(there ? { rotate: true } : {}) })) as { agent: string; key: string };
}

const stateFolder = (env: NodeJS.ProcessEnv): string => join(env['XDG_STATE_HOME'] ?? join(env['HOME'] ?? homedir(), '.local', 'state'), 'aegis');

/** Where the reports of runs lie, and the log of those that joined no daemon. */
export const runsFolder = (env: NodeJS.ProcessEnv): string => join(stateFolder(env), 'runs');
const ownLog = (env: NodeJS.ProcessEnv): string => join(stateFolder(env), 'run-log');

async function embed(options: PlaceOptions, command: string, env: NodeJS.ProcessEnv): Promise<RunPlace> {
  const [{ startDaemon }, { mintKey }, { systemRandom }] = await Promise.all([
    import('../../daemon/main.ts'),
    import('../../http/keys.ts'),
    import('../../daemon/runtime.ts'),
  ]);
  const agent = agentName(options.agent, command);
  const data = options.data ?? ownLog(env);
  const config = await loadConfig({ env, flags: configFor(data, env), cwd: process.cwd() });
  const onFault = ({ what, error }: { what: string; error: unknown }): void =>
    note(`aegis: ${what}: ${error instanceof Error ? error.message : String(error)}`);
  const daemon = await startDaemon({ config, cwd: process.cwd(), onFault });
  const { key, digest } = mintKey(systemRandom, 'agent', DEFAULT_TENANT);
  const before = daemon.gate.world(DEFAULT_TENANT).agents.get(agent as AgentId)?.registered;
  const terms = { capabilities: [], maxPriority: 5, onUnavailable: 'deny', ...before, keyDigest: digest } as const;
  await daemon.gate.register(DEFAULT_TENANT, agent as AgentId, terms, 'system');
  return {
    url: daemon.url,
    modelUrl: daemon.modelUrl,
    key,
    agent,
    session: options.session,
    data,
    answerKey: daemon.answerKey ?? undefined,
    close: () => daemon.close(),
  };
}

/** Ports of its own, and the keys of providers that the caller has and the agent must not have. */
function configFor(data: string, env: NodeJS.ProcessEnv): Partly<Config> {
  const held = PROVIDER_KEYS.flatMap(({ provider, variables }) => {
    const name = variables.find((one) => (env[one] ?? '') !== '');
    const set = env[`AEGIS_LLM_${provider.toUpperCase()}_KEY`] ?? '';
    return name === undefined || set !== '' ? [] : [[provider, { key: env[name] ?? '' }] as const];
  });
  return { dataDir: data, checkpointDir: `${data}-checkpoints`, server: { port: 0 }, llm: { port: 0, ...Object.fromEntries(held) } };
}
