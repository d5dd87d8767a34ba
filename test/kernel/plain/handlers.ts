import type { EntryBodies, EntryDraft, EntryType, HaltScope, LabelledPrint, ShownTool } from '../../../src/kernel/entry.ts';
import { canonicalResource } from '../../../src/kernel/resource-id.ts';
import { SEMANTICS } from '../../../src/kernel/semantics.ts';
import { changeSemantics, keyOf, nameOf, sameSession } from './owners.ts';
import { addPrints, countHeld, countRate, dropHolders, Named, noteViolation, priorityOf, noteEnd } from './state.ts';
import type { Loose, Plain, PlainLock, PlainSession, Sums } from './state.ts';

type Placed = EntryDraft & { readonly index: number };
type Handler<T extends EntryType> = (now: Plain, body: EntryBodies[T], entry: Placed) => void;

const FIELDS = ['usdMicros', 'tokens', 'toolCalls', 'modelCalls', 'steps'] as const;
const sums = (of: (field: keyof Sums) => number): Sums => Object.fromEntries(FIELDS.map((field) => [field, of(field)])) as Sums;
const whole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const samePlace = (a: HaltScope, b: { kind: string; id?: string; agent?: string }): boolean =>
  a.kind === b.kind && (a.kind === 'all' || (a.id === b.id && (a.kind === 'agent' || a.agent === b.agent)));

/** A key stays with whom it was first given. */
function giveKey(now: Plain, key: string | undefined, holder: Loose): void {
  if (key === undefined) return;
  const known = now.keys.get(key);
  const who = (one: Loose): unknown => (one['role'] === 'agent' ? `agent ${String(one['agent'])}` : `operator ${String(one['operator'])}`);
  if (known === undefined || who(known) === who(holder)) now.keys.set(key, holder);
}

function openSession(now: Plain, { agent, session: id }: { agent?: string; session?: string }): PlainSession | undefined {
  const name = nameOf(now, agent, id);
  const session = name === undefined ? undefined : now.sessions.get(name);
  return session?.closed === false ? session : undefined;
}

const remembered = (prints: readonly LabelledPrint[], own: boolean): LabelledPrint[] =>
  prints.map((print) => ({ ...print, provenance: own ? 'reference' : 'quoted' }));

function learn(
  now: Plain,
  entry: Placed,
  body: { source: string; trusted: boolean; prints: readonly LabelledPrint[]; findings: readonly { detector: string; risk: string; code: string }[] },
  where: { agent?: string; session?: string; name?: string } = entry,
): void {
  const place = openSession(now, where);
  const bad = body.findings.find(
    ({ detector, risk }) => (detector === 'injection' && (risk === 'HIGH' || risk === 'CRITICAL')) || (detector === 'unicode' && risk === 'CRITICAL'),
  );
  if (
    place !== undefined &&
    bad !== undefined &&
    now.semantics >= 3 &&
    !body.trusted &&
    body.source !== 'user_input' &&
    place['injected'] === undefined
  )
    place['injected'] = { source: entry.index, label: body.source, finding: bad.code, ...(where.name === undefined ? {} : { tool: where.name }) };
  const prints = body.source === 'memory_read' ? remembered(body.prints, false) : body.prints;
  if (place !== undefined) addPrints(place, prints, { labels: [body.source], trusted: body.trusted, source: entry.index });
}

function trust(now: Plain, body: { prints: readonly string[] }, entry: Placed): void {
  const { index } = entry;
  const place = openSession(now, entry);
  if (place === undefined) return;
  const unknown = body.prints.filter((print) => !place.prints.has(print)).map((print) => ({ print: print as never, provenance: 'quoted' as const }));
  addPrints(place, unknown, { labels: [], trusted: true, source: index });
  for (const print of body.prints) {
    const known = place.prints.get(print);
    if (known !== undefined) place.prints.set(print, { ...known, trusted: true });
  }
}

function pending(now: Plain, agent: string, by: number): void {
  const state = now.agents.get(agent);
  if (state !== undefined) state.pendingApprovals = Math.max(0, state.pendingApprovals + by);
}

function end(now: Plain, id: string, status: string): void {
  const known = now.approvals.get(id);
  const from = status === 'consumed' ? ['granted'] : ['pending', 'granted'];
  if (known === undefined || !from.includes(known.status)) return;
  if (known.status === 'pending') pending(now, known.agent, -1);
  known.status = status;
  now.queues.approvals.push(id);
}

