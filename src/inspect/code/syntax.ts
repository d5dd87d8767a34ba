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
  parse(text: string): {
    iterate(walk: { enter(node: { readonly name: string; readonly from: number; readonly to: number }): void; leave(): void }): void;
  };
}

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

/** The syntax tree of a text. Never throws but `TooDeep`; what the grammar skipped are nodes named `⚠`. */
export function parse(language: keyof typeof GRAMMARS, text: string): Node {
  const root: Node = { name: 'root', from: 0, to: text.length, kids: [] };
  const stack = [root];
  let deepest = 0;
  grammar(language)
    .parse(text)
    .iterate({
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
