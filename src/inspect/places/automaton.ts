import { SYMBOLS } from './parse-pattern.ts';
import type { Bounded, Shape, Symbols } from './parse-pattern.ts';

/** One place of a pattern: reads a symbol and goes on, goes on in several ways at once, or has matched. */
export type Node =
  | { readonly type: 'set'; readonly symbols: Symbols; readonly to: number }
  | { readonly type: 'split'; readonly to: readonly number[] }
  | { readonly type: 'end'; readonly pattern: number };

export interface Network {
  readonly nodes: readonly Node[];
  /** Where each pattern begins. */
  readonly starts: readonly number[];
}

/** All patterns as one network of places (Thompson, 1968). */
export function networkOf(patterns: readonly Bounded[]): Network {
  const nodes: Node[] = [];
  const add = (node: Node): number => nodes.push(node) - 1;
  const starts = patterns.map(({ shape }, pattern) => before(shape, add({ type: 'end', pattern }), { nodes, add }));
  return { nodes, starts };
}

interface Building {
  readonly nodes: Node[];
  readonly add: (node: Node) => number;
}

/** The node from which `shape` and then what begins at `next` is read. */
function before(shape: Shape, next: number, building: Building): number {
  const { nodes, add } = building;
  switch (shape.type) {
    case 'set':
      return add({ type: 'set', symbols: shape.symbols, to: next });
    case 'sequence':
      return shape.parts.reduceRight((to, part) => before(part, to, building), next);
    case 'choice':
      return add({ type: 'split', to: shape.parts.map((part) => before(part, next, building)) });
    case 'repeat': {
      let at = next;
      if (shape.most === Infinity) {
        at = add({ type: 'split', to: [] });
        nodes[at] = { type: 'split', to: [before(shape.part, at, building), next] };
      } else for (let i = shape.least; i < shape.most; i++) at = add({ type: 'split', to: [before(shape.part, at, building), next] });
      for (let i = 0; i < shape.least; i++) at = before(shape.part, at, building);
      return at;
    }
  }
}

/** The classes of symbols that no pattern tells apart: `of[symbol]` is the class; the last class stands for the ends of the text. */
export function classesOf(patterns: readonly Bounded[], nodes: readonly Node[]): { readonly of: Uint8Array; readonly count: number } {
  const told = [
    ...nodes.flatMap((node) => (node.type === 'set' ? [node.symbols] : [])),
    ...patterns.flatMap((one) => [one.notBefore, one.notBehind]),
  ];
  const distinct = [...new Map(told.map((symbols) => [symbols.map(Number).join(''), symbols])).values()];
  const known = new Map<string, number>();
  const of = new Uint8Array(SYMBOLS);
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    const key = distinct.map((symbols) => Number(symbols[symbol])).join('');
    const at = known.get(key) ?? known.size;
    known.set(key, at);
    of[symbol] = at;
  }
  return { of, count: known.size + 1 };
}
