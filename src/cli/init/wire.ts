import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { connection } from '../connection.ts';
import type { Credentials } from '../credentials.ts';
import { loadCredentials } from '../credentials.ts';
import { CliError } from '../exit.ts';
import { installHook } from '../hook/install.ts';
import { installTerms } from '../hook/terms.ts';
import { carryOut } from '../install/change.ts';
import { line, tone, visible } from '../print.ts';
import type { HarnessFound } from './harnesses-found.ts';
import { wrapEdits } from './mcp-clients.ts';
import type { ServerFound } from './mcp-clients.ts';

export interface Wiring {
  readonly harnesses: readonly HarnessFound[];
  readonly servers: readonly ServerFound[];
}

/** One line of the plan. `did` is what happened to it; absent while it is only a plan. */
export interface Step {
  readonly what: string;
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
  readonly did?: 'done' | 'already' | 'by-hand' | 'failed';
  readonly why?: string;
}

/** Hooks for coding agents and Aegis before MCP servers. A step that cannot be done says why and does not stop the others. */
export async function wire({ harnesses, servers }: Wiring, yes: boolean): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const found of harnesses) steps.push(await hookStep(found, yes));
  for (const path of new Set(servers.map((server) => server.path))) {
    const here = servers.filter((server) => server.path === path);
    steps.push(...(await serverSteps(path, here, yes)));
  }
  return steps;
}

async function hookStep({ harness, path, installed }: HarnessFound, yes: boolean): Promise<Step> {
  const step = { what: `hook for ${harness.name}`, path };
  if (installed) return { ...step, did: 'already' };
  if (!yes) return step;
  return attempted(step, async () => {
    await installAs(harness);
  });
}

/**
 * The agent is called as its harness. Where one of this name is registered already, its key may be in use elsewhere: this machine's hook then has an agent of
 * its own, whose key is nowhere else and may be replaced.
 */
async function installAs(harness: HarnessFound['harness']): Promise<void> {
  try {
    await installHook(installTerms(harness, { blocking: true }), process.cwd());
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'AGENT_EXISTS') throw error;
    const agent = `${harness.name}-${createHash('sha256').update(`${hostname()} ${homedir()}`).digest('hex').slice(0, 8)}`;
    await installHook(installTerms(harness, { blocking: true, agent, rotate: true }), process.cwd());
  }
}

/** All servers of one file in one change, so that it is one installation. */
async function serverSteps(path: string, servers: readonly ServerFound[], yes: boolean): Promise<readonly Step[]> {
  const each = servers.map((server) => ({
    server,
    step: { what: `MCP server ${server.server} of ${server.client}`, path, before: server.now, after: server.next },
  }));
  const wraps = servers.filter(({ state }) => state === 'wrap');
  const outcome = yes && wraps.length > 0 ? await attempted({ what: '', path }, () => wrap(path, wraps)) : null;
  return each.map(({ server: { state }, step }): Step => {
    if (state === 'done') return { ...step, did: 'already' };
    if (state === 'by-hand') return { ...step, did: 'by-hand' };
    return outcome === null
      ? step
      : { ...step, ...(outcome.did === undefined ? {} : { did: outcome.did }), ...(outcome.why === undefined ? {} : { why: outcome.why }) };
  });
}

async function wrap(path: string, servers: readonly ServerFound[]): Promise<void> {
  const client = (servers[0]?.client ?? 'mcp').toLowerCase().replaceAll(' ', '-');
  const digest = createHash('sha256').update(`${hostname()} ${path}`).digest('hex').slice(0, 8);
  const credentials = await clientKey(`${client}-mcp-${digest}`);
  const text = readFileSync(path, 'utf8');
  const edits = servers.flatMap(({ place }) => wrapEdits(text, place, credentials));
  carryOut({ id: `mcp-${digest}-${String(Date.now())}`, kind: 'mcp', label: `MCP servers in ${path}`, detail: { path } }, [
    { path, edits, private: true },
  ]);
}

/** One agent per client's file on this machine; its key is nowhere else, so an older one may be replaced. */
async function clientKey(agent: string): Promise<Credentials> {
  const credentials = loadCredentials();
  if (credentials.key.startsWith('aegis_agent_')) return credentials;
  const aegis = connection(credentials);
  const { agents } = (await aegis.get('/v1/agents')) as { agents: readonly { agent: string }[] };
  const rotate = agents.some((known) => known.agent === agent) ? { rotate: true } : {};
  const made = (await aegis.post('/v1/agents', { agent, framework: 'mcp', ...rotate })) as { key: string };
  return { ...credentials, key: made.key };
}

async function attempted(step: Step, act: () => Promise<void>): Promise<Step> {
  try {
    await act();
    return { ...step, did: 'done' };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { ...step, did: 'failed', why: `${error.message} ${error.hint}`.trim() };
  }
}

const WORDS = { done: 'wired', already: 'already wired', 'by-hand': 'by hand', failed: 'not wired' } as const;

export function showWiring(steps: readonly Step[], yes: boolean): void {
  for (const { what, path, before, after, did, why } of steps) {
    const word =
      did === undefined ? 'would wire' : did === 'done' ? tone('good', WORDS.done) : did === 'failed' ? tone('bad', WORDS.failed) : WORDS[did];
    line(`${word} ${visible(what)}: ${visible(path)}`);
    if (did !== 'already' && before !== undefined) line(`  - ${visible(before)}\n  + ${visible(after ?? '')}`);
    if (why !== undefined) line(`  → ${visible(why)}`);
  }
  if (yes && steps.some(({ did }) => did === 'done')) line('Restart these programs, then check that it works: aegis doctor');
}
