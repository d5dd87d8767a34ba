/** Finds every occurrence of many keywords in one pass (Aho and Corasick, 1975). ASCII, case-insensitive. */
export interface Prefilter {
  /** Calls back with the index of the keyword and the position after its last character. */
  readonly scan: (text: string, hit: (keyword: number, end: number) => void) => void;
}

interface Automaton {
  /** Class of each ASCII character: 0 for what no keyword holds, upper and lower case alike. */
  readonly classOf: Uint8Array;
  /** Classes, so that a state is an offset into `next`. */
  readonly width: number;
  readonly next: Int32Array;
  /** By the number of a state: the keywords that end there. */
  readonly ends: readonly (readonly number[])[];
  /** By the offset of a state: 1 when any ends there. */
  readonly ending: Uint8Array;
}

/** Builds the automaton once; scanning is one table look-up a character, whatever the text. */
export function prefilter(keywords: readonly string[]): Prefilter {
  const automaton = build(keywords.map((word) => word.toLowerCase()));
  return { scan: (text, hit) => run(text, automaton, hit) };
}

function build(words: readonly string[]): Automaton {
  const { classOf, width } = classesOf(words);
  const size = words.reduce((sum, word) => sum + word.length, 1);
  const next = new Int32Array(size * width);
  const ends: number[][] = [[]];
  words.forEach((word, id) => {
    let state = 0;
    for (let i = 0; i < word.length; i++) {
      const slot = state + (classOf[word.charCodeAt(i)] ?? 0);
      if (next[slot] === 0) {
        next[slot] = ends.length * width;
        ends.push([]);
      }
      state = next[slot] ?? 0;
    }
    ends[state / width]?.push(id);
  });
  close(next, ends, width);
  const ending = new Uint8Array(ends.length * width);
  ends.forEach((ids, state) => {
    if (ids.length > 0) ending[state * width] = 1;
  });
  return { classOf, width, next: next.slice(0, ends.length * width), ends, ending };
}

function classesOf(words: readonly string[]): { readonly classOf: Uint8Array; readonly width: number } {
  const classOf = new Uint8Array(128);
  let width = 1;
  for (const code of words.flatMap((word) => [...word].map((char) => char.charCodeAt(0)))) {
    if (classOf[code] !== 0) continue;
    classOf[code] = width;
    if (code >= 97 && code <= 122) classOf[code - 32] = width;
    width += 1;
  }
  return { classOf, width };
}

/** Where reading goes on when a keyword does not: at the longest beginning of another that was read as well. */
function close(next: Int32Array, ends: number[][], width: number): void {
  const fail = new Int32Array(ends.length);
  const queue: number[] = [];
  for (let kind = 0; kind < width; kind++) {
    const to = next[kind] ?? 0;
    if (to !== 0) queue.push(to);
  }
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] ?? 0;
    const back = fail[state / width] ?? 0;
    const inherited = ends[back / width] ?? [];
    if (inherited.length > 0) ends[state / width]?.push(...inherited);
    for (let kind = 0; kind < width; kind++) {
      const to = next[state + kind] ?? 0;
      const other = next[back + kind] ?? 0;
      if (to === 0) next[state + kind] = other;
      else {
        fail[to / width] = other;
        queue.push(to);
      }
    }
  }
}

function run(text: string, { classOf, width, next, ends, ending }: Automaton, hit: (keyword: number, end: number) => void): void {
  const { length } = text;
  let state = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    state = code < 128 ? (next[state + (classOf[code] ?? 0)] ?? 0) : 0;
    if (ending[state] === 1) for (const id of ends[state / width] ?? []) hit(id, i + 1);
  }
}
