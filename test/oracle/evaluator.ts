import type { Action } from '../../src/kernel/action.ts';
import type { Effect } from '../../src/kernel/decision.ts';
import type { NameSet, Policy } from '../../src/kernel/policy.ts';
import { REASON_CODES } from '../../src/kernel/reasons.ts';
import type { World } from '../../src/kernel/world.ts';
import { shown } from './shown.ts';

/** A second reading of SPEC.md, plain and slow, sharing no code with the kernel's rules: the effect, and the codes in order. */
export type Verdict = Readonly<{ effect: Effect; codes: readonly string[] }>;

type Case = Readonly<{ action: Action; world: World; policy: Policy }>;
type Word = Readonly<{ effect: Effect; code: string; by?: 'voice' | 'user' }>;

const ORDER: readonly Effect[] = ['deny', 'defer', 'ask', 'modify', 'allow'];
const RISK = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
const FIELDS = ['usdMicros', 'tokens', 'toolCalls', 'modelCalls', 'steps'] as const;

const has = (set: NameSet, name: string): boolean => set.names.has(name) || set.globs.some((glob) => glob(name));
const whole = (value: number | undefined): boolean =>
  value === undefined || (Number.isInteger(value) && value >= 0 && Math.abs(value) <= 2 ** 53 - 1);
const between = (value: number | undefined, low: number, high: number): boolean => value === undefined || (value >= low && value <= high);

/** SPEND-1 */
function need(action: Action, policy: Policy): Record<(typeof FIELDS)[number], number> {
  const { usdMicros = 0, tokens = 0, model } = action.claims;
  const [claimed, count] = [whole(usdMicros) ? usdMicros : 0, whole(tokens) ? tokens : 0];
  const tier = policy.models.find((one) => one.model === model);
  const dearer = tier === undefined ? 0 : Math.max(tier.usdMicrosPerMillionInput, tier.usdMicrosPerMillionOutput);
  const [toolCalls, modelCalls] = [Number(action.kind === 'tool'), Number(action.kind === 'model')];
  return { usdMicros: Math.max(claimed, Math.ceil((count * dearer) / 1e6)), tokens: count, toolCalls, modelCalls, steps: 1 };
}

/** DEC-9, DEC-17 */
function standing({ action, world, policy }: Case): Word[] {
  const words: Word[] = [];
  const agent = world.agents.get(action.agent);
  const session = world.sessions.get(action.session);
  const since = action.at - (policy.autoHalt?.windowMs ?? 0);
  const recent = agent?.violations.filter((time) => time > since).length ?? 0;
  if (agent === undefined) words.push({ effect: 'deny', code: 'UNKNOWN_AGENT' });
  else if (agent.revoked || recent >= (policy.autoHalt?.violations ?? Infinity)) words.push({ effect: 'deny', code: 'HALTED' });
  if (session !== undefined && session.agent !== action.agent) words.push({ effect: 'deny', code: 'INVALID_ACTION' });
  else if (session?.closed !== false) words.push({ effect: 'deny', code: 'SESSION_CLOSED' });
  const halted = world.halts.some(({ scope }) => scope.kind === 'all' || scope.id === (scope.kind === 'agent' ? action.agent : action.session));
  if (halted) words.push({ effect: 'deny', code: 'HALTED' });
  return words;
}

