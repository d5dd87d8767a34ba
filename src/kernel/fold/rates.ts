import type { Draft } from '../draft.ts';
import type { Millis } from '../ids.ts';
import { push } from '../queue.ts';
import { counted, rateKeys } from '../rate-window.ts';

/** RATE-1: counted for the agent and the tenant, by tool and over all tools. */
export function countRate({ world, edition }: Draft, call: { agent: string; name: string; at: Millis; calls: number; tokens: number }): void {
  const more = { second: Math.floor(call.at / 1000), calls: call.calls, tokens: call.tokens };
  for (const key of rateKeys(call.agent, call.name)) {
    const known = world.rates.get(key);
    world.rates = world.rates.set(key, counted(known, more), edition);
    if (known === undefined) world.queues.sweep = push(world.queues.sweep, { kind: 'rate', key });
  }
}
