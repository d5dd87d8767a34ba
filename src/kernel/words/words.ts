import type { World } from '../world.ts';
import { FIRST } from './first.ts';
import { PLAIN } from './plain.ts';
import type { Words } from './sentences.ts';

/** The sentences a log of these semantics is written in. */
export function wordsOf(world: Pick<World, 'semantics'>): Words {
  return world.semantics >= 3 ? PLAIN : FIRST;
}
