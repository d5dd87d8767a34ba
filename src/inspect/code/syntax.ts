import { createRequire } from 'node:module';

/** One node of a syntax tree, plain and small. */
export interface Node {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly kids: Node[];
}

/** What the two grammars have in common, as far as it is used. */
interface Grammar {
  startParse(text: Input): {
    /** One token further; the tree at the end. */
    advance(): Tree | null;
    /** Not 0 while the parser looks for a way on after a fault. */
    readonly recovering?: number;
  };
}

/** How a grammar is given its text: in pieces, from a place on. */
interface Input {
  readonly length: number;
  readonly lineChunks: false;
  chunk(from: number): string;
  read(from: number, to: number): string;
}

interface Tree {
  iterate(walk: { enter(node: { readonly name: string; readonly from: number; readonly to: number }): void; leave(): void }): void;
}

/** Tokens of the longest code that is read (131,072 characters of what people write have 40,000), and tokens that fit nowhere. */
const MOST_TOKENS = 60_000;
const MOST_FAULTS = 1_000;
const MOST_OPEN = 1_000;
const MOST_SIGNS = 2_000;
/** Words in a row that stand before an expression. */
const MOST_PREFIXES = 200;
const PREFIX = /^(?:await|new|typeof|void|delete|not|yield|async|lambda|throw|return|raise|assert)$/;
/** Characters of one piece of the text, and how often a parser looks at each on the average at most. */
const PIECE = 1_024;
const MOST_LOOKS = 8;

/** Deeper than any code that people write; deeper nesting is not followed. */
const DEEPEST = 400;

export class TooDeep extends Error {}

const GRAMMARS = { python: '@lezer/python', javascript: '@lezer/javascript' } as const;
const loaded = new Map<string, Grammar>();

/** Grammars are loaded when code is first met: they take 24 ms and 15 MB. */
function grammar(language: keyof typeof GRAMMARS): Grammar {
  const before = loaded.get(language);
  if (before !== undefined) return before;
  const { parser } = createRequire(import.meta.url)(GRAMMARS[language]) as { readonly parser: Grammar };
  loaded.set(language, parser);
  return parser;
}

/** Brackets that are never closed and endless runs of signs cost a parser that recovers from faults more than they are worth. */
function isNoCode(text: string): boolean {
  let open = 0;
  let signs = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 40 || char === 91 || char === 123) open += 1;
    else if ((char === 41 || char === 93 || char === 125) && open > 0) open -= 1;
    else if (char > 127 || isWord(char)) signs = 0;
    else if (char > 32) signs += 1;
    if (open > MOST_OPEN || signs > MOST_SIGNS) return true;
  }
  return manyPrefixes(text);
}

/** `await await await …`, each of which a parser follows in two ways. */
function manyPrefixes(text: string): boolean {
  let row = 0;
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && isWord(text.charCodeAt(at))) continue;
    if (at > from) row = at - from > 2 && at - from < 7 && PREFIX.test(text.slice(from, at)) ? row + 1 : 0;
    else if (text.charCodeAt(at) > 32) row = 0;
    if (row > MOST_PREFIXES) return true;
    from = at + 1;
  }
  return false;
}

const isWord = (char: number): boolean => (char >= 97 && char <= 122) || (char >= 65 && char <= 90) || (char >= 48 && char <= 57) || char === 35;

function treeOf(language: keyof typeof GRAMMARS, text: string): Tree {
  if (isNoCode(text)) throw new TooDeep();
  const parsing = grammar(language).startParse(inPieces(text));
  let faults = 0;
  for (let tokens = 0; tokens < MOST_TOKENS && faults < MOST_FAULTS; tokens += 1) {
    const tree = parsing.advance();
    if (tree !== null) return tree;
    if ((parsing.recovering ?? 0) > 0) faults += 1;
  }
  throw new TooDeep();
}

/** A grammar that looks for a string's end after a fault may look through all of the text, again and again: what it goes through is counted. */
function inPieces(text: string): Input {
  let left = MOST_LOOKS * text.length + 65_536;
  let end = 0;
  return {
    length: text.length,
    lineChunks: false,
    chunk: (from) => {
      const piece = text.slice(from, from + PIECE);
      if (from === end) left -= piece.length;
      end = from + piece.length;
      if (left < 0) throw new TooDeep();
      return piece;
    },
    read: (from, to) => text.slice(from, to),
  };
}

/** The syntax tree of a text. Never throws but `TooDeep`; what the grammar skipped are nodes named `⚠`. */
export function parse(language: keyof typeof GRAMMARS, text: string): Node {
  const root: Node = { name: 'root', from: 0, to: text.length, kids: [] };
  const stack = [root];
  let deepest = 0;
  treeOf(language, text).iterate({
    enter: ({ name, from, to }) => {
      const node: Node = { name, from, to, kids: [] };
      stack.at(-1)?.kids.push(node);
      stack.push(node);
      if (stack.length > deepest) deepest = stack.length;
    },
    leave: () => {
      stack.pop();
    },
  });
  if (deepest > DEEPEST) throw new TooDeep();
  return root.kids[0] ?? root;
}

export const kid = (node: Node, ...names: readonly string[]): Node | undefined => node.kids.find((one) => names.includes(one.name));

/** Groups of nodes between separators; empty groups are left out. */
export function split(nodes: readonly Node[], separator: string): Node[][] {
  const groups: Node[][] = [[]];
  for (const node of nodes) {
    if (node.name === separator) groups.push([]);
    else groups.at(-1)?.push(node);
  }
  return groups.filter((group) => group.length > 0);
}
