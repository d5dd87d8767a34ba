import type { ActionRecord, EntryBodies, LabelledPrint } from '../../../src/kernel/entry.ts';

/** Records without a shape of their own: what `fold` keeps, as JSON. */
export type Loose = Record<string, unknown>;

/** A key that is no text is a body that makes no sense. */
export class Named<V> extends Map<string, V> {
  override get(key: string): V | undefined {
    return super.get(checked(key));
  }
  override has(key: string): boolean {
    return super.has(checked(key));
  }
  override set(key: string, value: V): this {
    return super.set(checked(key), value);
  }
  override delete(key: string): boolean {
    return super.delete(checked(key));
  }
}

export function checked(key: unknown): string {
  if (typeof key !== 'string') throw new TypeError('a key that is no text');
  return key;
}

export interface PlainSession extends Loose {
  agent: string;
  closed: boolean;
  calls: { action: string; name: string; argsDigest: string; at: number; state: string | null; answer?: string }[];
  prints: Named<{ provenance: 'typed' | 'reference' | 'quoted'; labels: readonly string[]; trusted: boolean; source: number }>;
  overflowed: boolean;
  printOrder?: string[];
  waitsFor?: string[];
}
export interface PlainLock {
  slots: number;
  holders: { agent: string; session: string; action?: string; fence: number; priority: number; expiresAt: number }[];
  waiting: { agent: string; session: string; priority: number; since: number; until: number }[];
}
export interface PlainApproval extends Loose {
  action: string;
  agent: string;
  expiresAt: number;
  quorum: number;
  approvers: readonly string[];
  grantedBy: string[];
  editedArgsDigest?: string;
  status: string;
}
interface PlainAgent extends Loose {
  registered: { maxPriority: number; keyDigest?: string };
  violations: number[];
  denials?: { at: number; code: string; name: string; argsDigest: string }[];
  pendingApprovals: number;
  locks?: number;
}

/** The facts, in ordinary maps and lists that are changed where they lie. */
export interface Plain {
  size: number;
  at: number;
  epoch: number;
  semantics: number;
  policy: string | null;
  halts: { scope: { kind: string; id?: string; agent?: string }; reason: string; index: number }[];
  operators: Named<{ role: string; name: string; active: boolean }>;
  keys: Named<Loose>;
  agents: Named<PlainAgent>;
  sessions: Named<PlainSession>;
  actions: Named<Loose & { agent: string; settled: boolean; decision: EntryBodies['action-decided']['decision']; ledgers: readonly string[] }>;
  approvals: Named<PlainApproval>;
  grants: Named<{ used: number; uses: number; expiresAt: number }>;
  ledgers: Named<{ spent: Sums; reserved: Sums; overrun?: Sums }>;
  limits: Named<unknown>;
  rates: Named<{ second: number; calls: number[]; tokens: number[] }>;
  locks: Named<PlainLock>;
  tools: Named<Loose[]>;
  queues: Record<'decided' | 'finished' | 'approvals' | 'opened' | 'closed' | 'sweep', string[]>;
}
export type Sums = Record<'usdMicros' | 'tokens' | 'toolCalls' | 'modelCalls' | 'steps', number>;

export function startOf(semantics: number): Plain {
  return {
    size: 0,
    at: 0,
    epoch: 0,
    semantics,
    policy: null,
    halts: [],
    operators: new Named(),
    keys: new Named(),
    agents: new Named(),
    sessions: new Named(),
    actions: new Named(),
    approvals: new Named(),
    grants: new Named(),
    ledgers: new Named(),
    limits: new Named(),
    rates: new Named(),
    locks: new Named(),
    tools: new Named(),
    queues: { decided: [], finished: [], approvals: [], opened: [], closed: [], sweep: [] },
  };
}

/** RATE-1, as a ring of sixty seconds. */
export function countRate(now: Plain, call: { agent: string; name: string; at: number; calls: number; tokens: number }): void {
  const second = Math.floor(call.at / 1000);
  for (const key of [`agent ${call.agent}`, `agent ${call.agent} ${call.name}`, 'tenant', `tenant ${call.name}`]) {
    let window = now.rates.get(key);
    if (window === undefined) now.queues.sweep.push(`rate:${key}`);
    if (window === undefined || second - window.second >= 60)
      window = { second, calls: Array<number>(60).fill(0), tokens: Array<number>(60).fill(0) };
    for (let s = window.second + 1; s <= second; s++) window.calls[s % 60] = window.tokens[s % 60] = 0;
    window.second = Math.max(window.second, second);
    const at = window.second % 60;
    window.calls[at] = (window.calls[at] ?? 0) + call.calls;
    window.tokens[at] = (window.tokens[at] ?? 0) + call.tokens;
    now.rates.set(key, window);
  }
}

