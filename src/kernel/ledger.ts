import { AMOUNT_FIELDS } from './amounts.ts';
import type { Action } from './action.ts';
import type { Amounts } from './decision.ts';
import type { Millis } from './ids.ts';
import { isOwned } from './owned.ts';
import { LEDGER_PERIODS, LEDGER_SCOPES } from './policy.ts';
import type { LedgerPeriod, LedgerScope, Policy } from './policy.ts';
import type { Ledger, World } from './world.ts';

/** How long a past period is kept, so that late settlements still land in it. */
export const LEDGER_GRACE_MS = 2 * 86_400_000;

let cachedHour = Number.NaN;
let cached: Readonly<Record<LedgerPeriod, string>> = { total: '', hour: '', day: '', month: '' };

/** Cached by hour: the same answer, cheaper. */
function periodsOf(at: Millis): typeof cached {
  const hour = Math.floor(at / 3_600_000);
  if (hour !== cachedHour) {
    const text = new Date(hour * 3_600_000).toISOString();
    cached = { total: '', hour: `hour/${text.slice(0, 13)}`, day: `day/${text.slice(0, 10)}`, month: `month/${text.slice(0, 7)}` };
    cachedHour = hour;
  }
  return cached;
}

/** `hour/2026-11-21T10`, `day/2026-11-21`, `month/2026-11`, all UTC; empty for `total`. */
export function periodOf(period: LedgerPeriod, at: Millis): string {
  return period === 'total' ? '' : periodsOf(at)[period];
}

function escape(id: string): string {
  return id.includes('/') ? id.replaceAll('/', '%2F') : id;
}

/** `session/a1~s1`, `agent/a1`, `team/t1`, `tenant`; a slash inside an id becomes `%2F`, and no id has a `~`, so that no id can name another ledger. */
export function scopeKey(scope: LedgerScope, action: Pick<Action, 'agent' | 'session'>, world: World): string | null {
  if (scope === 'session') return isOwned(world) ? `session/${escape(action.agent)}~${escape(action.session)}` : `session/${escape(action.session)}`;
  if (scope === 'agent') return `agent/${escape(action.agent)}`;
  if (scope === 'tenant') return 'tenant';
  const team = world.agents.get(action.agent)?.registered.team;
  return team === undefined ? null : `team/${escape(team)}`;
}

/** What a condition reads of its session. Below semantics 3 a slash in the name was not escaped here, so that none was found. */
export function sessionLedger(action: Action, world: World): Ledger | undefined {
  return world.ledgers.get(isOwned(world) ? (scopeKey('session', action, world) ?? '') : `session/${action.session}`);
}

/** Null when the agent has no such scope (no team). */
export function ledgerKey(place: { scope: LedgerScope; period: LedgerPeriod }, action: Action, world: World): string | null {
  const scope = scopeKey(place.scope, action, world);
  if (scope === null) return null;
  return place.period === 'total' ? scope : `${scope}/${periodOf(place.period, action.at)}`;
}

/**
 * Every ledger the action counts in (SPEND-2): the session's, and the agent's, team's and tenant's total and day always,
 * other periods where the policy or `budget-set` limits them.
 */
export function ledgersOf(action: Action, world: World, policy?: Policy): readonly string[] {
  const keys: string[] = [];
  for (const scope of LEDGER_SCOPES) {
    const stem = scopeKey(scope, action, world);
    if (stem === null) continue;
    keys.push(stem);
    if (scope !== 'session') keys.push(`${stem}/${periodOf('day', action.at)}`);
    for (const period of LEDGER_PERIODS) {
      if (period === 'total' || (period === 'day' && scope !== 'session')) continue;
      const limited = isLimited(policy, scope, period);
      // Most ledgers have no limit: their keys are not even written.
      if (!limited && world.limits.size === 0) continue;
      const key = `${stem}/${periodOf(period, action.at)}`;
      if (limited || limitsOn(key, world).length > 0) keys.push(key);
    }
  }
  return keys;
}

function isLimited(policy: Policy | undefined, scope: LedgerScope, period: LedgerPeriod): boolean {
  if (policy === undefined) return false;
  for (const budget of policy.budgets) if (budget.scope === scope && budget.period === period) return true;
  return false;
}

/**
 * The limits `budget-set` put on this key: by its exact name, or for every period by its stem (`agent/a1/day`). A session's may leave its agent
 * out (`session/s1`): it then holds for everybody's session of that name.
 */
export function limitsOn(key: string, world: World): readonly Partial<Amounts>[] {
  if (world.limits.size === 0) return [];
  const names = [key];
  if (/\/(?:hour|day|month)\/[0-9T-]+$/.test(key)) names.push(key.slice(0, key.lastIndexOf('/')));
  const limits: Partial<Amounts>[] = [];
  for (const name of names) {
    const own = world.limits.get(name);
    if (own !== undefined) limits.push(own);
    const owner = name.startsWith('session/') ? name.indexOf('~') : -1;
    const shared = owner < 0 ? undefined : world.limits.get(`session/${name.slice(owner + 1)}`);
    if (shared !== undefined) limits.push(shared);
  }
  return limits;
}

/** First moment after the period of this key, or null for a ledger that never ends. */
export function periodEnd(key: string): Millis | null {
  const match = /\/(hour|day|month)\/(\d{4})-(\d{2})(?:-(\d{2}))?(?:T(\d{2}))?$/.exec(key);
  if (match === null) return null;
  const [, period, year, month, day, hour] = match;
  if (period === 'month') return Date.UTC(Number(year), Number(month), 1);
  if (period === 'day') return Date.UTC(Number(year), Number(month) - 1, Number(day) + 1);
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour) + 1);
}

/** What stands against a limit: spent and reserved. */
export function taken(ledger: Ledger | undefined, field: keyof Amounts): number {
  return ledger === undefined ? 0 : ledger.spent[field] + ledger.reserved[field];
}

/** The first field of `need` that would pass the limit, or null. Integers only, so there is nothing to round. */
export function exceeded(ledger: Ledger | undefined, limit: Partial<Amounts>, need: Amounts): keyof Amounts | null {
  for (const field of AMOUNT_FIELDS) {
    const bound = limit[field];
    if (bound === undefined || need[field] === 0) continue;
    if (!(taken(ledger, field) + need[field] <= bound)) return field;
  }
  return null;
}
