import { createHash } from 'node:crypto';
import type { Row } from './row.ts';

/** `develop` may be read row by row while the readers are worked on; of `held` only totals are printed. */
export type Half = 'develop' | 'held';

export const HALVES: readonly Half[] = ['develop', 'held'];

/** Numbered variants of one case are one source: `bash 13_1` and `bash 13_2`. */
function sourceOf(row: Row): string {
  return (row.source ?? '').replace(/_\d+$/, '');
}

/**
 * Splits the rows of one kind and label by source: sources in the order of their digests, each to the half that has fewer rows.
 * Rows that share a single source are split by id, since a half without rows would compare nothing.
 */
export function halvesOf(rows: readonly Row[]): ReadonlyMap<string, Half> {
  const sources = new Map<string, Row[]>();
  for (const row of rows) sources.set(sourceOf(row), [...(sources.get(sourceOf(row)) ?? []), row]);
  const groups = sources.size > 1 ? sources : new Map(rows.map((row) => [row.id, [row]]));
  const size = { develop: 0, held: 0 };
  const halves = new Map<string, Half>();
  for (const [, group] of [...groups].sort(byDigest)) {
    const half: Half = size.develop <= size.held ? 'develop' : 'held';
    size[half] += group.length;
    for (const row of group) halves.set(row.id, half);
  }
  return halves;
}

function byDigest([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  const [left, right] = [digest(a), digest(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
