import type { EventType } from './envelope.ts';

/** What is known of a session's events so far. */
export interface EventTrail {
  readonly seq: number;
  /** Lower-case hex. */
  readonly hash: string;
  readonly modelCalls: number;
  readonly handoffs: number;
}

const OPENS: Partial<Record<EventType, 'modelCalls' | 'handoffs'>> = { MODEL_CALL_STARTED: 'modelCalls', HANDOFF_REQUESTED: 'handoffs' };
const CLOSES: Partial<Record<EventType, 'modelCalls' | 'handoffs'>> = { MODEL_CALL_FINISHED: 'modelCalls', HANDOFF_COMPLETED: 'handoffs' };

/**
 * Whether the event may follow. Order is asked per thing, not per session, so that parallel calls and memory events interleave freely:
 * numbers without gaps, an end only after its beginning. `null` is a session we know nothing of (a first event, or after a restart).
 */
export function follow(
  trail: EventTrail | null,
  event: { type: EventType; seq: number; hash: string; prevHash: string | null },
): EventTrail | string {
  const { type, seq, hash, prevHash } = event;
  if (trail !== null && seq !== trail.seq + 1) return `seq must be ${String(trail.seq + 1)}`;
  if (trail !== null && prevHash !== null && prevHash !== trail.hash) return 'prev_hash is not the hash of the event before';
  const counts = { modelCalls: trail?.modelCalls ?? 0, handoffs: trail?.handoffs ?? 0 };
  const closes = CLOSES[type];
  if (closes !== undefined) {
    if (trail !== null && counts[closes] === 0) return `${type} has nothing to end`;
    counts[closes] = Math.max(0, counts[closes] - 1);
  }
  const opens = OPENS[type];
  if (opens !== undefined) counts[opens] += 1;
  return { seq, hash, ...counts };
}