/** ASK-8, read a second time. */
function standing(now: Plain, approval: { grantedBy: string[]; approvers: readonly string[] }): string[] {
  if (now.semantics < 2) return [...approval.grantedBy];
  return approval.grantedBy.filter((name) => {
    const operator = now.operators.get(name);
    const { approvers } = approval;
    const named = approvers.length === 0 || approvers.includes(name) || approvers.includes(operator?.role ?? '');
    return operator === undefined || (operator.role !== 'auditor' && operator.active && named);
  });
}

function lockOf(now: Plain, resource: string, slots: number): PlainLock {
  const known = now.locks.get(resource);
  if (known !== undefined) return known;
  const lock = { slots, holders: [], waiting: [] };
  now.locks.set(resource, lock);
  now.queues.sweep.push(`lock:${resource}`);
  return lock;
}

function takeLock(now: Plain, resource: string, { slots, holder }: { slots: number; holder: PlainLock['holders'][number] }): void {
  const lock = lockOf(now, resource, slots);
  for (const other of lock.holders) if (other.expiresAt <= now.at) countHeld(now, other.agent, -1);
  lock.slots = slots;
  lock.holders = [...lock.holders.filter((other) => other.expiresAt > now.at), holder];
  lock.waiting = lock.waiting.filter((waiter) => !sameSession(now, waiter, holder) && waiter.until > now.at);
  countHeld(now, holder.agent, 1);
  const session = now.sessions.get(keyOf(now, holder.agent, holder.session));
  if (session !== undefined) session.waitsFor = (session.waitsFor ?? []).filter((name) => name !== resource);
}

function waitForLock(now: Plain, resource: string, asker: { agent: string; session: string; priority: number; slots: number }): void {
  const { slots, ...who } = asker;
  const known = now.locks.get(resource)?.waiting ?? [];
  const mine = known.find((waiter) => sameSession(now, waiter, who));
  const others = known.filter((waiter) => waiter.until > now.at && !sameSession(now, waiter, who));
  if (mine === undefined && others.length >= 64) return;
  const lock = lockOf(now, resource, slots);
  lock.waiting = [...others, { ...who, since: mine?.since ?? now.at, until: now.at + 10_000 }];
  lock.waiting.sort((a, b) => a.since - b.since || ([a.session, a.agent].join('\n') < [b.session, b.agent].join('\n') ? -1 : 1));
  const session = now.sessions.get(keyOf(now, who.agent, who.session));
  if (session === undefined) return;
  const before = session.waitsFor ?? [];
  session.waitsFor = before.includes(resource) ? before : [...before.slice(-15), resource];
}

const until = (at: number, ttlMs: number): number => at + (Number.isSafeInteger(ttlMs) && ttlMs > 0 ? ttlMs : 0);

interface Deciding {
  readonly body: EntryBodies['action-decided'];
  readonly agent: string;
  readonly session: string;
  readonly entry: Placed;
  readonly resource: string | undefined;
}

function runs(now: Plain, { body, agent, session, entry, resource }: Deciding): void {
  const { action, decision, ledgers } = body;
  if (decision.effect !== 'allow' && decision.effect !== 'modify') return;
  for (const key of ledgers) {
    const ledger = now.ledgers.get(key) ?? { spent: sums(() => 0), reserved: sums(() => 0) };
    if (!now.ledgers.has(key) && /\/(?:hour|day|month)\/[0-9T-]+$/.test(key)) now.queues.sweep.push(`ledger:${key}`);
    now.ledgers.set(key, { ...ledger, reserved: sums((field) => ledger.reserved[field] + decision.reserve[field]) });
  }
  const { id, name, argsDigest } = action;
  const { index, at } = entry;
  countRate(now, { agent, name, at, calls: 1, tokens: decision.reserve.tokens });
  const place = openSession(now, { agent, session });
  if (place !== undefined) place.calls = [...place.calls.slice(-63), { action: id, name, argsDigest, at, state: null }];
  for (const { rule } of decision.reasons) {
    const grant = rule.startsWith('grant:') ? now.grants.get(rule.slice(6)) : undefined;
    if (grant !== undefined && ++grant.used >= grant.uses) now.grants.delete(rule.slice(6));
  }
  if (action.resource === undefined || resource === undefined || decision.fence === undefined) return;
  const { slots, ttlMs } = action.resource;
  const priority = priorityOf(now, agent, action);
  takeLock(now, resource, { slots, holder: { agent, session, action: id, fence: index, priority, expiresAt: at + ttlMs } });
}

