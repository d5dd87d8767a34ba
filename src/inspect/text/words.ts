/** Longer runs of letters are cut. */
const LONGEST = 40;

const NOT_ASCII = /[^\x00-\x7f]/;
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

const DEAD = -1;

function treeOf(words: readonly string[]): Tree {
  const size = words.reduce((sum, word) => sum + word.length, 1);
  const next = new Int32Array(size * LETTERS).fill(DEAD);
  const idAt = new Int32Array(size);
  let nodes = 1;
  words.forEach((word, i) => {
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
  const known = words.map((word) => (/^[a-z0-9]{1,40}$/.test(word) ? word : ''));
  const tree = treeOf(known);
  tree.idAt[0] = 0;
  const idOf = (word: string): number => ids.get(word) ?? 0;
  const mark = idOf('@');
  return { idOf, size: words.length + 1, wordsIn: (plain) => (NOT_ASCII.test(plain) ? anyWords(plain, idOf) : asciiWords(plain, tree, mark)) };
}

function asciiWords(plain: string, { next, idAt }: Tree, mark: number): Words {
  const { length } = plain;
  const ids: number[] = [];
  const starts: number[] = [];
  for (let at = 0; at < length;) {
    const first = plain.charCodeAt(at);
    let letter = letterOf(first);
    if (letter === 0) {
      if (first === 0x40) {
        ids.push(mark);
        starts.push(at);
      }
      at += 1;
      continue;
    }
    const end = Math.min(length, at + LONGEST);
    starts.push(at);
    let node = 0;
    while (letter !== 0) {
      if (node !== DEAD) node = next[node * LETTERS + letter] ?? DEAD;
      at += 1;
      letter = at < end ? letterOf(plain.charCodeAt(at)) : 0;
    }
    ids.push(node === DEAD ? 0 : (idAt[node] ?? 0));
  }
  return { ids, starts };
}

function anyWords(plain: string, idOf: (word: string) => number): Words {
  const ids: number[] = [];
  const starts: number[] = [];
  for (let at = 0; at < plain.length;) {
    const end = wordEnd(plain, at);
    if (end === at) {
      at += (plain.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
      continue;
    }
    const word = plain.slice(at, end);
    ids.push(idOf(NOT_ASCII.test(word) ? word.normalize('NFD').replace(/\p{M}/gu, '') : word));
    starts.push(at);
    at = end;
  }
  return { ids, starts };
}

/** The end of the word that begins at `from`; `from` itself when none does. */
function wordEnd(plain: string, from: number): number {
  if (plain.charCodeAt(from) === 0x40) return from + 1;
  let at = from;
  for (let count = 0; count < LONGEST && at < plain.length; count++) {
    const code = plain.codePointAt(at) ?? 0;
    if (code < 0x80 ? letterOf(code) === 0 : !isLetter(code)) break;
    at += code > 0xffff ? 2 : 1;
  }
  return at;
}

/** Letters and digits beyond ASCII, by blocks of 256, each looked up when a text first holds one of it: 1 yes, 0 no. */
const BLOCKS = new Map<number, Uint8Array>();

function isLetter(code: number): boolean {
  const number = code >> 8;
  let block = BLOCKS.get(number);
  if (block === undefined) {
    block = Uint8Array.from({ length: 256 }, (_, low) => (LETTER.test(String.fromCodePoint((number << 8) | low)) ? 1 : 0));
    BLOCKS.set(number, block);
  }
  return block[code & 0xff] === 1;
}
