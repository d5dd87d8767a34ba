const UNITS = [
  ['s', 1_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['days', 86_400_000],
] as const;

/** `2026-11-21 07:05:12` in UTC. */
export function time(at: unknown): string {
  return typeof at === 'number' ? new Date(at).toISOString().slice(0, 19).replace('T', ' ') : '';
}

/** `41 s`, `3 min`, `5 h`, `2 days`: the largest whole unit. */
export function lasting(ms: number): string {
  const [name, size] = UNITS.findLast(([, one]) => ms >= one) ?? UNITS[0];
  const count = Math.floor(ms / size);
  return name === 'days' && count === 1 ? '1 day' : `${String(count)} ${name}`;
}

/** `3 min ago`, `in 5 h`, `now`; what is more than thirty days away by its date. */
export function relative(at: unknown, now: number = Date.now()): string {
  if (typeof at !== 'number') return '';
  const away = Math.abs(now - at);
  if (away < 1_000) return 'now';
  if (away >= 30 * 86_400_000) return time(at).slice(0, 10);
  return at <= now ? `${lasting(away)} ago` : `in ${lasting(away)}`;
}

/** A person at a terminal reads how long ago; a program that reads a pipe gets the exact time in UTC. */
export function when(at: unknown, terminal: boolean = process.stdout.isTTY): string {
  return terminal ? relative(at) : time(at);
}

/** A column of `when`. */
export function whenColumn(name: string, terminal: boolean = process.stdout.isTTY): { readonly title: string; readonly wide: number } {
  return terminal ? { title: name, wide: '59 min ago'.length } : { title: `${name} (UTC)`, wide: 0 };
}
