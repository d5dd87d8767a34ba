/** Longer runs of letters are cut. */
const LONGEST = 40;

const LETTER = /[\p{L}\p{N}]/u;

/** The words of a text as a vocabulary knows them. */
export interface Words {
  /** Of each word, in reading order, its number in the vocabulary; 0 for one it does not know. */
  readonly ids: readonly number[];
  /** Where each begins. */
  readonly starts: readonly number[];
}

/** A list of words, each with a number from 1 on. */
export interface Vocabulary {
  /** 0 for a word that is not in it. */
  readonly idOf: (word: string) => number;
  /** Numbers are below this. */
  readonly size: number;
  /** The words of `plain`, a text in lower case: runs of letters and digits, accents taken off, and `@` as a word of its own. */
  readonly wordsIn: (plain: string) => Words;
}

const LETTERS = 37;

/** `a`–`z` as 1–26, `0`–`9` as 27–36, everything else 0. */
function letterOf(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return code - 0x60;
  return code >= 0x30 && code <= 0x39 ? code - 0x30 + 27 : 0;
}

/** A tree of letters over the words that are ASCII, so that a text is cut into words and these are looked up in one go. */
interface Tree {
  readonly next: Int32Array;
  readonly idAt: Int32Array;
}

/** No word of the list goes on like this. */
const DEAD = -1;
/** Looked up by itself: not ASCII, or a sign that is a word. */
const FOREIGN = -2;

function treeOf(words: readonly string[]): Tree {
  const size = words.reduce((sum, word) => sum + word.length, 1);
  const next = new Int32Array(size * LETTERS).fill(DEAD);
  const idAt = new Int32Array(size);
  let nodes = 1;
  words.forEach((word, i) => {
    if (!/^[a-z0-9]+$/.test(word)) return;
    let node = 0;
    for (let at = 0; at < word.length; at++) {
      const slot = node * LETTERS + letterOf(word.charCodeAt(at));
      if (next[slot] === DEAD) next[slot] = nodes++;
      node = next[slot] ?? 0;
    }
    idAt[node] = i + 1;
  });
  return { next, idAt };
}

export function vocabularyOf(list: Iterable<string>): Vocabulary {
  const words = [...new Set(list)];
  const ids = new Map(words.map((word, i) => [word, i + 1]));
  const idOf = (word: string): number => ids.get(word) ?? 0;
  const tree = treeOf(words);
  return { idOf, size: words.length + 1, wordsIn: (plain) => cut(plain, tree, idOf) };
}

function cut(plain: string, { next, idAt }: Tree, idOf: (word: string) => number): Words {
  const { length } = plain;
  const ids: number[] = [];
  const starts: number[] = [];
  for (let at = 0; at < length;) {
    const start = at;
    let node = 0;
    for (let left = LONGEST; left > 0 && at < length; left--) {
      const code = plain.charCodeAt(at);
      if (code < 0x80) {
        const letter = letterOf(code);
        if (letter === 0) break;
        if (node >= 0) node = next[node * LETTERS + letter] ?? DEAD;
        at += 1;
      } else {
        const point = plain.codePointAt(at) ?? 0;
        if (!isLetter(point)) break;
        node = FOREIGN;
        at += point > 0xffff ? 2 : 1;
      }
    }
    if (at === start) {
      at += 1;
      if (plain.charCodeAt(start) !== 0x40) continue;
      node = FOREIGN;
    }
    starts.push(start);
    if (node === FOREIGN) ids.push(idOf(plain.slice(start, at).normalize('NFD').replace(/\p{M}/gu, '')));
    else ids.push(node === DEAD ? 0 : (idAt[node] ?? 0));
  }
  return { ids, starts };
}

/** Letters and digits beyond ASCII, by blocks of 256, each looked up when a text first holds one of it: 1 yes, 0 no. */
const BLOCKS: (Uint8Array | undefined)[] = [];

function isLetter(code: number): boolean {
  const number = code >> 8;
  const block = (BLOCKS[number] ??= Uint8Array.from({ length: 256 }, (_, low) => (LETTER.test(String.fromCodePoint((number << 8) | low)) ? 1 : 0)));
  return block[code & 0xff] === 1;
}