/** DEC-10, DEC-19 */
function claimed({ action, world, policy }: Case): Word[] {
  const { priority, complexity, confidence, usdMicros, tokens, intent } = action.claims;
  const words: Word[] = [];
  const claim = action.resource;
  const claimOk = claim === undefined || (whole(claim.slots) && claim.slots > 0 && whole(claim.ttlMs) && claim.ttlMs > 0);
  const ok = between(priority, 1, 10) && between(complexity, 1, 10) && between(confidence, 0, 1) && whole(usdMicros) && whole(tokens) && claimOk;
  if (!ok) words.push({ effect: 'deny', code: 'INVALID_ACTION' });
  const cap = world.agents.get(action.agent)?.registered.maxPriority ?? Infinity;
  if ((priority ?? 0) > cap) words.push({ effect: 'deny', code: 'PRIORITY_EXCEEDED' });
  const { costCeilingUsdMicros, blocked, priorityFloors, blockedAgents } = policy.intents;
  if (costCeilingUsdMicros !== null && need(action, policy).usdMicros > costCeilingUsdMicros) words.push({ effect: 'deny', code: 'BUDGET_EXCEEDED' });
  const texts = intent === undefined ? [action.name] : [action.name, intent];
  if (has(blockedAgents, action.agent)) words.push({ effect: 'deny', code: 'INTENT_BLOCKED' });
  if (blocked.some(({ matches }) => texts.some(matches))) words.push({ effect: 'deny', code: 'INTENT_BLOCKED' });
  const tooLow = priorityFloors.some(({ matches, min }) => texts.some(matches) && (priority ?? 1) < min);
  if (tooLow) words.push({ effect: 'deny', code: 'PRIORITY_TOO_LOW' });
  return words;
}

function segments(path: string): string[] {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && out.length > 0 && out[out.length - 1] !== '..') out.pop();
    else if (part !== '' && part !== '.' && !(part === '..' && path.startsWith('/'))) out.push(part);
  }
  return out;
}

function inside(path: string, root: string): boolean {
  const inner = segments(path);
  const outer = segments(root);
  if (path.startsWith('/') !== root.startsWith('/') || inner[0] === '..') return false;
  if (outer.length === 0 && !root.startsWith('/') && (inner[0] ?? '').startsWith('~')) return false;
  return outer.every((part, i) => inner[i] === part);
}

/** DEC-11 */
function declared({ action, policy }: Case): Word[] {
  const manifest = policy.manifests.get(action.agent);
  if (manifest === undefined) return [];
  const words: Word[] = [];
  const deny = (code: string): unknown => words.push({ effect: 'deny', code });
  const { facts } = action;
  if (!has(manifest.tools, action.name)) deny('PERMISSION_UNDECLARED');
  for (const { path, access } of facts.paths) {
    const roots = access === 'read' || access === 'execute' ? manifest.readRoots : manifest.writeRoots;
    if (!roots.some((root) => inside(path, root))) deny('FS_DENY');
  }
  for (const host of facts.hosts) {
    const listed = manifest.domains.some((domain) =>
      domain.startsWith('*.') ? host.endsWith(domain.slice(1)) && host !== domain.slice(1) : host === domain,
    );
    if (!listed) deny('EGRESS_DENY');
  }
  if (action.kind === 'egress' && facts.hosts.length === 0) deny('EGRESS_DENY');
  for (const { detector, targets } of action.findings) {
    if (detector === 'secret' && !(targets ?? []).some(({ value }) => manifest.secrets.includes(value))) deny('SECRET_DENY');
  }
  for (const { bin, argv, dynamic } of facts.commands) {
    const matched = manifest.argPatterns.length === 0 || manifest.argPatterns.some((pattern) => pattern(argv.join(' ')));
    if (dynamic || bin === '' || !manifest.bins.includes(bin) || !matched) deny('EXEC_DENY');
  }
  if (facts.commands.length === 0 && facts.categories.includes('shell') && facts.operations.includes('execute')) deny('EXEC_DENY');
  if (has(manifest.approvalRequired, action.name)) words.push({ effect: 'ask', code: 'APPROVAL_REQUIRED' });
  return words;
}

/** DEC-13 */
function found({ action, policy }: Case): Word[] {
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
    if (rule.redact) words.push({ effect: 'modify', code: 'REDACTED' });
  }
  return words;
}

const STAMP: Readonly<Record<string, number>> = { hour: 13, day: 10, month: 7 };

function stemOf(scope: string, { action, world }: Case): string | null {
  const team = world.agents.get(action.agent)?.registered.team;
  if (scope === 'tenant') return 'tenant';
  if (scope === 'team') return team === undefined ? null : `team/${team}`;
  return scope === 'session' ? `session/${action.session}` : `agent/${action.agent}`;
}

const UNBOUNDED = { maxSteps: Infinity, maxToolCalls: Infinity, maxWallTimeMs: Infinity };

