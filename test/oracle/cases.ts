import { ACTION_KINDS } from '../../src/kernel/action.ts';
import type { Action } from '../../src/kernel/action.ts';
import { decide } from '../../src/kernel/decide.ts';
import { fold } from '../../src/kernel/fold.ts';
import type { EntryDraft, LabelledPrint } from '../../src/kernel/entry.ts';
import { ACCESSES, CATEGORIES, OPERATIONS, RISKS } from '../../src/kernel/finding.ts';
import { ledgersOf } from '../../src/kernel/ledger.ts';
import { LEDGER_PERIODS, LEDGER_SCOPES, LOOP_EFFECTS, QUOTED_EFFECTS, RATE_SCOPES, SINKS } from '../../src/kernel/policy.ts';
import type { Policy } from '../../src/kernel/policy.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import type { World } from '../../src/kernel/world.ts';
import { action, DAY, decided, draft, facts, id, names, policy, REGISTERED } from '../kernel/samples.ts';

/** mulberry32: one number in, one stream of choices out, so that a failing case is named by its seed. */
export class Dice {
  #state: number;
  /** Whether this case is about locks. */
  readonly locky: boolean;
  constructor(seed: number) {
    this.#state = seed >>> 0;
    this.locky = this.chance(0.1);
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  upTo(n: number): number {
    return Math.floor(this.next() * n);
  }
  chance(share: number): boolean {
    return this.next() < share;
  }
  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.upTo(items.length)] ?? items[0];
  }
  some<T>(items: readonly T[], share: number): T[] {
    return items.filter(() => this.chance(share));
  }
  maybe<T extends object>(share: number, make: () => T): T | object {
    return this.chance(share) ? make() : {};
  }
}

const TOOLS = ['a', 'b', 'c_x', 'withdraw_funds'] as const;
const AGENTS = ['a1', 'a2', 'a3'] as const;
const SESSIONS = ['s1', 's2', 's3', 's4'] as const;
const DIGESTS = ['1', '2'] as const;
const DETECTORS = ['sql', 'shell', 'pii', 'secret'] as const;
const PRINTS = ['p1', 'p2', 'p3', 'p4', 'p5'] as const;
const LABELS = ['user_input', 'tool_output', 'retrieved_doc', 'model_output'] as const;
const AUTHORITIES = ['recipient', 'amount', 'url', 'command'] as const;
const RESOURCES = ['wallet:x', 'file:/y'] as const;

function nameSet(dice: Dice): ReturnType<typeof names> {
  return names(...dice.some([...TOOLS, 'c_*', '*'], 0.2));
}

function voice(dice: Dice, n: number): unknown {
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
  return { rule: `${dice.pick(['rule', 'cedar'])}:${String(n)}`, speak };
}

function manifest(dice: Dice): unknown {
  return {
    name: 'm',
    version: '1',
    publisher: 'p',
    digest: 'x',
    tools: names(...dice.some(TOOLS, 0.7)),
    readRoots: dice.some(['/', '/data', 'src', '.'], 0.5),
    writeRoots: dice.some(['/tmp', '/data/out', '~/work'], 0.5),
    domains: dice.some(['x.example', '*.y.example'], 0.6),
    secrets: dice.some(['KEY'], 0.5),
    bins: dice.some(['git', 'ls'], 0.6),
    argPatterns: dice.chance(0.3) ? [(argv: string): boolean => argv.startsWith('git ')] : [],
    approvalRequired: names(...dice.some(TOOLS, 0.1)),
    budgets: {
      maxSteps: dice.pick([2, 24]),
      maxToolCalls: dice.pick([1, 12]),
      maxWallTimeMs: dice.pick([5_000, 120_000]),
      maxOutputBytes: 1,
      timeoutMs: 1,
    },
  };
}

function perAgent<T>(dice: Dice, share: number, make: () => T): Map<string, T> {
  return new Map(dice.some(AGENTS, share).map((agent) => [agent, make()]));
}

function budget(dice: Dice, n: number): unknown {
  return {
    id: `b${String(n)}`,
    scope: dice.pick(LEDGER_SCOPES),
    period: dice.pick(LEDGER_PERIODS),
    ...dice.maybe(0.2, () => ({ agents: names('a1') })),
    limit: {
      ...dice.maybe(0.6, () => ({ usdMicros: dice.upTo(120) })),
      ...dice.maybe(0.2, () => ({ tokens: dice.upTo(200) })),
      ...dice.maybe(0.2, () => ({ toolCalls: 2 + dice.upTo(8) })),
      ...dice.maybe(0.1, () => ({ steps: 2 + dice.upTo(8) })),
      ...dice.maybe(0.05, () => ({ wallMs: dice.upTo(20_000) })),
    },
  };
}