function asks(now: Plain, { body: { action, decision }, agent, session, entry: { index } }: Deciding): void {
  if (decision.effect !== 'ask' || now.approvals.has(decision.ask.approval)) return;
  const { approval, digest, approvers, quorum, expiresAt } = decision.ask;
  const asked = { action: action.id, agent, session, tool: action.name, argsDigest: action.argsDigest };
  now.approvals.set(approval, { ...asked, digest, index, expiresAt, quorum, approvers, grantedBy: [], status: 'pending' });
  pending(now, agent, 1);
}

function waits(now: Plain, { body: { action, decision }, agent, session, resource }: Deciding): void {
  if (action.resource === undefined || resource === undefined || !decision.reasons.some(({ code }) => code === 'LOCK_HELD')) return;
  waitForLock(now, resource, { agent, session, priority: priorityOf(now, agent, action), slots: action.resource.slots });
}

const decided: Handler<'action-decided'> = (now, body, entry) => {
  const { agent, session, index, at } = entry;
  const { action, decision, ledgers } = body;
  if (agent === undefined || session === undefined) return;
  const key = keyOf(now, agent, action.id);
  const known = now.actions.get(key);
  if (known !== undefined && known.decision.effect !== 'ask' && known.decision.effect !== 'defer') return;
  const resource = action.resource === undefined ? undefined : canonicalResource(action.resource.resource);
  const deciding: Deciding = { body, agent, session, entry, resource };
  if (decision.effect === 'allow' || decision.effect === 'modify') runs(now, deciding);
  if (decision.effect === 'ask') asks(now, deciding);
  if (decision.effect === 'defer') waits(now, deciding);
  if (decision.effect === 'deny') noteViolation(now, agent, body, at);
  const settled = decision.effect === 'deny';
  const state = { agent, session, argsDigest: action.argsDigest, name: action.name, index, decision, ledgers, settled };
  now.actions.set(key, resource === undefined ? state : { ...state, resource });
  if (known === undefined) now.queues.decided.push(key);
  if (settled) now.queues.finished.push(key);
};

const settled: Handler<'action-settled'> = (now, body, entry) => {
  if (entry.agent === undefined && now.semantics >= 3) return;
  const key = keyOf(now, entry.agent ?? '', body.action);
  const known = now.actions.get(key);
  if (known === undefined || known.settled || (known.decision.effect !== 'allow' && known.decision.effect !== 'modify')) return;
  const { reserve } = known.decision;
  const { usdMicros, tokens } = body.usage;
  const charge = { ...reserve, ...(whole(usdMicros) ? { usdMicros } : {}), ...(whole(tokens) ? { tokens } : {}) };
  known.settled = true;
  const { ledgers } = known;
  known.ledgers = [];
  const over = sums((field) => Math.max(0, charge[field] - reserve[field]));
  for (const key of ledgers) {
    const ledger = now.ledgers.get(key);
    if (ledger === undefined) continue;
    ledger.spent = sums((field) => ledger.spent[field] + charge[field]);
    ledger.reserved = sums((field) => Math.max(0, ledger.reserved[field] - reserve[field]));
    const before = ledger.overrun;
    if (FIELDS.some((field) => over[field] > 0)) ledger.overrun = sums((field) => (before?.[field] ?? 0) + over[field]);
  }
  now.queues.finished.push(key);
  const place = known as unknown as { agent: string; session: string; name: string; resource?: string };
  const more = charge.tokens - reserve.tokens;
  if (whole(more) && more > 0) countRate(now, { agent: place.agent, name: place.name, at: entry.at, calls: 0, tokens: more });
  if (place.resource !== undefined)
    dropHolders(now, place.resource, (holder) => holder.action === body.action && (now.semantics < 3 || holder.agent === place.agent));
  const state = body.stateDigest ?? (body.errorCode === undefined ? null : `error:${body.errorCode}`);
  noteEnd(openSession(now, place)?.calls ?? [], { ...body, state }, now.semantics);
  learn(now, entry, body, place);
};

