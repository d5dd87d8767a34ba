/** A value that needs no row; `undefined` is NULL. Truth is 1 and 0. */
export type Known = number | string | undefined;

/** An SQL expression. A variable is a column, a placeholder, or whatever is not worked out, named by its text. */
export type Node =
  | { readonly kind: 'constant'; readonly value: Known }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'call'; readonly op: string; readonly args: readonly Node[] };

export const constant = (value: Known): Node => ({ kind: 'constant', value });
export const variable = (name: string): Node => ({ kind: 'variable', name });
export const call = (op: string, ...args: readonly Node[]): Node => ({ kind: 'call', op, args });

export const TRUE = constant(1);
export const FALSE = constant(0);

/** One call for a run of the same operator; the only operand stands for itself. */
export function joined(op: string, parts: readonly Node[]): Node {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : { kind: 'call', op, args: parts };
}

/** The last part of a dotted name. */
export const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
