import { isObject } from '../../kernel/json.ts';
import { RUN_END_CAUSES, RUN_LEVELS } from '../../kernel/words/runs.ts';
import type { RunEndCause, RunLevel } from '../../kernel/words/runs.ts';

/** What was observed when a tree was ended. Nothing in it is inferred. */
export interface Verdict {
  readonly cause: RunEndCause;
  readonly level: RunLevel;
  /** True only where the kernel said that no process is left. */
  readonly empty: boolean;
  /** Processes at the moment of the kill; null where nobody counted them. */
  readonly killed: number | null;
  readonly alive: number;
  /** Process ids of the first of those that live; of outside the namespace. */
  readonly survivors: readonly number[];
  /** Which observation `empty` rests on. */
  readonly by: string;
  /** Microseconds from the decision in the watching process until the last observation. */
  readonly us: number;
}

/** What a contained command does, as it happens. */
export type ContainEvent =
  | { readonly event: 'started'; readonly level: RunLevel; readonly first: number }
  | { readonly event: 'stopped'; readonly signal: number }
  /** The answer to a beat. */
  | { readonly event: 'beat' }
  | { readonly event: 'exited'; readonly code?: number; readonly signal?: number }
  | { readonly event: 'failed'; readonly step: string; readonly errno: number; readonly message: string }
  | ({ readonly event: 'ended' } & Verdict);

const whole = (value: unknown): number => (Number.isSafeInteger(value) ? Number(value) : -1);

/** One line of the helper; null for what is none of its events. */
export function eventIn(line: string): ContainEvent | null {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isObject(said)) return null;
  const level = RUN_LEVELS.find((one) => one === said['level']) ?? 0;
  switch (said['event']) {
    case 'started':
      return { event: 'started', level, first: whole(said['first']) };
    case 'beat':
      return { event: 'beat' };
    case 'stopped':
      return { event: 'stopped', signal: whole(said['signal']) };
    case 'exited':
      return 'signal' in said ? { event: 'exited', signal: whole(said['signal']) } : { event: 'exited', code: whole(said['code']) };
    case 'failed':
      return { event: 'failed', step: String(said['step']), errno: whole(said['errno']), message: String(said['message']) };
    case 'ended': {
      const cause = RUN_END_CAUSES.find((one) => one === said['cause']) ?? 'fault';
      const survivors = Array.isArray(said['survivors']) ? said['survivors'].map(whole) : [];
      const killed = whole(said['killed']);
      const seen = { killed: killed < 0 ? null : killed, alive: whole(said['alive']), survivors, by: String(said['by']), us: whole(said['us']) };
      return { event: 'ended', cause, level, empty: said['empty'] === true, ...seen };
    }
    default:
      return null;
  }
}
