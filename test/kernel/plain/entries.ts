import type { EntryBodies, EntryDraft, EntryType } from '../../../src/kernel/entry.ts';
import type { Dice } from '../../oracle/dice.ts';
import { draft, REGISTERED } from '../samples.ts';

const AGENTS = ['a1', 'a2', 'a3', 'a/4'] as const;
const SESSIONS = ['s1', 's2', 's3', 's4', 's5', 's/6'] as const;
const PRINTS = ['p1', 'p2', 'p3', 'p4', 'p5', '*'] as const;
const PROVENANCES = ['typed', 'reference', 'quoted', 'quoted', 'odd'] as const;
const LABELS = ['user_input', 'tool_output', 'retrieved_doc', 'memory_read'] as const;
const RESOURCES = ['wallet:x', 'file:/y', 'file:/z'] as const;
const LEDGERS = ['tenant', 'agent/a1', 'agent/a1/day', 'session/s1', 'session/a1~s1', 'team/t/hour'] as const;

/** Actions and approvals that are decided here and there have these names, so that entries meet. */
export const NAMES = 30;

const HALF = { usdMicros: 1, tokens: 2, toolCalls: 1, modelCalls: 0, steps: 1 };
/** Bodies that make no sense, some of them only after half of their facts would have been taken. */
const NONSENSE = [
  null,
  {},
  7,
  'x',
  [],
  { action: null },
  { action: { id: 'x1' }, decision: { effect: 'allow', reserve: null, reasons: [] }, ledgers: ['tenant', null] },
  { action: { id: 'x2', name: 'a', argsDigest: '1', claims: {} }, decision: { effect: 'allow', reserve: HALF, reasons: [{}] }, ledgers: ['tenant'] },
  { prints: [{ print: 'p1', provenance: 'typed' }, null], source: 'user_input', trusted: true },
  { approval: null },
  { scope: null },
  { ledger: null },
  { resource: null },
] as const;
const ANY = [
  'action-decided',
  'action-settled',
  'approval-granted',
  'session-opened',
  'lock-granted',
  'content-labelled',
  'budget-set',
  '__proto__',
] as const;

interface Placed {
  readonly dice: Dice;
  readonly at: number;
  readonly n: number;
}

type Body<T extends EntryType> = { readonly [K in keyof EntryBodies[T]]: unknown };
type Make = <T extends EntryType>(type: T, body: Body<T>) => EntryDraft;

function prints(dice: Dice): unknown[] {
  return dice.some(PRINTS, 0.4).map((print) => ({ print, provenance: dice.pick(PROVENANCES) }));
}

function aboutAgents({ dice, n }: Placed, make: Make): readonly [EntryDraft, ...EntryDraft[]] {
  const scope = dice.pick<unknown>([
    { kind: 'all' },
    { kind: 'agent', id: 'a2' },
    { kind: 'session', id: 's3' },
    { kind: 'session', id: 's3', agent: 'a1' },
  ]);
  const operator = dice.pick(['o1', 'o2', 'o3']);
  const extra = { ...dice.maybe(0.5, () => ({ keyDigest: `k${String(dice.upTo(8))}` })), ...dice.maybe(0.5, () => ({ team: 't' })) };
  const shown = { server: dice.pick(['m1', 'm2']), identity: 'i', tool: dice.pick(['a', 'b']), digest: dice.pick(['1', '2']), fingerprint: [] };
  return [
    make('gate-opened', { version: '1', semantics: dice.pick([1, 2, 3, 3, 99, -1]), epoch: dice.upTo(9) }),
    make('operator-added', { operator, role: dice.pick(['operator', 'admin', 'auditor']), name: operator, keyDigest: `k${String(dice.upTo(5))}` }),
    make('operator-removed', { operator, reason: 'r' }),
    make('agent-registered', { ...REGISTERED, maxPriority: dice.pick([5, 10]), ...extra }),
    make('agent-registered', REGISTERED),
    make('agent-halted', { scope, reason: 'r', cause: 'operator' }),
    make('agent-resumed', { scope, reason: 'r' }),
    make('agent-revoked', { agent: dice.chance(0.1) ? 'a1' : 'nobody', reason: 'r' }),
    make('policy-activated', { digest: `p${String(n)}`, name: 'n', previous: null, documentDigest: 'd' }),
    make('budget-set', { ledger: dice.pick(LEDGERS), limit: { usdMicros: dice.upTo(60) }, reason: 'r' }),
    make('tool-pinned', { ...shown, why: 'first-seen' } as never),
    make('tool-quarantined', { ...shown, doubts: ['TOOL_CHANGED'] }),
    make('tool-forgotten', { server: shown.server, tool: shown.tool, by: 'o1' }),
    make('event-ingested', { eventType: 'x', eventSeq: n, payloadDigest: 'd' }),
  ];
}

