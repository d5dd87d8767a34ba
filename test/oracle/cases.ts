import type { Action } from '../../src/kernel/action.ts';
import { decide } from '../../src/kernel/decide.ts';
import type { EntryDraft } from '../../src/kernel/entry.ts';
import { fold } from '../../src/kernel/fold.ts';
import { ledgersOf } from '../../src/kernel/ledger.ts';
import type { Policy, Voice } from '../../src/kernel/policy.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import type { World } from '../../src/kernel/world.ts';
import { action, compiled, DAY, decided, draft, id, manifestsOf, policy, REGISTERED } from '../kernel/samples.ts';
import type { PolicyParts } from '../kernel/samples.ts';
import { Dice, times } from './dice.ts';
import type { ActionParts, Place, Subject } from './law.ts';
import { LAWS } from './laws.ts';
import { randomManifest } from './laws/manifest.ts';
import { AGENTS, DIGESTS, SESSIONS, TOOLS } from './names.ts';

/** Manifests are compiled once: their files are read as text. */
const MANIFESTS = times(256, (i) => {
  const dice = new Dice(1_000_003 * (i + 1));
  return manifestsOf({ one: randomManifest(dice) })
    .values()
    .next().value;
});

function randomManifests(dice: Dice): Policy['manifests'] {
  const named = dice.some(AGENTS, 0.2).map((agent) => [id<never>(agent), MANIFESTS[dice.upTo(MANIFESTS.length)]] as const);
  return new Map(named.flatMap(([agent, manifest]) => (manifest === undefined ? [] : [[agent, manifest] as const])));
}

/** A voice no document could write: it may throw, and talk nonsense (DEC-5). */
function voice(dice: Dice, n: number): Voice {
  const effect = dice.chance(0.1) ? dice.pick(['throw', 'odd', 'deny']) : dice.pick(['allow', 'modify', 'modify', 'ask', 'defer', 'deny']);
  const code = dice.pick(['CONDITION', 'MY_OWN', 'ANOTHER', 'BUDGET_EXCEEDED']);
  const tool = dice.pick(TOOLS);
  const pointer = dice.maybe(0.7, () => ({ pointer: dice.pick(['/x', '/y']) }));
  const always = dice.chance(0.1);
  const speak = (one: Action): unknown => {
    if (!always && one.name !== tool) return null;
    if (effect === 'throw') throw new Error('broken');
    return { effect, code, message: `voice ${String(n)}`, ...pointer, ...(effect === 'modify' ? { args: { x: 1, y: 2 } } : {}) };
  };
  return { rule: `${dice.pick(['rule', 'cedar'])}:${String(n)}`, speak: speak as Voice['speak'] };
}

const ignore = (): void => undefined;

/** The kernel must hold under settings a check would have refused as useless too, so faults of the document are ignored. */
export function randomPolicy(dice: Dice): Policy {
  if (dice.locky && dice.chance(0.7)) return policy();
  const parts = Object.assign({}, ...LAWS.map((law) => law.settings?.(dice))) as PolicyParts;
  const manifests = randomManifests(dice);
  const voices = times(dice.chance(0.5) ? 0 : dice.upTo(5), (n) => voice(dice, n));
  return { ...compiled(parts, ignore), manifests, voices };
}

export function randomAction(dice: Dice, at: number, n: number): Action {
  const parts: readonly ActionParts[] = LAWS.map((law) => law.action?.(dice, n) ?? {});
  const claims = Object.assign({}, ...parts.map((part) => part.claims)) as object;
  const base = { id: `x${String(n)}`, session: dice.pick(SESSIONS), args: { x: 'abc', y: 1 }, argsDigest: dice.pick(DIGESTS), at };
  return action({ ...base, ...(Object.assign({}, ...parts) as ActionParts), claims });
}

const ENTRIES = LAWS.flatMap((law) => law.entries ?? []);
const WEIGHT = ENTRIES.reduce((sum, [weight]) => sum + weight, 0);

function randomEntry(dice: Dice, at: number, n: number): EntryDraft {
  const agent = dice.pick(AGENTS);
  const place: Place = { at, agent, session: dice.chance(0.6) ? (SESSIONS[AGENTS.indexOf(agent)] ?? 's1') : dice.pick(SESSIONS), n };
  let left = dice.next() * WEIGHT;
  const [, make] = ENTRIES.find(([weight]) => (left -= weight) < 0) ?? ENTRIES[0] ?? [0, () => draft('lock-released', { resource: 'r', fence: 0 })];
  return make(dice, place);
}

