import type { Millis } from '../../kernel/ids.ts';
import { expireDue } from './expire-due.ts';
import { ok } from '../queue/operation.ts';
import { isLive } from '../tenant/tenant.ts';
import type { Tenant } from '../tenant/tenant.ts';

/** One timer for the earliest expiry; waiting for it costs nothing. */
export function expiryTimer(tenant: () => Tenant): { readonly expireAt: (at: Millis) => void; readonly stop: () => void } {
  let next = Infinity;
  let cancel = (): void => undefined;
  const arm = (at: Millis): void => {
    if (at >= next) return;
    cancel();
    next = at;
    const { deps } = tenant();
    cancel = deps.timers.after(at - deps.clock.now(), ring);
  };
  const ring = (): void => {
    next = Infinity;
    const { queue, deps } = tenant();
    const rearm = (): void => {
      for (const [, state] of queue.durable().world.approvals.entries()) {
        // Not before a moment has passed: the clock may lag behind the timer.
        if (isLive(state)) arm(Math.max(state.expiresAt, deps.clock.now() + 1));
      }
    };
    // A closed gate expires nothing; it is looked at again when it may have opened.
    const later = (): void => arm(deps.clock.now() + (deps.probeMs ?? 1_000));
    queue.submit((batch) => ok(expireDue(tenant(), batch))).then(rearm, later);
  };
  return { expireAt: arm, stop: () => cancel() };
}