const STRENGTH = { quoted: 0, reference: 1, typed: 2 } as const;
const MOST_PRINTS = 16_384;

/** TAINT-4, TAINT-8 */
export function addPrints(
  session: PlainSession,
  prints: readonly LabelledPrint[],
  from: { labels: readonly string[]; trusted: boolean; source: number },
): void {
  for (const { print, provenance } of prints) {
    if (typeof print !== 'string' || STRENGTH[provenance] === undefined) continue;
    if ((print as string) === '*') {
      if (from.trusted || session.overflowed) continue;
      session.overflowed = true;
      session.printOrder ??= [];
      continue;
    }
    const known = session.prints.get(print);
    if (known === undefined) {
      session.prints.set(print, { provenance, ...from });
      session.printOrder = [...(session.printOrder ?? []), print];
      if (session.prints.size <= MOST_PRINTS) continue;
      session.prints.delete(session.printOrder.shift() ?? '');
      session.overflowed = true;
      continue;
    }
    const missing = from.labels.some((label) => !known.labels.includes(label));
    const labels = missing ? [...new Set([...known.labels, ...from.labels])].sort() : known.labels;
    const better = STRENGTH[provenance] > STRENGTH[known.provenance];
    const best = better ? { provenance, source: from.source } : { provenance: known.provenance, source: known.source };
    session.prints.set(print, { ...best, labels, trusted: known.trusted || from.trusted });
  }
}

export function dropHolders(now: Plain, resource: string, match: (holder: PlainLock['holders'][number]) => boolean): void {
  const lock = now.locks.get(resource);
  if (lock === undefined) return;
  for (const { agent } of lock.holders.filter(match)) countHeld(now, agent, -1);
  lock.holders = lock.holders.filter((holder) => !match(holder));
  lock.waiting = lock.waiting.filter((waiter) => waiter.until > now.at);
  if (lock.holders.length + lock.waiting.length === 0) now.locks.delete(resource);
}

export function countHeld(now: Plain, agent: string, by: number): void {
  const state = now.agents.get(agent);
  if (state !== undefined) state.locks = Math.max(0, (state.locks ?? 0) + by);
}

const VIOLATIONS = [
  ...['PERMISSION_UNDECLARED', 'TOOL_BLOCKED', 'FS_DENY', 'SECRET_DENY', 'EGRESS_DENY', 'EXEC_DENY'],
  ...['TAINTED_TO_HIGH_RISK', 'INTENT_BLOCKED', 'FINDING'],
];

/** DEC-17 */
export function noteViolation(now: Plain, agent: string, { action, decision }: EntryBodies['action-decided'], at: number): void {
  const state = now.agents.get(agent);
  if (state === undefined || decision.effect !== 'deny') return;
  const found = decision.reasons.filter(({ effect, code }) => effect === 'deny' && VIOLATIONS.includes(code));
  if (now.semantics < 3) {
    if (found.length > 0) state.violations = [...state.violations.slice(-63), at];
    return;
  }
  const critical = action.findings.filter(({ risk }) => risk === 'CRITICAL').map(({ detector }) => `detector:${detector}`);
  const code = found.find((reason) => reason.code !== 'FINDING' || critical.includes(reason.rule))?.code;
  if (code === undefined) return;
  const { name, argsDigest } = action;
  const others = (state.denials ?? []).filter((one) => one.name !== name || one.argsDigest !== argsDigest);
  state.denials = [...others.slice(-63), { at, code, name, argsDigest }];
}

export function priorityOf(now: Plain, agent: string, action: ActionRecord): number {
  return Math.min(action.claims.priority ?? 5, now.agents.get(agent)?.registered.maxPriority ?? 5);
}

/** LOOP-4, LOOP-5 */
export function noteEnd(
  calls: PlainSession['calls'],
  { action, state, resultDigest }: { action: string; state: string | null; resultDigest?: string },
  semantics: number,
): void {
  for (const call of calls) {
    if (call.action !== action) continue;
    if (state !== null) call.state = state;
    if (semantics >= 3 && resultDigest !== undefined) call.answer = resultDigest.slice(0, 16);
  }
}
