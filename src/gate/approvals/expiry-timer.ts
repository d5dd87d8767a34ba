import type { Millis } from '../../kernel/ids.ts';
import { expireDue } from './expire-due.ts';
import { ok } from '../queue/operation.ts';
import type { Room } from '../tenant/tenant.ts';

/** One timer for the earliest expiry; waiting for it costs nothing. */
export function alarm(room: () => Room): { readonly due: (at: Millis) => void; readonly stop: () => void } {
  let next = Infinity;
  let forget = (): void => undefined;
  const arm = (at: Millis): void => {
    if (at >= next) return;
    forget();
    next = at;
    const { deps } = room();
    forget = deps.timers.after(at - deps.clock.now(), ring);
  };
  const ring = (): void => {
    next = Infinity;
    const { chain, deps } = room();
    const rearm = (): void => {
      for (const [, state] of chain.standing().world.approvals.entries()) {
        // Not before a moment has passed: the clock may lag behind the timer.
        if (state.status === 'pending' || state.status === 'granted') arm(Math.max(state.expiresAt, deps.clock.now() + 1));
      }
    };
    // A closed gate expires nothing; it is looked at again when it may have opened.
    const later = (): void => arm(deps.clock.now() + (deps.probeMs ?? 1_000));
    chain.submit((desk) => ok(expireDue(room(), desk))).then(rearm, later);
  };
  return { due: arm, stop: () => forget() };
}
