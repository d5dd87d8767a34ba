import { findNodeAtLocation, getNodeValue, parseTree } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import type { Json } from '../../kernel/json.ts';

export const BOM = '\uFEFF';

export const withoutBom = (text: string): string => (text.startsWith(BOM) ? text.slice(1) : text);

export type Fault = { readonly fault: string };

/** JSON with comments and trailing commas, as these settings are written. A key that stands twice is a fault: programs differ on which one counts. */
export function readSettings(text: string): { readonly root: Node } | Fault {
  const bare = withoutBom(text);
  const errors: ParseError[] = [];
  const root = parseTree(bare.trim() === '' ? '{}' : bare, errors, { allowTrailingComma: true });
  if (errors[0] !== undefined || root === undefined) return { fault: `it is not JSON at offset ${String(errors[0]?.offset ?? 0)}` };
  if (root.type !== 'object') return { fault: 'it does not hold a JSON object' };
  const twice = doubled(root);
  return twice === null ? { root } : { fault: `the key ${JSON.stringify(twice)} stands twice` };
}

function doubled(node: Node): string | null {
  const open: Node[] = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type === 'object') {
      const keys = (next.children ?? []).map((property) => String(property.children?.[0]?.value));
      const twice = keys.find((key, at) => keys.indexOf(key) !== at);
      if (twice !== undefined) return twice;
    }
    open.push(...(next.children ?? []));
  }
  return null;
}

/** The value in a settings text, undefined where there is none. */
export function valueAt(text: string, at: readonly string[]): Json | undefined {
  const read = readSettings(text);
  const node = 'fault' in read ? undefined : findNodeAtLocation(read.root, [...at]);
  // jsonc-parser’s objects have no prototype; JSON’s have one, and are compared with ours.
  return node === undefined ? undefined : (JSON.parse(JSON.stringify(getNodeValue(node))) as Json);
}

/** The inside of an empty container without so much as a comment in it; null for any other. */
export function emptyInside(text: string, place: readonly string[]): { readonly from: number; readonly text: string } | null {
  const read = readSettings(text);
  const node = 'fault' in read ? undefined : findNodeAtLocation(read.root, [...place]);
  if (node?.children?.length !== 0) return null;
  const inner = withoutBom(text).slice(node.offset + 1, node.offset + node.length - 1);
  return inner.trim() === '' ? { from: node.offset + 1, text: inner } : null;
}
