import type { LogGate } from '../../../gate/log-gate.ts';
import type { SessionId, TenantId } from '../../../kernel/ids.ts';
import { isUnder } from '../../../kernel/halt-scope.ts';
import { sessionOf } from '../../../kernel/owned.ts';
import type { World } from '../../../kernel/world.ts';
import type { Conversation, ModelCaller } from '../caller.ts';

/** An answer under way, as far as others may reach into it. */
export interface LiveAnswer extends Conversation {
  /** Ends it with what the client is told: the agent or its session was halted. */
  halt(reason: string): void;
  /** Called every so often: says something when it was silent for long. */
  tick(nowMs: number): void;
}

export interface LiveAnswers {
  /** @returns what takes it out again; null when this agent has as many under way as it may */
  add(answer: LiveAnswer): (() => void) | null;
  /** Why nothing may go on in this conversation; null when it may. */
  haltReason(conversation: Conversation): string | null;
  readonly size: number;
  close(): void;
}

/** Watches halts for everything that is under way: a halt is a fact of the log, and every live answer is ended as it is appended (LLM-11). */
export function watchLive(
  gate: Pick<LogGate, 'world' | 'follow'>,
  terms: { readonly mostPerAgent: number; readonly tickMs: number; readonly now: () => number },
): LiveAnswers {
  const live = new Set<LiveAnswer>();
  const perAgent = new Map<string, number>();
  const unfollow = gate.follow((tenant) => {
    if (live.size > 0) stopHalted(live, tenant, gate.world(tenant));
  });
  const timer = setInterval(() => {
    const now = terms.now();
    for (const answer of live) answer.tick(now);
  }, terms.tickMs);
  timer.unref();
  return {
    add(answer) {
      const name = `${answer.caller.tenant}\n${answer.caller.agent}`;
      const count = perAgent.get(name) ?? 0;
      if (count >= terms.mostPerAgent) return null;
      perAgent.set(name, count + 1);
      live.add(answer);
      return () => {
        if (!live.delete(answer)) return;
        const left = (perAgent.get(name) ?? 1) - 1;
        if (left === 0) perAgent.delete(name);
        else perAgent.set(name, left);
      };
    },
    haltReason: ({ caller, session }) => haltOf(gate.world(caller.tenant), caller, session),
    get size() {
      return live.size;
    },
    close() {
      clearInterval(timer);
      unfollow();
      for (const answer of [...live]) answer.halt('Aegis is stopping.');
    },
  };
}

function stopHalted(live: ReadonlySet<LiveAnswer>, tenant: TenantId, world: World): void {
  for (const answer of [...live]) {
    if (answer.caller.tenant !== tenant) continue;
    const why = haltOf(world, answer.caller, answer.session);
    if (why !== null) answer.halt(why);
  }
}

/** What a halt is of, without its code: whoever shows the reason says that too. */
const STOPPED = { all: 'Everything was stopped', agent: 'The agent was stopped', session: 'The session was stopped' } as const;

/** Why this agent may not go on in this session; null when it may. */
function haltOf(world: World, { agent }: ModelCaller, session: SessionId): string | null {
  for (const { scope, reason } of world.halts) {
    if (isUnder(scope, { agent, session })) return `${STOPPED[scope.kind]}: ${reason}`;
  }
  if (world.agents.get(agent)?.revoked !== false) return 'The agent was revoked.';
  return sessionOf(world, { agent, session })?.closed === true ? 'The session was closed.' : null;
}