/** SPEND-4 */
function unpriced({ action, policy }: Case): boolean {
  const { priceUnknown, usdMicros, tokens, model } = action.claims;
  const priced = tokens !== undefined && policy.models.some((one) => one.model === model);
  return !priced && (priceUnknown === true || (action.kind === 'model' && usdMicros === undefined));
}

type Limit = Partial<Record<(typeof FIELDS)[number] | 'wallMs', number>>;

/** Every limit that applies, with the ledger it holds on. */
function limitsOf(subject: Case): readonly (readonly [string, Limit])[] {
  const { action, world, policy } = subject;
  const out: (readonly [string, Limit])[] = [];
  const stamp = (period: string): string => new Date(action.at).toISOString().slice(0, STAMP[period]);
  const keyOf = (stem: string, period: string): string => (period === 'total' ? stem : `${stem}/${period}/${stamp(period)}`);
  for (const { scope, period, agents, limit } of policy.budgets) {
    const stem = stemOf(scope, subject);
    if (stem !== null && (agents === undefined || has(agents, action.agent))) out.push([keyOf(stem, period), limit]);
  }
  for (const stem of ['session', 'agent', 'team', 'tenant'].map((scope) => stemOf(scope, subject)).filter((one) => one !== null)) {
    for (const period of ['total', 'hour', 'day', 'month']) {
      for (const name of new Set([keyOf(stem, period), period === 'total' ? stem : `${stem}/${period}`]))
        out.push([keyOf(stem, period), world.limits.get(name) ?? {}]);
    }
  }
  const usdMicros = world.agents.get(action.agent)?.registered.sessionBudgetUsdMicros;
  return usdMicros === undefined ? out : [...out, [`session/${action.session}`, { usdMicros }]];
}

/** SPEND-2, SPEND-8 */
function money(subject: Case): Word[] {
  const { action, world, policy } = subject;
  const words: Word[] = [];
  const over = (): unknown => words.push({ effect: 'deny', code: 'BUDGET_EXCEEDED' });
  const want = need(action, policy);
  const session = world.sessions.get(action.session);
  const age = session === undefined ? Number.NEGATIVE_INFINITY : action.at - session.openedAt;
  const stands = (key: string, field: (typeof FIELDS)[number]): number => {
    const ledger = world.ledgers.get(key);
    return (ledger?.spent[field] ?? 0) + (ledger?.reserved[field] ?? 0);
  };
  const limits = limitsOf(subject);
  for (const [key, limit] of limits) {
    for (const field of FIELDS) if (want[field] > 0 && stands(key, field) + want[field] > (limit[field] ?? Infinity)) over();
    if (age >= (limit.wallMs ?? Infinity)) over();
  }
  const limited = policy.intents.costCeilingUsdMicros !== null || limits.some(([, limit]) => limit.usdMicros !== undefined);
  const { maxSteps, maxToolCalls, maxWallTimeMs } = policy.manifests.get(action.agent)?.budgets ?? UNBOUNDED;
  const calls = action.kind === 'tool' ? stands(`session/${action.session}`, 'toolCalls') : -1;
  if (stands(`session/${action.session}`, 'steps') >= maxSteps || age >= maxWallTimeMs || calls >= maxToolCalls) over();
  if (limited && unpriced(subject)) words.push({ effect: 'deny', code: 'PRICE_UNKNOWN' });
  return words;
}

/** RATE-1, RATE-2 */
function rates({ action, world, policy }: Case): Word[] {
  const words: Word[] = [];
  for (const limit of policy.rates) {
    if (limit.total !== true && !has(limit.tool, action.name)) continue;
    const who = limit.scope === 'agent' ? `agent ${action.agent}` : 'tenant';
    const window = world.rates.get(limit.total === true ? who : `${who} ${action.name}`);
    const now = Math.floor(action.at / 1000);
    const newest = window?.second ?? 0;
    const kept = window === undefined ? [] : [...window.older, window].filter(({ second }) => second > now - 60 && second > newest - 60);
    const sum = (kind: 'calls' | 'tokens'): number => kept.reduce((total, one) => total + (one.second <= now ? one[kind] : 0), 0);
    const check = (bound: number | undefined, have: number, want: number): void => {
      if (bound !== undefined && want > 0 && have + want > bound) words.push({ effect: want > bound ? 'deny' : 'defer', code: 'RATE_LIMITED' });
    };
    check(limit.callsPerMinute, sum('calls'), 1);
    check(limit.tokensPerMinute, sum('tokens'), need(action, policy).tokens);
  }
  return words;
}