/** One tool of one agent, replaced by what `to` makes of it; nothing where there is no room. */
function showTool(now: Plain, { agent }: Placed, { server, tool }: ShownTool, to: (known: Loose | undefined) => Loose): void {
  if (agent === undefined) return;
  const mine = now.tools.get(agent) ?? [];
  const at = mine.findIndex((one) => one['server'] === server && one['tool'] === tool);
  if (at < 0 && mine.length >= 1_024) return;
  mine[at < 0 ? mine.length : at] = { server, tool, ...to(mine[at]) };
  now.tools.set(agent, mine);
}

const definition = ({ identity, program, digest, fingerprint }: ShownTool): Loose => ({
  identity,
  digest,
  fingerprint,
  ...(program === undefined ? {} : { program }),
});

const people: { readonly [T in EntryType]?: Handler<T> } = {
  'operator-added': (now, { operator, role, name, keyDigest }) => {
    now.operators.set(operator, { role, name, active: true });
    giveKey(now, keyDigest, { role, operator });
  },
  'operator-removed': (now, { operator }) => {
    const known = now.operators.get(operator);
    if (known === undefined) return;
    known.active = false;
    for (const [key, holder] of now.keys) if (holder['operator'] === operator) now.keys.delete(key);
    for (const approval of now.approvals.values()) {
      if (now.semantics < 2 || (approval.status !== 'pending' && approval.status !== 'granted')) continue;
      approval.grantedBy = approval.grantedBy.filter((name) => name !== operator);
    }
  },
  'approval-granted': (now, { approval, by, editedArgsDigest }, { at }) => {
    const known = now.approvals.get(approval);
    if (known?.status !== 'pending' || at >= known.expiresAt) return;
    const votes = known.editedArgsDigest === editedArgsDigest ? standing(now, known) : [];
    known.grantedBy = votes.includes(by) ? votes : [...votes, by];
    delete known.editedArgsDigest;
    if (editedArgsDigest !== undefined) known.editedArgsDigest = editedArgsDigest;
    if (known.grantedBy.length < known.quorum) return;
    known.status = 'granted';
    pending(now, known.agent, -1);
  },
  'approval-refused': (now, { approval }) => end(now, approval, 'refused'),
  'approval-expired': (now, { approval }) => end(now, approval, 'expired'),
  'approval-consumed': (now, { approval }) => end(now, approval, 'consumed'),
  'approval-voided': (now, { approval }) => end(now, approval, 'voided'),
  'grant-issued': (now, { grant }) => {
    if (now.grants.has(grant.id)) return;
    now.grants.set(grant.id, { ...grant, used: 0 });
    now.queues.sweep.push(`grant:${grant.id}`);
  },
  'grant-revoked': (now, { grant }) => void now.grants.delete(grant),
};

const agents: { readonly [T in EntryType]?: Handler<T> } = {
  'agent-registered': (now, body, { agent, at }) => {
    if (agent === undefined) return;
    const known = now.agents.get(agent);
    const old = known?.registered.keyDigest;
    if (old !== undefined && old !== body.keyDigest) now.keys.delete(old);
    now.agents.set(agent, { ...(known ?? { firstSeen: at, revoked: false, violations: [], pendingApprovals: 0 }), registered: body });
    giveKey(now, body.keyDigest, { role: 'agent', agent });
  },
  'agent-halted': (now, { scope, reason }, { index }) => {
    if (!now.halts.some((halt) => samePlace(scope, halt.scope))) now.halts.push({ scope, reason, index });
  },
  'agent-resumed': (now, { scope }) => {
    now.halts = now.halts.filter((halt) => !samePlace(scope, halt.scope));
    const seen = scope.kind === 'session' && scope.agent !== undefined ? openSession(now, { agent: scope.agent, session: scope.id }) : undefined;
    if (seen !== undefined) delete seen['injected'];
    const state = scope.kind === 'agent' ? now.agents.get(scope.id) : undefined;
    if (state === undefined) return;
    state.violations = [];
    if (now.semantics >= 3) state.denials = [];
  },
  'agent-revoked': (now, { agent }) => {
    const state = now.agents.get(agent);
    if (state !== undefined) state['revoked'] = true;
  },
  'tool-pinned': (now, body, entry) => showTool(now, entry, body, () => ({ pinned: definition(body), doubted: null })),
  'tool-quarantined': (now, body, entry) =>
    showTool(now, entry, body, (known) => ({ pinned: known?.['pinned'] ?? null, doubted: { ...definition(body), doubts: body.doubts } })),
  'tool-forgotten': (now, { server, tool }, { agent }) => {
    const mine = agent === undefined ? undefined : now.tools.get(agent);
    if (agent === undefined || mine === undefined) return;
    const left = mine.filter((one) => one['server'] !== server || one['tool'] !== tool);
    if (left.length === 0) now.tools.delete(agent);
    else now.tools.set(agent, left);
  },
};

