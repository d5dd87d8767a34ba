import type { Daemon } from '../daemon/main.ts';

/** Less than this is ordinary slewing. */
const WORTH_SAYING_MS = 1_000;

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** GATE-25: how far the wall clock is behind the logs, in the largest unit that fits. */
export function span(ms: number): string {
  const [unit, size] = UNITS.find(([, one]) => ms >= one) ?? UNITS[3];
  const count = Math.floor(ms / size);
  return `${String(count)} ${unit}${count === 1 ? '' : 's'}`;
}

/** What a start says when this machine's clock is earlier than what its log was written by; null when it is not. */
export function clockNotice({ gate }: Pick<Daemon, 'gate'>, now: number): string | null {
  const behind = Math.max(...gate.tenants().map((tenant) => gate.now(tenant) - now));
  if (behind <= WORTH_SAYING_MS) return null;
  return (
    `The clock of this machine is ${span(behind)} behind the last entry of the log. The log goes on from that entry's time: ` +
    `new entries, expiries and the days of budgets are ${span(behind)} ahead of the clock. See docs/limits.md.`
  );
}
