import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { principalOf } from '../../http/keys.ts';
import type { Principal } from '../../gate/nouns.ts';
import type { AgentId, TenantId } from '../../kernel/ids.ts';
import type { Daemon } from '../../daemon/main.ts';
import { installations } from '../install/ledger.ts';
import type { Installation } from '../install/ledger.ts';
import { sendCanary } from './canary.ts';
import type { CanaryResult } from './canary.ts';
import { stateOf } from './status.ts';

/** An agent that did nothing for so long is left alone: its hook is tried again when it works again. */
const AT_WORK_MS = 300_000;

export interface Watch {
  readonly daemon: Pick<Daemon, 'url' | 'gate'>;
  /** Milliseconds from the end of one round to the next; the first begins at once. */
  readonly everyMs: number;
  /** Called when a hook begins or ceases to protect; never twice for the same state. */
  readonly report: (result: CanaryResult) => void;
}

type Agent = Principal & { readonly role: 'agent' };

/**
 * A canary through every hook that was installed for this daemon on this machine, at the start and again while its agent works (HOOK-15).
 * Only what stands as `aegis hook install` wrote it is run; anything else is `unprotected` without being tried. The returned function stops it.
 */
export function watchHooks({ daemon, everyMs, report }: Watch): () => Promise<void> {
  const last = new Map<string, CanaryResult['state']>();
  const stop = new AbortController();
  const look = async (installation: Installation, working: (agent: Agent) => boolean): Promise<void> => {
    const agent = agentOf(daemon, installation);
    const before = last.get(installation.id);
    if (agent === null || (before === 'protected' && !working(agent))) return;
    const state = stateOf(installation);
    // What is not trusted is not run by its harness; the canary says so without running it either.
    const result = state === 'there' || state === 'untrusted' ? await sendCanary(installation) : changed(installation);
    if (stop.signal.aborted || before === result.state) return;
    last.set(installation.id, result.state);
    if (result.state === 'unprotected') await alert(daemon, agent, result);
    if (before !== undefined || result.state !== 'protected') report(result);
  };
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const working = atWork(daemon);
      for (const installation of hooks()) {
        // What cannot be looked at now (a file being written) may be the next time; the others are watched all the same.
        if (!stop.signal.aborted) await look(installation, working).catch(() => undefined);
      }
      await pause(everyMs, undefined, { ref: false, signal: stop.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  return async () => {
    stop.abort();
    await watching;
  };
}

function hooks(): readonly Installation[] {
  try {
    return installations().filter(({ kind }) => kind === 'hook');
  } catch {
    return [];
  }
}

/** Whose hook it is; null when it asks another daemon, or with a key nobody holds any more. */
function agentOf({ url, gate }: Watch['daemon'], { detail: { settings = '' } }: Installation): Agent | null {
  const launcher = JSON.parse(readFileSync(settings, 'utf8')) as { readonly url: string; readonly key: string };
  if (new URL(launcher.url).origin !== new URL(url).origin) return null;
  const principal = principalOf(launcher.key, gate);
  return principal?.role === 'agent' ? principal : null;
}

/** Whether an agent opened a session lately or had something decided in one; each tenant is looked through once. */
function atWork({ gate }: Watch['daemon']): (agent: Agent) => boolean {
  const seen = new Map<TenantId, ReadonlySet<AgentId>>();
  const look = (tenant: TenantId): ReadonlySet<AgentId> => {
    const { at, sessions } = gate.world(tenant);
    const agents = new Set<AgentId>();
    for (const [, { agent, calls, openedAt }] of sessions.entries()) if (at - (calls.at(-1)?.at ?? openedAt) < AT_WORK_MS) agents.add(agent);
    seen.set(tenant, agents);
    return agents;
  };
  return ({ tenant, agent }) => (seen.get(tenant) ?? look(tenant)).has(agent);
}

function changed({ label, detail: { harness = '', path = '', agent = '' } }: Installation): CanaryResult {
  return { harness, label, agent, state: 'unprotected', detail: `what was installed in ${path} is not there as it was written` };
}

async function alert({ gate }: Watch['daemon'], { tenant, agent }: Agent, { harness, label, detail }: CanaryResult): Promise<void> {
  const body = { harness, door: 'hook', protection: 'unprotected', detail: `${label}: ${detail}`.slice(0, 1024) } as const;
  await gate.record(tenant, 'canary-answered', body, 'system', { agent });
}