function times<T>(n: number, make: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => make(i));
}

export function randomPolicy(dice: Dice): Policy {
  if (dice.locky && dice.chance(0.7)) return policy({ fallback: 'allow' });
  const matches = (text: string): boolean => text.includes('withdraw');
  return policy({
    fallback: dice.pick(['allow', 'allow', 'allow', 'ask', 'deny']),
    agents: perAgent(dice, 0.2, () => ({ allow: nameSet(dice), review: nameSet(dice), block: dice.chance(0.3) ? nameSet(dice) : names() })),
    manifests: perAgent(dice, 0.2, () => manifest(dice)),
    voices: times(dice.chance(0.5) ? 0 : dice.upTo(5), (n) => voice(dice, n)),
    intents: {
      costCeilingUsdMicros: dice.chance(0.1) ? 15 : null,
      blocked: dice.chance(0.1) ? [{ pattern: 'withdraw', matches }] : [],
      priorityFloors: dice.chance(0.1) ? [{ pattern: 'withdraw', matches, min: 6 }] : [],
      blockedAgents: names(...dice.some(AGENTS, 0.02)),
    },
    detectors: new Map(
      dice.some(DETECTORS, 0.7).map((detector) => [
        detector,
        {
          deny: dice.chance(0.5) ? dice.pick(RISKS) : null,
          ask: dice.chance(0.5) ? dice.pick(RISKS) : null,
          threshold: dice.pick([0, 0.5]),
          redact: dice.chance(0.2),
        },
      ]),
    ),
    budgets: times(dice.chance(0.5) ? 0 : dice.upTo(3), (n) => budget(dice, n)),
    rates: times(dice.upTo(2), (n) => ({
      id: `r${String(n)}`,
      scope: dice.pick(RATE_SCOPES),
      tool: nameSet(dice),
      ...dice.maybe(0.7, () => ({ callsPerMinute: dice.upTo(8) })),
      ...dice.maybe(0.3, () => ({ tokensPerMinute: dice.upTo(100) })),
      ...dice.maybe(0.4, () => ({ total: true })),
    })),
    loops: {
      identical: dice.chance(0.4) ? { max: 1 + dice.upTo(3), windowMs: dice.pick([3_000, 60_000]) } : null,
      sequences: dice.chance(0.5),
      noProgress: dice.chance(0.4) ? 1 + dice.upTo(3) : null,
      effect: dice.pick(LOOP_EFFECTS),
    },
    taint: {
      sinks: dice.some(SINKS, 0.6),
      untrusted: dice.some(LABELS.slice(1), 0.7),
      quoted: dice.pick(QUOTED_EFFECTS),
      authority: dice.some(AUTHORITIES, 0.8),
    },
    approvals: {
      aboveUsdMicros: dice.chance(0.2) ? dice.upTo(20) : null,
      confidenceBelow: dice.chance(0.2) ? 0.7 : null,
      intents: dice.some(['withdraw funds'], 0.2),
      timeoutMs: 10_000,
      quorum: 1 + dice.upTo(2),
      approvers: [],
      maxPendingPerAgent: dice.pick([1, 5]),
    },
    models: dice.some([{ model: 'm1', tier: 1, usdMicrosPerMillionInput: 10_000, usdMicrosPerMillionOutput: 50_000 }], 0.5),
    precision: new Map(
      dice
        .some(['a1', '*'], 0.1)
        .map((agent) => [
          agent,
          { allowTools: nameSet(dice), allowCategories: dice.some(CATEGORIES, 0.2), categoryOf: new Map(), auditOnly: dice.chance(0.3) },
        ]),
    ),
    autoHalt: dice.chance(0.3) ? { violations: 2, windowMs: 20_000 } : null,
    auditOnly: dice.chance(0.05),
    kinds: dice.chance(0.95) ? ACTION_KINDS : ['tool'],
  });
}