/** LOOP-1 … LOOP-4 */
function loops({ action, world, policy }: Case): Word[] {
  const { identical, sequences, noProgress, effect } = policy.loops;
  const since = action.at - (identical?.windowMs ?? 60_000);
  const calls = (world.sessions.get(action.session)?.calls ?? []).filter((call) => call.at > since && call.action !== action.id);
  const mark = (call: { name: string; argsDigest: string }): string => `${call.name}\n${call.argsDigest}`;
  const tail = [...calls, action].map(mark);
  let loop = identical !== null && calls.filter((call) => mark(call) === mark(action)).length >= identical.max;
  for (let p = 2; sequences && p <= 7; p++) {
    const [a, b, c] = [tail.slice(-3 * p, -2 * p), tail.slice(-2 * p, -p), tail.slice(-p)];
    const equal = tail.length >= 3 * p && a.join('\n\n') === b.join('\n\n') && b.join('\n\n') === c.join('\n\n');
    if (equal && new Set(c).size > 1) loop = true;
  }
  const last = noProgress === null ? [] : calls.slice(-noProgress);
  const states = new Set(last.map((call) => (call.name === action.name ? call.state : null)));
  if (noProgress !== null && last.length === noProgress && last.length > 0 && states.size === 1 && !states.has(null)) loop = true;
  return loop ? [{ effect, code: 'LOOP_DETECTED' }] : [];
}

const priorityOf = ({ action, world }: Pick<Case, 'action' | 'world'>): number =>
  Math.min(action.claims.priority ?? 5, world.agents.get(action.agent)?.registered.maxPriority ?? 5);

/** LOCK-3 … LOCK-6; the resources of the cases are canonical already. */
function locks({ action, world }: Case): Word[] {
  const claim = action.resource;
  if (claim === undefined) return [];
  const lock = world.locks.get(claim.resource);
  const live = (lock?.holders ?? []).filter((holder) => holder.expiresAt > action.at);
  if (live.some((holder) => holder.action === action.id)) return [];
  const words: Word[] = [];
  if (live.length > 0 && lock?.slots !== claim.slots) words.push({ effect: 'deny', code: 'INVALID_ACTION' });
  if ((world.agents.get(action.agent)?.locks ?? 0) >= 64) words.push({ effect: 'deny', code: 'LOCK_HELD' });
  const waiting = (lock?.waiting ?? []).filter((waiter) => (waiter.until ?? 0) > action.at || waiter.session === action.session);
  const mine = waiting.findIndex((waiter) => waiter.session === action.session);
  const since = mine < 0 ? action.at : (waiting[mine]?.since ?? action.at);
  const priority = priorityOf({ action, world });
  const before = (waiter: { since: number; session: string }): boolean =>
    waiter.since < since || (waiter.since === since && (mine < 0 || waiter.session < action.session));
  const ahead = waiting.filter((waiter, i) => i !== mine && (waiter.priority === priority ? before(waiter) : waiter.priority > priority));
  if (live.length + ahead.length < claim.slots) return words;
  words.push({ effect: 'defer', code: 'LOCK_HELD' });
  const reach = new Set<string>(live.map((holder) => holder.session).filter((session) => session !== action.session));
  for (const session of reach) {
    for (const [, other] of world.locks.entries()) {
      if (!other.waiting.some((waiter) => waiter.session === session && (waiter.until ?? 0) > action.at)) continue;
      for (const holder of other.holders) if (holder.expiresAt > action.at) reach.add(holder.session);
    }
  }
  if (reach.has(action.session)) words.push({ effect: 'deny', code: 'LOCK_DEADLOCK' });
  return words;
}

