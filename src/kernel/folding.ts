import type { EntryDraft } from './entry.ts';
import { fold, foldUnder } from './fold.ts';
import { newEdition } from './persistent-map.ts';
import type { World } from './world.ts';

/**
 * Many entries in a row, each folded into the world of the one before in place. What it comes to is what `fold` comes to; only the worlds in between
 * cannot be kept.
 */
export interface Folding {
  /** The world so far, for now: the next entry changes it. */
  world(): World;
  add(entry: EntryDraft): void;
  /** Entries since the start or the last `seal`. */
  count(): number;
  /** Goes back to when there were so many. */
  rewind(count: number): void;
  /** The world so far, for good: whatever follows leaves it as it is. */
  seal(): World;
}

export function foldingFrom(start: World): Folding {
  let world = start;
  let edition = newEdition();
  let entries: EntryDraft[] = [];
  /** Worlds for good on the way, by how many entries are in them; the first is the start. */
  let points: { readonly count: number; readonly world: World }[] = [{ count: 0, world: start }];

  /** Folds again from the last world that can be relied on. Each becomes such a world itself, so that no entry is folded again and again. */
  const rebuild = (): void => {
    let from = points.pop();
    while (from !== undefined && from.count > entries.length) from = points.pop();
    if (from === undefined) throw new RangeError('folding: its start is gone');
    world = entries.slice(from.count).reduce(fold, from.world);
    points.push(from);
    if (from.count < entries.length) points.push({ count: entries.length, world });
  };

  return {
    world: () => world,
    count: () => entries.length,
    add(entry) {
      const next = foldUnder(world, entry, edition);
      if (next === null) rebuild();
      world = next ?? fold(world, entry);
      entries.push(entry);
    },
    rewind(count) {
      if (count === entries.length) return;
      if (count > entries.length) throw new RangeError('folding: there is nothing to go back to');
      entries.length = count;
      rebuild();
    },
    seal() {
      entries = [];
      points = [{ count: 0, world }];
      edition = newEdition();
      return world;
    },
  };
}
