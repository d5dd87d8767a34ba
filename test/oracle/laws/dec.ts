import { ACTION_KINDS } from '../../../src/kernel/action.ts';
import type { HaltScope } from '../../../src/kernel/entry.ts';
import { CATEGORIES, RISKS } from '../../../src/kernel/finding.ts';
import { draft, id, micro } from '../../kernel/samples.ts';
import type { PolicyParts } from '../../kernel/samples.ts';
import type { Dice } from '../dice.ts';
import { has, need, sessionIn, whole } from '../law.ts';
import type { ActionParts, Law, Subject, Word } from '../law.ts';
import { AGENTS, perAgent, someNames, TOOLS } from '../names.ts';

const DETECTORS = ['sql', 'shell', 'pii', 'secret'] as const;
/** The law's own order, lowest first. */
const RISK = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

const between = (value: number | undefined, low: number, high: number): boolean => value === undefined || (value >= low && value <= high);

/** DEC-9, DEC-17 */
function halted({ action, world, policy }: Subject): Word[] {
  const words: Word[] = [];
  const agent = world.agents.get(action.agent);
  const session = sessionIn(world, action);
  const since = action.at - (policy.autoHalt?.windowMs ?? 0);
  const recent = agent?.denials?.filter((denial) => denial.at > since).length ?? 0;
  if (agent === undefined) words.push({ effect: 'deny', code: 'UNKNOWN_AGENT' });
  else if (agent.revoked || recent >= (policy.autoHalt?.violations ?? Infinity)) words.push({ effect: 'deny', code: 'HALTED' });
  if (session?.closed !== false) words.push({ effect: 'deny', code: 'SESSION_CLOSED' });
  const stopped = world.halts.some(({ scope }) => {
    if (scope.kind === 'session') return scope.id === action.session && [undefined, action.agent].includes(scope.agent);
    return scope.kind === 'all' || scope.id === action.agent;
  });
  if (stopped) words.push({ effect: 'deny', code: 'HALTED' });
  return words;
}

/** DEC-10 */
function claimed({ action, world }: Subject): Word[] {
  const { priority, complexity, confidence, usdMicros, tokens } = action.claims;
  const words: Word[] = [];
  const claim = action.resource;
  const claimOk = claim === undefined || (whole(claim.slots) && claim.slots > 0 && whole(claim.ttlMs) && claim.ttlMs > 0);
  const ok = between(priority, 1, 10) && between(complexity, 1, 10) && between(confidence, 0, 1) && whole(usdMicros) && whole(tokens) && claimOk;
  if (!ok) words.push({ effect: 'deny', code: 'INVALID_ACTION' });
  const cap = world.agents.get(action.agent)?.registered.maxPriority ?? Infinity;
  if ((priority ?? 0) > cap) words.push({ effect: 'deny', code: 'INVALID_ACTION' });
  return words;
}

/** DEC-19 */
function intended({ action, policy }: Subject): Word[] {
  const words: Word[] = [];
  const { intent, priority } = action.claims;
  const { costCeilingUsdMicros, blocked, priorityFloors, blockedAgents } = policy.intents;
  if (costCeilingUsdMicros !== null && need(action, policy).usdMicros > costCeilingUsdMicros) words.push({ effect: 'deny', code: 'BUDGET_EXCEEDED' });
  const texts = intent === undefined ? [action.name] : [action.name, intent];
  if (has(blockedAgents, action.agent)) words.push({ effect: 'deny', code: 'INTENT_BLOCKED' });
  if (blocked.some(({ matches }) => texts.some(matches))) words.push({ effect: 'deny', code: 'INTENT_BLOCKED' });
  const tooLow = priorityFloors.some(({ matches, min }) => texts.some(matches) && (priority ?? 1) < min);
  if (tooLow) words.push({ effect: 'deny', code: 'PRIORITY_TOO_LOW' });
  return words;
}

/** DEC-13 */
function found({ action, policy, world }: Subject): Word[] {
  const words: Word[] = [];
  const precision = policy.precision.get(action.agent) ?? policy.precision.get('*');
  for (const finding of action.findings) {
    const rule = policy.detectors.get(finding.detector);
    if (rule === undefined || (finding.inspected && finding.confidence < rule.threshold)) continue;
    const category = finding.category;
    if (
      precision !== undefined &&
      (has(precision.allowTools, action.name) || (category !== undefined && precision.allowCategories.includes(category)))
    )
      continue;
    const reaches = (bar: string | null): boolean => bar !== null && RISK.indexOf(finding.risk) >= RISK.indexOf(bar);
    const code = finding.inspected ? 'FINDING' : 'UNINSPECTABLE';
    if (reaches(rule.deny)) words.push({ effect: 'deny', code });
    else if (reaches(rule.ask)) words.push({ effect: 'ask', code });
    if (rule.redact && (world.semantics < 3 || !finding.inspected || finding.confidence >= 0.5)) words.push({ effect: 'modify', code: 'REDACTED' });
  }
  return words;
}

