/** A table of sessions in which each owner has places of its own, and all of them together an upper bound. */
export interface SessionTable<T> {
  get(key: string): T | undefined;
  has(key: string): boolean;
  set(owner: string, key: string, value: T): void;
  delete(value: T): void;
}

interface Kept<T> {
  readonly owner: string;
  readonly value: T;
}

export interface TableLimits {
  readonly perOwner: number;
  readonly all: number;
}

/**
 * Whoever has too many loses its own that was not used for the longest time. When all together are too many, whoever has the most does: an owner
 * with few keeps them, whatever the others do (MCP-26).
 */
export function sessionTable<T>({ perOwner, all }: TableLimits): SessionTable<T> {
  const kept = new Map<string, Kept<T>>();
  /** Keys of each owner, least recently used first. */
  const owners = new Map<string, Set<string>>();
  const touch = (owner: string, key: string): Set<string> => {
    const mine = owners.get(owner) ?? new Set<string>();
    owners.set(owner, mine);
    mine.delete(key);
    mine.add(key);
    return mine;
  };
  const drop = (key: string): void => {
    const owner = kept.get(key)?.owner ?? '';
    kept.delete(key);
    const mine = owners.get(owner);
    mine?.delete(key);
    if (mine?.size === 0) owners.delete(owner);
  };
  const dropOldest = (mine: ReadonlySet<string>): void => {
    const [oldest] = mine;
    if (oldest !== undefined) drop(oldest);
  };
  return {
    get: (key) => {
      const found = kept.get(key);
      if (found !== undefined) touch(found.owner, key);
      return found?.value;
    },
    has: (key) => kept.has(key),
    set: (owner, key, value) => {
      kept.set(key, { owner, value });
      const mine = touch(owner, key);
      if (mine.size > perOwner) dropOldest(mine);
      if (kept.size > all) dropOldest([...owners.values()].reduce((most, one) => (one.size > most.size ? one : most)));
    },
    delete: (value) => {
      for (const [key, one] of kept) if (one.value === value) drop(key);
    },
  };
}