function settled(dice: Dice, { agent, at }: Action, n: number): EntryDraft {
  const usage = {
    ...dice.maybe(0.5, () => ({ usdMicros: dice.pick([0, 3, 30, -4, Number.NaN]) })),
    ...dice.maybe(0.3, () => ({ tokens: dice.upTo(60) })),
  };
  const state = dice.maybe(0.5, () => ({ stateDigest: id<never>(dice.pick(['z', 'z', 'y'])) }));
  const body = {
    action: id<never>(`x${String(n)}`),
    status: 'succeeded' as const,
    usage,
    ...state,
    source: 'tool_output' as const,
    trusted: false,
    prints: [],
    findings: [],
  };
  return draft('action-settled', body, { agent, at });
}

/** Agents, sessions and people. */
function peopled(dice: Dice, at: number): World {
  let now = emptyWorld();
  for (const [i, agent] of AGENTS.entries()) {
    const terms = {
      ...REGISTERED,
      maxPriority: dice.pick([5, 10]),
      ...dice.maybe(0.4, () => ({ team: 't' })),
      ...dice.maybe(0.1, () => ({ sessionBudgetUsdMicros: 30 })),
    };
    now = fold(now, draft('agent-registered', terms, { at, agent }));
    now = fold(now, draft('session-opened', { salt: 's' }, { at, agent, session: SESSIONS[i] ?? 's1' }));
    // Everybody may have one of the first's name.
    if (i > 0 && dice.chance(0.5)) now = fold(now, draft('session-opened', { salt: 's' }, { at, agent, session: 's1' }));
  }
  for (const operator of ['o1', 'o2'])
    now = fold(now, draft('operator-added', { operator: id(operator), role: 'operator', name: operator, keyDigest: id(`k${operator}`) }, { at }));
  if (dice.chance(0.05)) now = fold(now, draft('session-closed', { reason: 'r' }, { at, agent: 'a3', session: 's3' }));
  if (dice.chance(0.03)) now = fold(now, draft('agent-revoked', { agent: id('a3'), reason: 'r' }, { at }));
  return now;
}

/** Mostly an action is in its agent's own session. */
function athome(dice: Dice, one: Action): Action {
  const home = SESSIONS[AGENTS.indexOf(one.agent as never)];
  return dice.chance(0.9) ? { ...one, session: id(home ?? 's1') } : one;
}

/** A world with a past: decisions taken by the kernel itself, settlements, approvals, halts. */
export function randomWorld(dice: Dice, rules: Policy): { readonly now: World; readonly at: number } {
  let at = DAY + dice.upTo(10) * 1_000;
  let now = peopled(dice, at);
  const steps = dice.upTo(20);
  for (let n = 0; n < steps; n++) {
    at += dice.pick([0, 400, 900, 2_000, 2_000, 20_000]);
    if (dice.chance(0.3)) now = fold(now, randomEntry(dice, at, n));
    const one = athome(dice, randomAction(dice, at, n));
    const decision = decide(one, now, rules, { approval: id(`ap${String(n)}`), askDigest: id('d') });
    now = fold(now, decided(one, decision, ledgersOf(one, now, rules)));
    if (dice.chance(dice.locky ? 0.1 : 0.4)) now = fold(now, settled(dice, one, n));
  }
  return { now, at };
}

export function randomCase(seed: number): Subject {
  const dice = new Dice(seed);
  const rules = randomPolicy(dice);
  const { now, at } = randomWorld(dice, rules);
  const placed = athome(dice, randomAction(dice, at + dice.pick([0, 500, 6_000]), 99));
  const granted = [...now.approvals.entries()].find(([, approval]) => approval.status === 'granted');
  if (granted === undefined || !dice.chance(0.5)) return { action: placed, world: now, policy: rules };
  const [redeems, approval] = granted;
  const redeeming = {
    ...placed,
    redeems,
    agent: approval.agent,
    session: approval.session,
    name: approval.tool,
    argsDigest: approval.editedArgsDigest ?? approval.argsDigest,
  };
  return { action: redeeming, world: now, policy: rules };
}
