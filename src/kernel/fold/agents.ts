import type { Draft } from '../draft.ts';
import type { AgentId } from '../ids.ts';
import { sameScope } from '../halt-scope.ts';
import { isOwned } from '../owned.ts';
import { SEMANTICS } from '../semantics.ts';
import type { AgentState, KeyHolder, World } from '../world.ts';
import { withoutVotes } from './approvals.ts';
import type { Handlers } from './handlers.ts';
import { withoutInjected } from './injected.ts';
import { changeSemantics } from './semantics.ts';
import { changeSession } from './sessions.ts';

function holds(holder: KeyHolder, other: KeyHolder): boolean {
  if (holder.role === 'agent') return other.role === 'agent' && other.agent === holder.agent;
  return other.role !== 'agent' && other.operator === holder.operator;
}

/** AUTH: a key belongs to whom it was first given; an agent can never register its way into somebody else's. */
function giveKey({ world, edition }: Draft, key: string | undefined, holder: KeyHolder): void {
  if (key === undefined) return;
  const digest = key as Parameters<World['keys']['get']>[0];
  const known = world.keys.get(digest);
  if (known === undefined || holds(known, holder)) world.keys = world.keys.set(digest, holder, edition);
}

/** What a later version wrote is read the newest way this one knows. */
function knownSemantics(said: number): number {
  return Number.isSafeInteger(said) && said >= 1 && said <= SEMANTICS ? said : SEMANTICS;
}

function changeAgent({ world, edition }: Draft, agent: AgentId, change: Partial<AgentState>): void {
  const state = world.agents.get(agent);
  if (state !== undefined) world.agents = world.agents.set(agent, { ...state, ...change }, edition);
}

export const agentHandlers: Handlers = {
  'gate-opened': ({ world }, body) => {
    world.epoch = Math.max(world.epoch, body.epoch);
    changeSemantics(world, knownSemantics(body.semantics));
  },
  'policy-activated': ({ world }, body) => {
    world.policy = body.digest;
  },
  'operator-added': (draft, body) => {
    const { world, edition } = draft;
    world.operators = world.operators.set(body.operator, { role: body.role, name: body.name, active: true }, edition);
    giveKey(draft, body.keyDigest, { role: body.role, operator: body.operator });
  },
  'operator-removed': (draft, body) => {
    const { world, edition } = draft;
    const known = world.operators.get(body.operator);
    if (known === undefined) return;
    // Removing an operator is rare and a person's act; walking the keys is the whole cost.
    for (const [digest, holder] of [...world.keys.entries()]) {
      if (holder.role !== 'agent' && holder.operator === body.operator) world.keys = world.keys.delete(digest, edition);
    }
    world.operators = world.operators.set(body.operator, { ...known, active: false }, edition);
    withoutVotes(draft, body.operator);
  },
  'agent-registered': (draft, body, entry) => {
    const { world, edition } = draft;
    if (entry.agent === undefined) return;
    const known = world.agents.get(entry.agent);
    // What was revoked stays revoked, however often it registers again.
    const state = known === undefined ? { firstSeen: entry.at, revoked: false, violations: [], pendingApprovals: 0 } : known;
    const old = known?.registered.keyDigest;
    if (old !== undefined && old !== body.keyDigest) world.keys = world.keys.delete(old, edition);
    world.agents = world.agents.set(entry.agent, { ...state, registered: body }, edition);
    giveKey(draft, body.keyDigest, { role: 'agent', agent: entry.agent });
  },
  'agent-halted': ({ world }, body, entry) => {
    if (world.halts.some((halt) => sameScope(halt.scope, body.scope))) return;
    world.halts = [...world.halts, { scope: body.scope, reason: body.reason, index: entry.index }];
  },
  'agent-resumed': (draft, { scope }) => {
    const { world } = draft;
    world.halts = world.halts.filter((halt) => !sameScope(halt.scope, scope));
    // Whoever resumes has seen the violations: counting starts afresh.
    if (scope.kind === 'agent') changeAgent(draft, scope.id, { violations: [], ...(isOwned(world) ? { denials: [] } : {}) });
    if (scope.kind === 'session' && scope.agent !== undefined) changeSession(draft, { agent: scope.agent, session: scope.id }, withoutInjected);
  },
  'agent-revoked': (draft, body) => changeAgent(draft, body.agent, { revoked: true }),
  'budget-set': ({ world, edition }, body) => {
    world.limits = world.limits.set(body.ledger, body.limit, edition);
  },
};