/** TAINT-3, TAINT-5 */
function taint({ action, world, policy }: Case): Word[] {
  const { categories, operations, commands } = action.facts;
  const reads = operations.length > 0 && operations.every((operation) => operation === 'read');
  const table: [string, boolean][] = [
    ['shell', action.kind === 'process' || categories.includes('shell') || commands.length > 0 || operations.includes('execute')],
    ['payment', (!reads && categories.includes('payment')) || operations.includes('pay')],
    ['communication', !reads && categories.includes('communication')],
    ['network.write', !reads && categories.includes('network')],
    ['file.write', !reads && categories.includes('file')],
    ['database.write', !reads && categories.includes('database')],
    ['memory', !reads && categories.includes('memory')],
    ['admin', (!reads && categories.includes('supply-chain')) || operations.includes('admin') || operations.includes('deploy')],
  ];
  const session = world.sessions.get(action.session);
  if (policy.taint.quoted === 'allow' || !table.some(([sink, is]) => is && policy.taint.sinks.some((one) => one === sink))) return [];
  const bad = (print: string): boolean => {
    const known = session?.prints.get(print as never);
    return known?.provenance === 'quoted' && !known.trusted && known.labels.some((label) => policy.taint.untrusted.includes(label));
  };
  const foreign = action.traces.some(({ authority, whole: print, parts }) => {
    if (authority !== undefined && policy.taint.authority.includes(authority) && bad(print)) return true;
    const known = session?.prints.get(print);
    if (known !== undefined && (known.provenance !== 'quoted' || known.trusted)) return false;
    return parts.some((part) => policy.taint.authority.includes(part.authority) && bad(part.print));
  });
  return foreign ? [{ effect: policy.taint.quoted, code: 'TAINTED_TO_HIGH_RISK' }] : [];
}

/** ASK-1, DEC-20 */
function asked({ action, policy, world }: Case): Word[] {
  const words: Word[] = [];
  const { aboveUsdMicros, confidenceBelow, intents } = policy.approvals;
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const ask = (): unknown => words.push({ effect: 'ask', code: 'APPROVAL_REQUIRED' });
  if (aboveUsdMicros !== null && need(action, policy).usdMicros > aboveUsdMicros) ask();
  if (confidenceBelow !== null && (action.claims.confidence ?? 1) < confidenceBelow) ask();
  if (intents.some((intent) => [action.name, action.claims.intent ?? ''].some((text) => plain(text).includes(plain(intent))))) ask();
  const lists = policy.agents.get(action.agent);
  if (lists !== undefined && has(lists.block, action.name)) words.push({ effect: 'deny', code: 'TOOL_BLOCKED' });
  else if (lists !== undefined && has(lists.review, action.name)) ask();
  return words.concat(shown(action, world));
}

function spoken({ action, world, policy }: Case): (Word & { pointer?: string })[] {
  const broken: Word = { effect: 'deny', code: 'RULE_ERROR' };
  return policy.voices.flatMap((voice): (Word & { pointer?: string })[] => {
    const by = voice.rule.startsWith('rule:') ? ('user' as const) : ('voice' as const);
    try {
      const said = voice.speak(action, world);
      if (said === null) return [];
      if (!ORDER.includes(said.effect) || (said.effect === 'modify' && said.args === undefined)) return [broken];
      return [{ effect: said.effect, code: said.code, by, ...(said.pointer === undefined ? {} : { pointer: said.pointer }) }];
    } catch {
      return [broken];
    }
  });
}

/** DEC-8 */
function fallback({ action, policy }: Case, voices: readonly Word[], words: readonly Word[]): Word[] {
  if (voices.some(({ effect }) => effect === 'allow' || effect === 'ask')) return [];
  const lists = policy.agents.get(action.agent);
  if (lists !== undefined && [lists.allow, lists.review, lists.block].some((set) => has(set, action.name))) return [];
  if (lists !== undefined && `${action.kind} ${action.door}` !== 'model llm') return [{ effect: 'ask', code: 'TOOL_UNLISTED' }];
  const quiet = policy.manifests.has(action.agent) || (policy.fallback === 'allow' && words.length > 0);
  return quiet ? [] : [{ effect: policy.fallback, code: 'DEFAULT' }];
}