/** DEC-20 */
function listed({ action, policy }: Subject): Word[] {
  const lists = policy.agents.get(action.agent);
  if (lists === undefined) return [];
  if (has(lists.block, action.name)) return [{ effect: 'deny', code: 'TOOL_BLOCKED' }];
  return has(lists.review, action.name) ? [{ effect: 'ask', code: 'APPROVAL_REQUIRED' }] : [];
}

function settings(dice: Dice): PolicyParts {
  const detectors = dice.some(DETECTORS, 0.7).map((name) => [
    name,
    {
      deny: dice.chance(0.5) ? dice.pick(RISKS) : 'off',
      ask: dice.chance(0.5) ? dice.pick(RISKS) : 'off',
      threshold: dice.pick([0, 0.5]),
      redact: dice.chance(0.2),
    },
  ]);
  return {
    default: dice.pick(['allow', 'allow', 'allow', 'ask', 'deny']),
    agents: perAgent(dice, 0.2, () => ({ allow: someNames(dice), review: someNames(dice), block: dice.chance(0.3) ? someNames(dice) : [] })),
    intents: {
      ...dice.maybe(0.1, () => ({ costCeilingUsd: micro(15) })),
      blocked: dice.chance(0.1) ? ['withdraw'] : [],
      priorityFloors: dice.chance(0.1) ? [{ pattern: 'withdraw', min: 6 }] : [],
      blockedAgents: dice.some(AGENTS, 0.02),
    },
    detectors: Object.fromEntries(detectors) as PolicyParts['detectors'] & object,
    precision: Object.fromEntries(
      dice
        .some(['a1', '*'], 0.1)
        .map((agent) => [agent, { allowTools: someNames(dice), allowCategories: dice.some(CATEGORIES, 0.2), auditOnly: dice.chance(0.3) }]),
    ),
    autoHalt: dice.chance(0.3) ? { violations: 2, windowMs: 20_000 } : 'off',
    audit_only: dice.chance(0.05),
    kinds: dice.chance(0.95) ? [...ACTION_KINDS] : ['tool'],
  };
}

function action(dice: Dice, n: number): ActionParts {
  return {
    agent: dice.chance(0.99) ? dice.pick(AGENTS) : 'nobody',
    kind: dice.pick(['tool', 'tool', 'tool', 'tool', 'tool', 'model', 'egress', 'process', 'memory']),
    door: n % 3 === 0 ? 'llm' : 'http',
    name: dice.pick(TOOLS),
    claims: {
      ...dice.maybe(0.3, () => ({ intent: dice.pick(['pay rent', 'Withdraw-Funds now']) })),
      ...dice.maybe(0.3, () => ({ priority: dice.chance(0.05) ? dice.pick([10, 11, 0, Number.NaN]) : dice.pick([1, 3, 5]) })),
      ...dice.maybe(0.1, () => ({ complexity: dice.chance(0.1) ? 12 : 7 })),
      ...dice.maybe(0.3, () => ({ confidence: dice.chance(0.03) ? 1.5 : dice.pick([0.2, 0.9]) })),
    },
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
  };
}

export const laws: readonly Law[] = [
  {
    read: halted,
    always: true,
    entries: [
      [
        0.2,
        (dice, place) => {
          const scope = dice.pick<HaltScope>([
            { kind: 'all' },
            { kind: 'agent', id: id('a2') },
            { kind: 'session', id: id('s3') },
            { kind: 'session', id: id('s1'), agent: id('a2') },
          ]);
          return draft('agent-halted', { scope, reason: 'r', cause: 'operator' }, place);
        },
      ],
      [2.3, (_dice, place) => draft('agent-resumed', { scope: { kind: 'all' }, reason: 'r' }, place)],
    ],
  },
  { read: claimed, action },
  { read: intended, settings },
  { read: found },
  {
    read: listed,
    examples: [
      {
        title: '[DEC-20] a tool to review is asked, and a blocked one denied whatever else the lists say of it',
        settings: { agents: { a1: { allow: ['read_*'], review: ['read_thing'] } } },
        expected: 'ask APPROVAL_REQUIRED',
      },
    ],
  },
];
