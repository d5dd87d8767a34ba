import { readFileSync } from 'node:fs';
import type { Inspectable } from '../src/inspect/inspect.ts';
import type { Action } from '../src/kernel/action.ts';
import { decide } from '../src/kernel/decide.ts';
import type { DecideContext } from '../src/kernel/decide.ts';
import type { Effect } from '../src/kernel/decision.ts';
import type { EntryDraft } from '../src/kernel/entry.ts';
import type { Reading } from '../src/kernel/finding.ts';
import { fold } from '../src/kernel/fold.ts';
import { emptyWorld } from '../src/kernel/world.ts';
import type { World } from '../src/kernel/world.ts';
import { compilePolicy } from '../src/policy/compile.ts';

/** What becomes of a call whose content reads so. */
export type EffectOf = (call: Inspectable, reading: Reading) => Effect;

const AT = Date.UTC(2026, 0, 1);
const WHO = { tenant: 'eval', agent: 'agent', session: 'session' };
const CONTEXT = { approval: 'approval', askDigest: '0'.repeat(64) } as unknown as DecideContext;

/** One registered agent with one open session that has done nothing yet. A world never changes, so every row meets it fresh. */
function freshWorld(): World {
  const entries = [
    { type: 'agent-registered', body: { capabilities: [], maxPriority: 10, onUnavailable: 'deny' } },
    { type: 'session-opened', body: { salt: 'eval' } },
  ];
  return entries
    .map((entry) => ({ ...WHO, at: AT, actor: { kind: 'system' }, ...entry }) as unknown as EntryDraft)
    .reduce((world, entry) => fold(world, entry), emptyWorld());
}

/**
 * The kernel's own decision under the policy Aegis ships with (`policies/default.yaml`). Rows have no history, so nothing they say was
 * quoted from anywhere and the rules about origins stay silent.
 */
export async function shippedPolicy(): Promise<EffectOf> {
  const text = readFileSync(new URL('../policies/default.yaml', import.meta.url), 'utf8');
  const compiled = await compilePolicy(text, (path) => {
    throw new Error(`the shipped policy names a file: ${path}`);
  });
  if (!compiled.ok) throw new Error(`the shipped policy does not compile: ${JSON.stringify(compiled.faults)}`);
  const world = freshWorld();
  return (call, { findings, facts }) => {
    const action = {
      ...WHO,
      id: 'row',
      kind: call.kind,
      name: call.name,
      args: call.args,
      argsDigest: '0'.repeat(64),
      claims: {},
      traces: [],
      findings,
      facts,
      door: 'http',
      enforcement: 'advisory',
      at: AT,
    };
    return decide(action as unknown as Action, world, compiled.policy, CONTEXT).effect;
  };
}
