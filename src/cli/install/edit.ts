import { isDeepStrictEqual } from 'node:util';
import { applyEdits, findNodeAtLocation, getNodeValue, modify, parseTree } from 'jsonc-parser';
import type { JSONPath, Node, ParseError } from 'jsonc-parser';
import { isObject } from '../../kernel/json.ts';
import type { Json } from '../../kernel/json.ts';

/** One thing put into a settings file, described so that exactly it can be taken out again. */
export type Edit =
  /** One more element at the end of an array, which is made where it is missing. */
  | { readonly kind: 'append'; readonly at: readonly string[]; readonly value: Json }
  /** A member set; `before` is what it was, absent when it was not there. */
  | { readonly kind: 'set'; readonly at: readonly string[]; readonly value: Json; readonly before?: Json };

const BOM = '\uFEFF';

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

/** The text with every edit made; comments, order, indentation, line ends and byte-order mark stay as they are. The text must be readable. */
export function edited(text: string, edits: readonly Edit[]): string {
  const { bom, body, layout } = prepared(text);
  const none = body.trim() === '';
  let next = none ? '{}' : body;
  for (const edit of edits) {
    if (edit.kind === 'set' && valueAt(next, edit.at) !== undefined) next = applyEdits(next, modify(next, [...edit.at], edit.value, {}));
    else next = inserted(next, edit, layout);
  }
  return bom + next + (none ? layout.eol : '');
}

interface Layout {
  readonly unit: string;
  readonly eol: string;
  /** What stands on one line is left on one line: laying it out would touch what is not ours. */
  readonly lines: boolean;
}

/** One more member or element behind the last one of the nearest container that is there, and nothing else moved. */
function inserted(text: string, { kind, at, value }: Edit, { unit, eol, lines }: Layout): string {
  const read = readSettings(text);
  if ('fault' in read) return text;
  const depth = at.findLastIndex((_, index) => findNodeAtLocation(read.root, at.slice(0, index + 1)) !== undefined) + 1;
  const parent = depth === 0 ? read.root : findNodeAtLocation(read.root, at.slice(0, depth));
  if (parent === undefined) return text;
  const rest = at.slice(depth);
  const leaf: Json = kind === 'append' && rest.length > 0 ? [value] : value;
  const whole = rest.slice(1).reduceRight<Json>((held, key) => ({ [key]: held }), leaf);
  const key = rest[0] === undefined ? '' : `${JSON.stringify(rest[0])}: `;
  const gap = (level: number): string => (lines ? eol + unit.repeat(level) : ' ');
  const said = lines ? JSON.stringify(whole, null, unit).replaceAll('\n', gap(depth + 1)) : JSON.stringify(whole);
  const last = parent.children?.at(-1);
  const from = last === undefined ? parent.offset + 1 : last.offset + last.length;
  const hollow = last === undefined && !text.slice(from, parent.offset + parent.length - 1).includes('\n');
  return text.slice(0, from) + (last === undefined ? '' : ',') + gap(depth + 1) + key + said + (hollow ? gap(depth) : '') + text.slice(from);
}

/** What stands in the way of an edit: something that should be an object or an array and is not. Null when nothing does. */
export function obstacle(text: string, edits: readonly Edit[]): string | null {
  for (const { at, kind } of edits) {
    for (let depth = 1; depth <= at.length; depth++) {
      const held = valueAt(text, at.slice(0, depth));
      if (held === undefined) break;
      const last = depth === at.length;
      if (last && kind === 'set') break;
      const fits = last ? Array.isArray(held) : isObject(held);
      if (!fits) return `${at.slice(0, depth).join('.')} is no ${last ? 'list' : 'object'}`;
    }
  }
  return null;
}

/** What edits change besides what they put in, so that undoing leaves none of it. */
export interface Bed {
  /** Containers made for them, deepest first: taken away when they are empty again. */
  readonly made: readonly (readonly string[])[];
  /** Containers that were empty, and the white space in them. */
  readonly hollow: readonly { readonly at: readonly string[]; readonly inner: string }[];
}

