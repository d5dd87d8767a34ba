import type { Millis } from '../../kernel/ids.ts';
import { expireDue } from './expire-due.ts';
import { ok } from '../queue/operation.ts';
import { isLive } from '../tenant/tenant.ts';
import type { Tenant } from '../tenant/tenant.ts';

export interface ExpiryTimer {
  readonly expireAt: (at: Millis) => void;
  /** The log's time may have leapt ahead: what is due is expired now. */
  readonly look: () => void;
  readonly stop: () => void;
}

/** One timer for the earliest expiry by the log's time (GATE-25); waiting for it costs nothing. */
export function expiryTimer(tenant: () => Tenant): ExpiryTimer {
  let next = Infinity;
  let cancel = (): void => undefined;
  const arm = (at: Millis): void => {
    if (at >= next) return;
    cancel();
    next = at;
    const { deps, queue } = tenant();
    cancel = deps.timers.after(at - queue.now(), ring);
  };
  const ring = (): void => {
    next = Infinity;
    const { queue, deps } = tenant();
    const rearm = (): void => {
      for (const [, state] of queue.durable().world.approvals.entries()) {
        // Not before a moment has passed: the timer may ring early.
        if (isLive(state)) arm(Math.max(state.expiresAt, queue.now() + 1));
      }
    };
    // A closed gate expires nothing; it is looked at again when it may have opened.
    const later = (): void => arm(queue.now() + (deps.probeMs ?? 1_000));
    queue.submit((batch) => ok(expireDue(tenant(), batch))).then(rearm, later);
  };
  const look = (): void => {
    if (tenant().queue.now() < next) return;
    cancel();
    ring();
  };
  return { expireAt: arm, look, stop: () => cancel() };
}