function claims(dice: Dice): object {
  return {
    ...dice.maybe(0.3, () => ({ intent: dice.pick(['pay rent', 'Withdraw-Funds now']) })),
    ...dice.maybe(0.3, () => ({ priority: dice.chance(0.05) ? dice.pick([10, 11, 0, Number.NaN]) : dice.pick([1, 3, 5]) })),
    ...dice.maybe(0.1, () => ({ complexity: dice.chance(0.1) ? 12 : 7 })),
    ...dice.maybe(0.3, () => ({ confidence: dice.chance(0.03) ? 1.5 : dice.pick([0.2, 0.9]) })),
    ...dice.maybe(0.5, () => ({ usdMicros: dice.chance(0.03) ? dice.pick([-1, 0.5]) : dice.pick([0, 5, 20, 5, 7]) })),
    ...dice.maybe(0.3, () => ({ tokens: dice.chance(0.03) ? -3 : dice.pick([0, 10, 90]) })),
    ...dice.maybe(0.3, () => ({ model: dice.pick(['m1', 'm2']) })),
    ...dice.maybe(0.05, () => ({ priceUnknown: true })),
  };
}

export function randomAction(dice: Dice, at: number, n: number): Action {
  return action({
    id: `x${String(n)}`,
    agent: dice.chance(0.99) ? dice.pick(AGENTS) : 'nobody',
    session: dice.pick(SESSIONS),
    kind: dice.pick(['tool', 'tool', 'tool', 'tool', 'tool', 'model', 'egress', 'process', 'memory']),
    door: n % 3 === 0 ? 'llm' : 'http',
    name: dice.pick(TOOLS),
    args: { x: 'abc', y: 1 },
    argsDigest: dice.pick(DIGESTS),
    claims: claims(dice),
    facts: facts({
      categories: dice.some(CATEGORIES, 0.12),
      operations: dice.some(OPERATIONS, 0.2),
      hosts: dice.some(['x.example', 'a.y.example', 'y.example', 'z.example'], 0.1),
      paths: dice.some(['/data/in', '/data/out/../x', '/database', 'src/a', '../up', '~/code/b', '/tmp/./q'], 0.1).map((path) => ({
        path,
        access: dice.pick(ACCESSES),
        pointer: '/x',
      })),
      commands: dice.some(['git', 'ls', 'rm', ''], 0.08).map((bin) => ({ bin, argv: [bin, 'x'], dynamic: dice.chance(0.2), pointer: '/x' })),
    }),
    findings: dice.some(DETECTORS, 0.06).map((detector) => ({
      detector,
      code: 'SEEN',
      risk: dice.pick(RISKS),
      pointer: '/x',
      evidence: 'e',
      confidence: dice.pick([0.2, 1]),
      inspected: dice.chance(0.8),
      ...dice.maybe(0.4, () => ({ category: dice.pick(CATEGORIES) })),
      ...dice.maybe(0.3, () => ({ targets: [{ kind: 'resource', value: 'KEY' }] })),
    })),
    traces: times(dice.upTo(3), (i) => ({
      pointer: `/x/${String(i)}`,
      whole: dice.pick(PRINTS),
      ...dice.maybe(0.6, () => ({ authority: dice.pick(AUTHORITIES) })),
      parts: times(dice.upTo(2), () => ({ authority: dice.pick(AUTHORITIES), print: dice.pick(PRINTS) })),
    })),
    ...dice.maybe(0.25, () => ({
      resource: {
        resource: dice.pick(RESOURCES),
        slots: dice.chance(0.02) ? 0 : dice.locky ? 1 : dice.pick([1, 1, 1, 2]),
        ttlMs: dice.locky ? 60_000 : dice.pick([500, 5_000, 30_000]),
      },
    })),
    ...dice.maybe(0.03, () => ({ redeems: `ap${String(dice.upTo(20))}` })),
    ...dice.maybe(0.04, () => ({ server: dice.pick(['m1', 'm2']), toolDigest: dice.pick(DIGESTS) })),
    at,
  });
}