export function bedOf(text: string, edits: readonly Edit[]): Bed {
  const made = new Map<string, readonly string[]>();
  const hollow = new Map<string, Bed['hollow'][number]>();
  for (const { at, kind } of edits) {
    for (let depth = kind === 'append' ? at.length : at.length - 1; depth >= 0; depth--) {
      const place = at.slice(0, depth);
      const inner = bare(text, place);
      if (valueAt(text, place) === undefined) made.set(place.join('\n'), place);
      else if (inner !== null) hollow.set(place.join('\n'), { at: place, inner: inner.text });
    }
  }
  return { made: [...made.values()].toSorted((a, b) => b.length - a.length), hollow: [...hollow.values()] };
}

/** The text with exactly these edits taken out, wherever others have moved them to; what others changed in them stays. */
export function trimmed(text: string, edits: readonly Edit[], { made, hollow }: Bed): string {
  const { bom, body } = prepared(text);
  let next = body;
  const change = (path: JSONPath, value: Json | undefined): void => {
    next = value === undefined ? without(next, path) : applyEdits(next, modify(next, path, value, {}));
  };
  for (const edit of edits.toReversed()) {
    const held = valueAt(next, edit.at);
    if (edit.kind === 'set') {
      if (isDeepStrictEqual(held, edit.value)) change([...edit.at], edit.before);
    } else if (Array.isArray(held)) {
      const index = held.findLastIndex((element) => isDeepStrictEqual(element, edit.value));
      if (index !== -1) change([...edit.at, index], undefined);
    }
  }
  for (const place of made) if (bare(next, place) !== null) change([...place], undefined);
  for (const { at, inner } of hollow) {
    const empty = bare(next, at);
    if (empty !== null) next = next.slice(0, empty.from) + inner + next.slice(empty.from + empty.text.length);
  }
  return bom + next;
}

/** One member or element taken out with the comma and the white space that came with it; a comment in between stays. */
function without(text: string, path: JSONPath): string {
  const read = readSettings(text);
  const held = 'fault' in read ? undefined : findNodeAtLocation(read.root, path);
  const node = held?.parent?.type === 'property' ? held.parent : held;
  const siblings = node?.parent?.children ?? [];
  if (node?.parent === undefined) return text;
  const at = siblings.indexOf(node);
  const before = siblings[at - 1];
  const end = node.offset + node.length;
  const from = before === undefined ? node.parent.offset + 1 : before.offset + before.length;
  const gap = text.slice(from, node.offset).trim();
  if (before !== undefined && gap === ',') return text.slice(0, from) + text.slice(end);
  if (before === undefined && gap === '') return text.slice(0, from) + text.slice(end).replace(/^\s*,/, '');
  return applyEdits(text, modify(text, path, undefined, {}));
}

/** The inside of an empty container without so much as a comment in it; null for any other. */
function bare(text: string, place: readonly string[]): { readonly from: number; readonly text: string } | null {
  const read = readSettings(text);
  const node = 'fault' in read ? undefined : findNodeAtLocation(read.root, [...place]);
  if (node?.children?.length !== 0) return null;
  const inner = withoutBom(text).slice(node.offset + 1, node.offset + node.length - 1);
  return inner.trim() === '' ? { from: node.offset + 1, text: inner } : null;
}

const withoutBom = (text: string): string => (text.startsWith(BOM) ? text.slice(1) : text);

function prepared(text: string): { readonly bom: string; readonly body: string; readonly layout: Layout } {
  const body = withoutBom(text);
  const unit = /\n([ \t]{1,16})\S/.exec(body.slice(0, 65_536))?.[1] ?? '  ';
  const trimmed = body.trim();
  const lines = trimmed.includes('\n') || trimmed === '' || trimmed === '{}';
  return { bom: text.startsWith(BOM) ? BOM : '', body, layout: { unit, eol: body.includes('\r\n') ? '\r\n' : '\n', lines } };
}