const sessions: { readonly [T in EntryType]?: Handler<T> } = {
  'session-opened': (now, { salt, parent, parentAgent }, { agent, session, at }) => {
    const key = nameOf(now, agent, session);
    if (agent === undefined || key === undefined || now.sessions.has(key)) return;
    const from = parent === undefined ? undefined : now.sessions.get(keyOf(now, parentAgent ?? agent, parent));
    now.sessions.set(key, {
      agent,
      salt: from?.['salt'] ?? salt,
      ...(parent === undefined ? {} : { parent }),
      ...(parentAgent === undefined ? {} : { parentAgent }),
      openedAt: at,
      closed: false,
      calls: [],
      prints: new Named(from?.prints ?? []),
      overflowed: from?.overflowed ?? false,
      ...(from?.['injected'] === undefined ? {} : { injected: from['injected'] }),
      ...(from?.printOrder === undefined ? {} : { printOrder: [...from.printOrder] }),
    });
    now.queues.opened.push(key);
  },
  'session-closed': (now, _body, { agent, session }) => {
    const key = nameOf(now, agent, session);
    const known = openSession(now, { agent: agent ?? '', session: session ?? '' });
    if (known === undefined || key === undefined) return;
    known.closed = true;
    known.calls = [];
    known.prints = new Named();
    delete known.printOrder;
    delete known.waitsFor;
    delete known['injected'];
    now.queues.closed.push(key);
  },
  'content-labelled': (now, body, entry) => learn(now, entry, body),
  'memory-labelled': (now, { operation, labels, prints }, entry) => {
    const { index } = entry;
    const place = openSession(now, entry);
    if (operation !== 'read' || place === undefined) return;
    const own = labels.length > 0 && labels.every((label) => label === 'user_input');
    const all = [...new Set<string>([...labels, 'memory_read'])].sort();
    addPrints(place, remembered(prints, own), { labels: all, trusted: false, source: index });
  },
  'value-sanitised': trust,
  'value-endorsed': trust,
};

const locks: { readonly [T in EntryType]?: Handler<T> } = {
  'lock-granted': (now, { resource, slots, ttlMs, priority, action }, { agent, session, index, at }) => {
    if (agent === undefined || session === undefined) return;
    const holder = { agent, session, ...(action === undefined ? {} : { action }), fence: index, priority, expiresAt: until(at, ttlMs) };
    takeLock(now, canonicalResource(resource), { slots, holder });
  },
  'lock-renewed': (now, { resource, fence, ttlMs }, { at }) => {
    for (const holder of now.locks.get(canonicalResource(resource))?.holders ?? []) {
      if (holder.fence === fence && holder.expiresAt > at) holder.expiresAt = until(at, ttlMs);
    }
  },
  'lock-released': (now, { resource, fence }) => dropHolders(now, canonicalResource(resource), (holder) => holder.fence === fence),
  'lock-evicted': (now, { resource, fence }) => dropHolders(now, canonicalResource(resource), (holder) => holder.fence === fence),
};

export const handlers: { readonly [T in EntryType]?: Handler<T> } = {
  ...people,
  ...agents,
  ...sessions,
  ...locks,
  'gate-opened': (now, { semantics, epoch }) => {
    now.epoch = Math.max(now.epoch, epoch);
    changeSemantics(now, [1, 2, SEMANTICS].includes(semantics) ? semantics : SEMANTICS);
  },
  'policy-activated': (now, { digest }) => void (now.policy = digest),
  'budget-set': (now, { ledger, limit }) => void now.limits.set(ledger, limit),
  'action-decided': decided,
  'action-settled': settled,
};
