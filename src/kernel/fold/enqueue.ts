import { push } from '../queue.ts';
import type { Queue } from '../queue.ts';
import type { World, WorldQueues } from '../world.ts';

export function enqueue<K extends keyof WorldQueues>(world: World, name: K, item: WorldQueues[K] extends Queue<infer T> ? T : never): World {
  return { ...world, queues: { ...world.queues, [name]: push<unknown>(world.queues[name], item) } };
}

export function withQueue<K extends keyof WorldQueues>(world: World, name: K, queue: WorldQueues[K]): World {
  return { ...world, queues: { ...world.queues, [name]: queue } };
}
