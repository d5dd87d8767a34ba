import type { HaltScope } from '../entry.ts';
import type { KeyHolder, World } from '../world.ts';
import { SEMANTICS } from '../semantics.ts';
import { withoutVotes } from './approvals.ts';
import type { Handlers } from './handlers.ts';

function sameScope(a: HaltScope, b: HaltScope): boolean {
  return a.kind === b.kind && (a.kind === 'all' || (b.kind !== 'all' && a.id === b.id));
}

function holds(holder: KeyHolder, other: KeyHolder): boolean {
  if (holder.role === 'agent') return other.role === 'agent' && other.agent === holder.agent;
  return other.role !== 'agent' && other.operator === holder.operator;
}

/** AUTH: a key belongs to whom it was first given; an agent can never register its way into somebody else's. */
function giveKey(world: World, key: string | undefined, holder: KeyHolder): World {
  if (key === undefined) return world;
  const digest = key as Parameters<World['keys']['get']>[0];
  const known = world.keys.get(digest);
  if (known !== undefined && !holds(known, holder)) return world;
  return { ...world, keys: world.keys.set(digest, holder) };
}

/** What a later version wrote is read the newest way this one knows. */
function knownSemantics(said: number): number {
  return Number.isSafeInteger(said) && said >= 1 && said <= SEMANTICS ? said : SEMANTICS;
}

export const agentHandlers: Handlers = {
  'gate-opened': (world, body) => ({ ...world, epoch: Math.max(world.epoch, body.epoch), semantics: knownSemantics(body.semantics) }),
  'policy-activated': (world, body) => ({ ...world, policy: body.digest }),
  'operator-added': (world, body) => {
    const state = { role: body.role, name: body.name, active: true };
    return giveKey({ ...world, operators: world.operators.set(body.operator, state) }, body.keyDigest, {
      role: body.role,
      operator: body.operator,
    });
  },
  'operator-removed': (world, body) => {
    const known = world.operators.get(body.operator);
    if (known === undefined) return world;
    let keys = world.keys;
    // Removing an operator is rare and a person's act; walking the keys is the whole cost.
    for (const [digest, holder] of world.keys.entries()) if (holder.role !== 'agent' && holder.operator === body.operator) keys = keys.delete(digest);
    return withoutVotes({ ...world, keys, operators: world.operators.set(body.operator, { ...known, active: false }) }, body.operator);
  },
  'agent-registered': (world, body, entry) => {
    if (entry.agent === undefined) return world;
    const known = world.agents.get(entry.agent);
    // What was revoked stays revoked, however often it registers again.
    const state = known === undefined ? { firstSeen: entry.at, revoked: false, violations: [], pendingApprovals: 0 } : known;
    const old = known?.registered.keyDigest;
    const keys = old !== undefined && old !== body.keyDigest ? world.keys.delete(old) : world.keys;
    const next = { ...world, keys, agents: world.agents.set(entry.agent, { ...state, registered: body }) };
    return giveKey(next, body.keyDigest, { role: 'agent', agent: entry.agent });
  },
  'agent-halted': (world, body, entry) => {
    if (world.halts.some((halt) => sameScope(halt.scope, body.scope))) return world;
    return { ...world, halts: [...world.halts, { scope: body.scope, reason: body.reason, index: entry.index }] };
  },
  'agent-resumed': (world, body) => {
    const halts = world.halts.filter((halt) => !sameScope(halt.scope, body.scope));
    const state = body.scope.kind === 'agent' ? world.agents.get(body.scope.id) : undefined;
    if (state === undefined || body.scope.kind !== 'agent') return { ...world, halts };
    // Whoever resumes has seen the violations: counting starts afresh.
    return { ...world, halts, agents: world.agents.set(body.scope.id, { ...state, violations: [] }) };
  },
  'agent-revoked': (world, body) => {
    const state = world.agents.get(body.agent);
    return state === undefined ? world : { ...world, agents: world.agents.set(body.agent, { ...state, revoked: true }) };
  },
  'budget-set': (world, body) => ({ ...world, limits: world.limits.set(body.ledger, body.limit) }),
};