function aboutSessions({ dice, n }: Placed, make: Make): readonly [EntryDraft, ...EntryDraft[]] {
  const action = `x${String(dice.upTo(NAMES))}`;
  const usage = { ...dice.maybe(0.5, () => ({ usdMicros: dice.pick([0, 3, 30, -4]) })), ...dice.maybe(0.5, () => ({ tokens: dice.upTo(90) })) };
  const seen = {
    ...dice.maybe(0.5, () => ({ stateDigest: dice.pick(['z', 'y']) })),
    ...dice.maybe(0.2, () => ({ errorCode: 'E' })),
    ...dice.maybe(0.4, () => ({ resultDigest: dice.pick(['r1', 'r2']) })),
  };
  const detector = dice.pick(['injection', 'unicode', 'pii']);
  const findings = dice.some([{ detector, code: 'X', risk: dice.pick(['MEDIUM', 'HIGH', 'CRITICAL']) }], 0.2);
  const from = { source: dice.pick(LABELS), trusted: dice.chance(0.3), prints: prints(dice), findings };
  const plain = { source: 'tool_output', trusted: false, prints: [], findings: [] };
  return [
    make('session-opened', {
      salt: `s${String(n)}`,
      ...dice.maybe(0.4, () => ({ parent: dice.pick(SESSIONS), ...dice.maybe(0.3, () => ({ parentAgent: dice.pick(AGENTS) })) })),
    } as never),
    make('session-opened', { salt: `s${String(n)}` }),
    make('session-opened', { salt: `s${String(n)}` }),
    dice.chance(0.4) ? make('session-closed', { reason: 'r' }) : make('session-opened', { salt: 'q' }),
    make('action-settled', { action, status: 'succeeded', usage, ...seen, ...from }),
    make('action-settled', { action, status: 'failed', usage: {}, ...plain }),
    make('action-settled', { action: `x${String(dice.upTo(NAMES))}`, status: 'failed', usage: {}, ...plain }),
    make('content-labelled', { ...from, contentDigest: 'c' }),
    make('memory-labelled', { key: 'k', operation: dice.pick(['read', 'write']), labels: dice.some(LABELS, 0.3), prints: prints(dice) }),
    make('value-sanitised', { prints: dice.some(PRINTS, 0.3), by: 'o1', method: 'm' }),
    make('value-endorsed', { prints: dice.some(PRINTS, 0.3), by: 'o1', reason: 'r' }),
  ];
}

function aboutWaiting({ dice, at, n }: Placed, make: Make): readonly [EntryDraft, ...EntryDraft[]] {
  const approval = `ap${String(dice.upTo(NAMES))}`;
  const by = dice.pick(['o1', 'o2', 'o3']);
  const fence = dice.upTo(n + 1);
  const grant = `g${String(dice.upTo(6))}`;
  const terms = { agent: dice.pick(AGENTS), tool: dice.pick(['a', 'b']), uses: 1 + dice.upTo(2), expiresAt: at + 5_000 };
  const resource = dice.pick(RESOURCES);
  const ttlMs = dice.pick([500, 5_000, 60_000, -1]);
  const edited = dice.maybe(0.2, () => ({ editedArgsDigest: dice.pick(['1', '2']) }));
  const action = dice.maybe(0.3, () => ({ action: `x${String(dice.upTo(NAMES))}` }));
  return [
    make('approval-granted', { approval, by, channel: 'c', reason: 'r', ...edited }),
    make('approval-granted', { approval, by, channel: 'c', reason: 'r' }),
    make('approval-refused', { approval, by, channel: 'c', reason: 'r' }),
    make('approval-expired', { approval }),
    make('approval-consumed', { approval, action: 'x' }),
    make('approval-voided', { approval, reason: 'r' }),
    make('grant-issued', { by, grant: { id: grant, ...terms } }),
    make('grant-revoked', { grant, by }),
    make('lock-granted', { resource, slots: 1 + dice.upTo(2), ttlMs, priority: dice.upTo(9), ...action }),
    make('lock-renewed', { resource, fence, ttlMs: 5_000 }),
    make('lock-released', { resource, fence }),
    make('lock-evicted', { resource, fence, reason: 'expired' }),
  ];
}

/** Any entry but a decision: of people, sessions, approvals and locks, now and then one that makes no sense or says not where it belongs. */
export function randomEntry(dice: Dice, at: number, n: number): EntryDraft {
  const agent = { agent: dice.chance(0.98) ? dice.pick(AGENTS) : undefined };
  const session = dice.chance(0.98) ? { session: dice.pick(SESSIONS) } : {};
  const make: Make = (type, body) => draft(type, body as never, { at, ...agent, ...session });
  if (dice.chance(0.04)) return make(dice.pick(ANY) as EntryType, dice.pick<unknown>(NONSENSE) as never);
  return dice.pick(dice.pick([aboutAgents, aboutSessions, aboutWaiting])({ dice, at, n }, make));
}