/** ASK-3, ASK-6, ASK-7 */
function released({ action, world }: Case, words: Word[]): Word[] {
  const free = (except: readonly string[]): Word[] => [
    ...words.map((word) => (word.effect === 'ask' && !except.includes(word.code) ? { ...word, effect: 'allow' as const } : word)),
    { effect: 'allow', code: 'OK' },
  ];
  if (action.redeems !== undefined) {
    const approval = world.approvals.get(action.redeems);
    const people = new Set((approval?.grantedBy ?? []).filter((by) => world.operators.get(by)?.active !== false));
    const same = approval?.agent === action.agent && approval.session === action.session && approval.tool === action.name;
    const bytes = (approval?.editedArgsDigest ?? approval?.argsDigest) === action.argsDigest;
    const live = approval?.status === 'granted' && approval.expiresAt > action.at && people.size >= approval.quorum;
    return same && bytes && live ? free([]) : [...words, { effect: 'deny', code: 'APPROVAL_INVALID' }];
  }
  const asks = words.filter(({ effect }) => effect === 'ask');
  const seen = ['FINDING', 'UNINSPECTABLE', 'TAINTED_TO_HIGH_RISK'];
  const all = [...world.grants.entries()].map(([, grant]) => grant);
  const mine = all.filter(
    (grant) => grant.agent === action.agent && grant.tool === action.name && grant.used < grant.uses && grant.expiresAt > action.at,
  );
  const same = (named: string | undefined, value: string): boolean => named === undefined || named === value;
  const grants = mine.filter((grant) => same(grant.session, action.session) && same(grant.argsDigest, action.argsDigest));
  if (asks.length > 0 && grants.some((grant) => grant.argsDigest !== undefined)) return free([]);
  if (grants.length > 0 && asks.some(({ code }) => !seen.includes(code))) return free(seen);
  return words;
}

const known = (code: string): number => REASON_CODES.findIndex((one) => one === code);
const rank = ({ code, by }: Word): number => (known(code) >= 0 ? known(code) : known(by === 'user' ? 'CONDITION' : 'VOICE'));
const strictest = (words: readonly Word[]): Effect => ORDER.find((effect) => words.some((word) => word.effect === effect)) ?? 'allow';

export function evaluate(subject: Case): Verdict {
  const { action, world, policy } = subject;
  const governed = policy.kinds.includes(action.kind);
  const voices = governed ? spoken(subject) : [];
  let words: Word[] = standing(subject);
  if (governed) {
    words.push(...claimed(subject), ...declared(subject), ...found(subject), ...money(subject), ...rates(subject), ...loops(subject));
    words.push(...locks(subject), ...taint(subject), ...asked(subject), ...voices);
    words = released(subject, [...words, ...fallback(subject, voices, words)]);
  }
  const changes = voices.filter(({ effect }) => effect === 'modify');
  const places = changes.map(({ pointer }) => pointer);
  const clash = changes.length > 1 && (places.includes(undefined) || new Set(places).size < places.length);
  if (strictest(words) === 'modify' && clash) words = released(subject, [...words, { effect: 'ask', code: 'APPROVAL_REQUIRED' }]);
  if (strictest(words) === 'modify' && clash) words.push({ effect: 'deny', code: 'APPROVAL_REQUIRED' });
  const pending = world.agents.get(action.agent)?.pendingApprovals ?? 0;
  if (strictest(words) === 'ask' && pending >= policy.approvals.maxPendingPerAgent) words.push({ effect: 'deny', code: 'APPROVAL_REQUIRED' });
  if (words.length === 0) words.push({ effect: 'allow', code: 'OK' });
  const sorted = words.toSorted((a, b) => rank(a) - rank(b) || (a.code < b.code ? -1 : Number(a.code > b.code)));
  const codes = [...new Set(sorted.map(({ code }) => code))];
  const shadow = policy.auditOnly || (policy.precision.get(action.agent) ?? policy.precision.get('*'))?.auditOnly === true;
  const hard = ['HALTED', 'UNKNOWN_AGENT', 'SESSION_CLOSED', 'INVALID_ACTION', 'GATE_CLOSED'];
  const held = words.some(({ effect, code }) => effect === 'deny' && hard.includes(code));
  return { effect: shadow && !held ? 'allow' : strictest(words), codes };
}
