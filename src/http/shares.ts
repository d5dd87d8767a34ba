/** Places that many share: each holder may take more as long as there is plenty, and nobody can take what others have not yet asked for. */
export interface Shares {
  /** @returns what gives the place back, at most once; null when this holder may have no more now */
  take(holder: string): (() => void) | null;
}

/**
 * The last quarter of the places is for holders that have less than they would if all were shared evenly with one who is yet to come (DOOR-19).
 * @param each what one holder may have at most, however much is free
 */
export function createShares(all: number, each = all): Shares {
  const held = new Map<string, number>();
  let used = 0;
  const plenty = all - Math.ceil(all / 4);
  return {
    take(holder) {
      const own = held.get(holder) ?? 0;
      const even = all / (held.size + (own === 0 ? 2 : 1));
      if (used >= all || own >= each || (used >= plenty && own >= even)) return null;
      held.set(holder, own + 1);
      used += 1;
      let given = true;
      return () => {
        if (!given) return;
        given = false;
        used -= 1;
        const left = (held.get(holder) ?? 1) - 1;
        if (left === 0) held.delete(holder);
        else held.set(holder, left);
      };
    },
  };
}