function event(dice: Dice, at: number, n: number): EntryDraft {
  const place = { at, agent: dice.pick(AGENTS), session: dice.pick(SESSIONS) };
  const approval = id<never>(`ap${String(dice.upTo(20))}`);
  const by = id<never>(dice.pick(['o1', 'o2']));
  const prints: LabelledPrint[] = dice
    .some(PRINTS, 0.4)
    .map((print) => ({ print: id<never>(print), provenance: dice.pick<LabelledPrint['provenance']>(['typed', 'reference', 'quoted', 'quoted']) }));
  if (dice.chance(0.1)) {
    const shown = {
      server: dice.pick(['m1', 'm2']),
      identity: id<never>('i'),
      tool: dice.pick(TOOLS),
      digest: id<never>(dice.pick(DIGESTS)),
      fingerprint: [],
    };
    if (dice.chance(0.1)) return draft('tool-forgotten', { server: shown.server, tool: shown.tool, by: id<never>('o1') }, place);
    if (dice.chance(0.8)) return draft('tool-pinned', { ...shown, why: 'first-seen' }, place);
    return draft('tool-quarantined', { ...shown, doubts: ['TOOL_CHANGED'] }, place);
  }
  const kind = dice.upTo(14);
  if (kind < 4) {
    const body = { approval, by, channel: 'c', reason: 'r', ...dice.maybe(0.2, () => ({ editedArgsDigest: id<never>(dice.pick(DIGESTS)) })) };
    return draft('approval-granted', body, place);
  }
  if (kind === 4) return draft('approval-consumed', { approval, action: id<never>('x') }, place);
  if (kind === 5) return draft('approval-refused', { approval, by, channel: 'c', reason: 'r' }, place);
  if (kind < 9)
    return draft('content-labelled', { source: dice.pick(LABELS), trusted: dice.chance(0.2), prints, findings: [], contentDigest: id('c') }, place);
  if (kind === 9) {
    const grant = { id: `g${String(n)}`, agent: place.agent, tool: dice.pick(TOOLS), uses: 1 + dice.upTo(2), expiresAt: at + 5_000 };
    return draft(
      'grant-issued',
      {
        by,
        grant: {
          ...grant,
          ...dice.maybe(0.5, () => ({ argsDigest: dice.pick(DIGESTS) })),
          ...dice.maybe(0.3, () => ({ session: place.session })),
        } as never,
      },
      place,
    );
  }
  if (kind === 10) return draft('operator-removed', { operator: by, reason: 'left' }, place);
  if (kind === 11 && dice.chance(0.2))
    return draft(
      'agent-halted',
      {
        scope: dice.pick<object>([{ kind: 'all' }, { kind: 'agent', id: 'a2' }, { kind: 'session', id: 's3' }]) as never,
        reason: 'r',
        cause: 'operator',
      },
      place,
    );
  if (kind === 12 && dice.chance(0.5))
    return draft(
      'budget-set',
      { ledger: dice.pick(['tenant', 'agent/a1', 'agent/a1/day', 'session/s1', 'team/t']), limit: { usdMicros: dice.upTo(60) }, reason: 'r' },
      place,
    );
  return draft('agent-resumed', { scope: { kind: 'all' }, reason: 'r' }, place);
}

function settled(dice: Dice, at: number, n: number): EntryDraft {
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
  return draft('action-settled', body, { at });
}

/** A world with a past: agents, sessions, decisions taken by the kernel itself, settlements, approvals, halts. */
export function randomWorld(dice: Dice, rules: Policy): { readonly now: World; readonly at: number } {
  let at = DAY + dice.upTo(10) * 1_000;
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
  }
  for (const operator of ['o1', 'o2'])
    now = fold(now, draft('operator-added', { operator: id(operator), role: 'operator', name: operator, keyDigest: id(`k${operator}`) }, { at }));
  if (dice.chance(0.05)) now = fold(now, draft('session-closed', { reason: 'r' }, { at, session: 's3' }));
  if (dice.chance(0.03)) now = fold(now, draft('agent-revoked', { agent: id('a3'), reason: 'r' }, { at }));
  const steps = dice.upTo(20);
  const owner = (one: Action): Action =>
    dice.chance(0.9) ? ({ ...one, session: id<never>(SESSIONS[AGENTS.indexOf(one.agent as never)] ?? 's1') } as Action) : one;
  for (let n = 0; n < steps; n++) {
    at += dice.pick([0, 400, 900, 2_000, 2_000, 20_000]);
    if (dice.chance(0.3)) now = fold(now, event(dice, at, n));
    const one = owner(randomAction(dice, at, n));
    const decision = decide(one, now, rules, { approval: id(`ap${String(n)}`), askDigest: id('d') });
    now = fold(now, decided(one, decision, ledgersOf(one, now, rules)));
    if (dice.chance(dice.locky ? 0.1 : 0.4)) now = fold(now, settled(dice, at, n));
  }
  return { now, at };
}

export function randomCase(seed: number): { readonly action: Action; readonly world: World; readonly policy: Policy } {
  const dice = new Dice(seed);
  const rules = randomPolicy(dice);
  const { now, at } = randomWorld(dice, rules);
  const one = randomAction(dice, at + dice.pick([0, 500, 6_000]), 99);
  const home = SESSIONS[AGENTS.indexOf(one.agent as never)];
  const placed = dice.chance(0.9) && home !== undefined ? ({ ...one, session: home } as unknown as Action) : one;
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
