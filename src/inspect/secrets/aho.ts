/** Finds every occurrence of many keywords in one pass (Aho and Corasick, 1975). ASCII, case-insensitive. */
export interface Prefilter {
  /** Calls back with the index of the keyword and the position after its last character. */
  readonly scan: (text: string, hit: (keyword: number, end: number) => void) => void;
}

const WIDTH = 96;

/** Builds the automaton once; scanning is one table look-up a character, whatever the text. */
export function prefilter(keywords: readonly string[]): Prefilter {
  const size = keywords.reduce((sum, word) => sum + word.length, 1);
  const next = new Int32Array(size * WIDTH);
  const ends: number[][] = [[]];
  keywords.forEach((word, id) => {
    let node = 0;
    for (let i = 0; i < word.length; i++) {
      const slot = node * WIDTH + symbol(word.charCodeAt(i));
      if (next[slot] === 0) {
        next[slot] = ends.length;
        ends.push([]);
      }
      node = next[slot] ?? 0;
    }
    ends[node]?.push(id);
  });
  close(next, ends);
  return { scan: (text, hit) => run(text, { next, ends, hit }) };
}

function close(next: Int32Array, ends: number[][]): void {
  const fail = new Int32Array(ends.length);
  const queue: number[] = [];
  for (let c = 0; c < WIDTH; c++) {
    const to = next[c] ?? 0;
    if (to !== 0) queue.push(to);
  }
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] ?? 0;
    const back = fail[node] ?? 0;
    const inherited = ends[back] ?? [];
    if (inherited.length > 0) ends[node] = [...(ends[node] ?? []), ...inherited];
    for (let c = 0; c < WIDTH; c++) {
      const to = next[node * WIDTH + c] ?? 0;
      const other = next[back * WIDTH + c] ?? 0;
      if (to === 0) next[node * WIDTH + c] = other;
      else {
        fail[to] = other;
        queue.push(to);
      }
    }
  }
}

interface Run {
  readonly next: Int32Array;
  readonly ends: readonly number[][];
  readonly hit: (keyword: number, end: number) => void;
}

function run(text: string, { next, ends, hit }: Run): void {
  let node = 0;
  for (let i = 0; i < text.length; i++) {
    node = next[node * WIDTH + symbol(text.charCodeAt(i))] ?? 0;
    if (node === 0) continue;
    const found = ends[node];
    if (found !== undefined) for (const id of found) hit(id, i + 1);
  }
}

/** Printable ASCII folded to lower case; everything else is 0, which no keyword holds. */
function symbol(code: number): number {
  if (code < 32 || code > 126) return 0;
  return (code >= 65 && code <= 90 ? code + 32 : code) - 31;
}
