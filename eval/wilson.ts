export interface Share {
  readonly hits: number;
  readonly of: number;
  readonly share: number;
  /** Wilson score interval at 95 % (Wilson, 1927). */
  readonly low: number;
  readonly high: number;
}

const Z = 1.959964;

export function share(hits: number, of: number): Share {
  if (of === 0) return { hits, of, share: 0, low: 0, high: 1 };
  const p = hits / of;
  const z2 = Z * Z;
  const centre = (p + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z / (1 + z2 / of)) * Math.sqrt((p * (1 - p)) / of + z2 / (4 * of * of));
  return { hits, of, share: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
