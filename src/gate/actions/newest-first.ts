/** Things in the order of their numbers, of which any may go; read from the newest on without looking at what is gone more than once. */
export interface NewestFirst<T> {
  readonly size: number;
  /** @param at higher than every number before it */
  add(at: number, item: T): void;
  remove(at: number): void;
  /** Up to `limit` of them, newest first, those below `below` where it is given. */
  read(limit: number, below?: number): readonly T[];
  oldest(): T | undefined;
}

/** Fewer places are never taken together. */
const FEW = 64;

export function newestFirst<T>(): NewestFirst<T> {
  let numbers: number[] = [];
  let items: (T | undefined)[] = [];
  let live = 0;
  /** The first place whose number is not below `at`. */
  const placeOf = (at: number): number => {
    let [from, to] = [0, numbers.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((numbers[middle] ?? 0) < at) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  // Empty places never outnumber the others for long, so that reading passes few of them.
  const close = (): void => {
    if (items.length <= FEW || live * 2 >= items.length) return;
    numbers = numbers.filter((_at, place) => items[place] !== undefined);
    items = items.filter((item) => item !== undefined);
  };
  return {
    get size() {
      return live;
    },
    add: (at, item) => {
      numbers.push(at);
      items.push(item);
      live++;
    },
    remove: (at) => {
      const place = placeOf(at);
      if (numbers[place] !== at || items[place] === undefined) return;
      items[place] = undefined;
      live--;
      close();
    },
    read: (limit, below) => {
      const found: T[] = [];
      for (let place = (below === undefined ? numbers.length : placeOf(below)) - 1; place >= 0 && found.length < limit; place--) {
        const item = items[place];
        if (item !== undefined) found.push(item);
      }
      return found;
    },
    oldest: () => items.find((item) => item !== undefined),
  };
}
