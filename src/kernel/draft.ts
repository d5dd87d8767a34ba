import type { Edition } from './persistent-map.ts';
import type { World, WorldQueues } from './world.ts';

type Moving = { -readonly [K in Exclude<keyof World, 'queues'>]: World[K] } & { queues: { -readonly [K in keyof WorldQueues]: WorldQueues[K] } };

/** A world under construction. Nobody but the fold of one entry holds it. */
export interface Draft {
  readonly world: Moving;
  /** Under which its maps change in place. */
  readonly edition: Edition;
}

/** Everything else is shared with the world it starts from. */
export function draftOf(world: World, edition: Edition): Draft {
  return { world: { ...world, queues: { ...world.queues } }, edition };
}
