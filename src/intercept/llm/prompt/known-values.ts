/** Values that are looked for in texts, wherever they stand. */
export interface KnownValues {
  add(value: string): void;
  /** Every place where one of them stands, the longest at each place, from left to right. Time grows with the text, not with the values. */
  find(text: string, hit: (start: number, value: string) => void): void;
}

/** Shorter values are too likely a part of something else. */
const LEAST = 4;
/** Longer values are only seen where a detector sees them: what repeats itself must not be compared with itself for ever. */
const MOST = 4_096;
/** Shorter values only count where they are a word of their own. */
const SURE = 8;
/** Size of the table that says which first four characters occur at all. */
const TABLE = 65_536;

/** Values that begin with the same four characters. */
interface Bucket {
  readonly values: string[];
  sorted: boolean;
}

export function createKnownValues(): KnownValues {
  const buckets = new Map<string, Bucket>();
  const occurs = new Uint8Array(TABLE);
  return {
    add(value) {
      if (value.length < LEAST || value.length > MOST) return;
      const head = value.slice(0, LEAST);
      const bucket = buckets.get(head) ?? { values: [], sorted: true };
      bucket.values.push(value);
      bucket.sorted = false;
      buckets.set(head, bucket);
      occurs[slotOf(value, 0)] = 1;
    },
    find(text, hit) {
      for (let start = 0; start + LEAST <= text.length; start++) {
        if (occurs[slotOf(text, start)] === 0) continue;
        const bucket = buckets.get(text.slice(start, start + LEAST));
        const value = bucket === undefined ? null : longestAt(bucket, text, start);
        if (value !== null) hit(start, value);
      }
    },
  };
}

function slotOf(text: string, at: number): number {
  const pair = Math.imul(text.charCodeAt(at), 31) + text.charCodeAt(at + 1);
  return (Math.imul(Math.imul(pair, 31) + text.charCodeAt(at + 2), 31) + text.charCodeAt(at + 3)) & (TABLE - 1);
}

/** The longest value the text goes on with: in sorted order the last one before the text, or before what that has in common with it. */
function longestAt(bucket: Bucket, text: string, start: number): string | null {
  const { values } = bucket;
  if (!bucket.sorted) values.sort((one, other) => (one < other ? -1 : 1));
  bucket.sorted = true;
  let rest = text.slice(start, start + MOST);
  for (let to = values.length; ;) {
    to = countUpTo(values, rest, to);
    const last = values[to - 1];
    if (last === undefined) return null;
    const common = inCommon(last, rest);
    if (common === last.length && standsAlone(text, start, last)) return last;
    rest = rest.slice(0, Math.min(common, last.length - 1));
  }
}

/** How many of the first `to` values are not behind the text. */
function countUpTo(values: readonly string[], text: string, to: number): number {
  let from = 0;
  let end = to;
  while (from < end) {
    const middle = (from + end) >> 1;
    if ((values[middle] ?? '') <= text) from = middle + 1;
    else end = middle;
  }
  return from;
}

function inCommon(one: string, other: string): number {
  if (other.startsWith(one)) return one.length;
  let at = 0;
  while (at < one.length && one.charCodeAt(at) === other.charCodeAt(at)) at++;
  return at;
}

const WORD = /[\p{L}\p{N}]/u;

function standsAlone(text: string, start: number, { length }: string): boolean {
  return length >= SURE || !(WORD.test(text[start - 1] ?? '') || WORD.test(text[start + length] ?? ''));
}
