interface Cell<T> {
  readonly item: T;
  readonly next: Cell<T> | null;
}

/** An immutable first-in-first-out queue: `push` O(1), `pop` O(1) amortised over the life of the queue. */
export interface Queue<T> {
  readonly size: number;
  readonly front: Cell<T> | null;
  readonly back: Cell<T> | null;
}

const EMPTY: Queue<never> = { size: 0, front: null, back: null };

export function emptyQueue<T>(): Queue<T> {
  return EMPTY;
}

function reversed<T>(back: Cell<T> | null): Cell<T> | null {
  let front: Cell<T> | null = null;
  for (let cell = back; cell !== null; cell = cell.next) front = { item: cell.item, next: front };
  return front;
}

export function push<T>(queue: Queue<T>, item: T): Queue<T> {
  return { size: queue.size + 1, front: queue.front, back: { item, next: queue.back } };
}

/** The same queue with its oldest items in reach; whoever looks and does not take must keep this, or pays for it again each time. */
export function ready<T>(queue: Queue<T>): Queue<T> {
  if (queue.front !== null || queue.back === null) return queue;
  return { size: queue.size, front: reversed(queue.back), back: null };
}

/** The oldest item and the rest; null when there is none. */
export function pop<T>(queue: Queue<T>): { readonly item: T; readonly rest: Queue<T> } | null {
  const { front, back, size } = ready(queue);
  return front === null ? null : { item: front.item, rest: { size: size - 1, front: front.next, back } };
}

/** Takes up to `most` of the oldest items in turn; an item that `keep` wants kept goes to the end. One new queue however many are taken. */
export function rotate<T>(queue: Queue<T>, most: number, keep: (item: T) => boolean): Queue<T> {
  let { size, front, back } = queue;
  for (let n = 0; n < most; n++) {
    if (front === null) {
      front = reversed(back);
      back = null;
    }
    if (front === null) break;
    const { item } = front;
    front = front.next;
    if (keep(item)) back = { item, next: back };
    else size--;
  }
  return { size, front, back };
}

/** Oldest first. */
export function itemsOf<T>(queue: Queue<T>): readonly T[] {
  const items: T[] = [];
  for (let cell = queue.front; cell !== null; cell = cell.next) items.push(cell.item);
  const newer: T[] = [];
  for (let cell = queue.back; cell !== null; cell = cell.next) newer.push(cell.item);
  return items.concat(newer.reverse());
}

export function queueOf<T>(items: Iterable<T>): Queue<T> {
  let queue = emptyQueue<T>();
  for (const item of items) queue = push(queue, item);
  return queue;
}
