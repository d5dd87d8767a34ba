import type { Effect } from '../kernel/decision.ts';
import type { Category, Risk } from '../kernel/finding.ts';
import type { ActionRow } from './action-row.ts';

/** What rows are looked for by; every part that is given must hold. */
export interface ActionFilter {
  readonly agent?: string | undefined;
  readonly session?: string | undefined;
  readonly name?: string | undefined;
  readonly integration?: string | undefined;
  readonly category?: Category | undefined;
  readonly effect?: Effect | undefined;
  readonly risk?: Risk | undefined;
  readonly reason?: string | undefined;
  /** Inclusive, milliseconds. */
  readonly since?: number | undefined;
  /** Exclusive. */
  readonly until?: number | undefined;
  /** Part of a name, agent, session or reason, in any case. */
  readonly q?: string | undefined;
  /** Only entries below this index. */
  readonly before?: number | undefined;
}

export const splitCodes = (words: string): readonly string[] => (words === '' ? [] : words.split(' '));

/** Whether one row passes, as a search over all rows would say. */
export function passes(row: ActionRow, filter: ActionFilter): boolean {
  const { category, reason, since = row.at, until = row.at + 1, q = '', before = row.index + 1 } = filter;
  const equal = (['agent', 'session', 'name', 'integration', 'effect', 'risk'] as const).every(
    (field) => filter[field] === undefined || filter[field] === row[field],
  );
  if (!equal || row.at < since || row.at >= until || row.index >= before) return false;
  if (category !== undefined && !row.categories.includes(category)) return false;
  if (reason !== undefined && !row.reasons.includes(reason)) return false;
  const part = q.toLowerCase();
  return part === '' || [row.name, row.agent, row.session, row.reasons.join(' ')].some((word) => word.toLowerCase().includes(part));
}
