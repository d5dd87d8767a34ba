import type { EventType } from './envelope.ts';

/** What is known of a session's events so far. */
export interface EventTrail {
  readonly seq: number;
  /** Lower-case hex; null when the log does not say. */
  readonly hash: string | null;
  readonly modelCalls: number;
  readonly handoffs: number;
}

const OPENS: Partial<Record<EventType, 'modelCalls' | 'handoffs'>> = { MODEL_CALL_STARTED: 'modelCalls', HANDOFF_REQUESTED: 'handoffs' };
const CLOSES: Partial<Record<EventType, 'modelCalls' | 'handoffs'>> = { MODEL_CALL_FINISHED: 'modelCalls', HANDOFF_COMPLETED: 'handoffs' };

/**
 * Whether the event may follow. Order is asked per thing, not per session, so that parallel calls and memory events interleave freely:
 * numbers without gaps, an end only after its beginning. `null` is a session without an event so far.
 */
export function follow(
  trail: EventTrail | null,
  event: { type: EventType; seq: number; hash: string; prevHash: string | null },
): EventTrail | string {
  const { type, seq, hash, prevHash } = event;
  if (trail !== null && seq !== trail.seq + 1) return `seq must be ${String(trail.seq + 1)}`;
  if (trail !== null && prevHash !== null && trail.hash !== null && prevHash !== trail.hash) return 'prev_hash is not the hash of the event before';
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

/** The trail of a session as its recorded events leave it; null when there are none. */
export function trailOf(
  events: readonly { readonly eventType: string; readonly eventSeq: number; readonly eventHash?: string }[],
): EventTrail | null {
  let trail: EventTrail | null = null;
  for (const { eventType, eventSeq, eventHash = null } of events) {
    const counts: Record<'modelCalls' | 'handoffs', number> = { modelCalls: trail?.modelCalls ?? 0, handoffs: trail?.handoffs ?? 0 };
    const closes = CLOSES[eventType as EventType];
    const opens = OPENS[eventType as EventType];
    if (closes !== undefined) counts[closes] = Math.max(0, counts[closes] - 1);
    if (opens !== undefined) counts[opens] += 1;
    trail = { seq: eventSeq, hash: eventHash, ...counts };
  }
  return trail;
}
