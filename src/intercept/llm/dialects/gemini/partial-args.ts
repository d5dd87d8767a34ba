import type { Json, JsonObject } from '../../../../kernel/json.ts';
import { listOf, objectOf, textOf } from '../../dialect/members.ts';

/** Arguments while they are streamed: what each path of theirs holds so far. Nested Maps, so that no key is special. */
type Node = Map<string | number, Node> | Leaf;

interface Leaf {
  value: string | number | boolean | null;
  /** More of this text follows. */
  open: boolean;
}

export interface PartialArgs {
  readonly root: Map<string | number, Node>;
  /** A path or a value nobody can place: the arguments are not known. */
  broken: boolean;
}

export function emptyArgs(): PartialArgs {
  return { root: new Map(), broken: false };
}

/** Adds what one frame brings: `[{ jsonPath, stringValue | numberValue | boolValue | nullValue, willContinue? }]`. Source: Gemini API, FunctionCall. */
export function addPartial(args: PartialArgs, value: Json | undefined): void {
  for (const one of listOf(value)) {
    const part = objectOf(one);
    const path = pathOf(textOf(part?.jsonPath) ?? '');
    const leaf = part === null ? null : leafOf(part);
    if (path === null || leaf === null || !place(args.root, path, leaf)) args.broken = true;
  }
}

/** The arguments; null when a piece could not be placed, a text did not end, or an array has holes. */
export function argsOfPartial({ root, broken }: PartialArgs): JsonObject | null {
  if (broken) return null;
  const value = valueOf(root);
  return value === undefined ? null : objectOf(value);
}

const KINDS = ['stringValue', 'numberValue', 'boolValue', 'nullValue'] as const;

function leafOf(part: JsonObject): Leaf | null {
  const given = KINDS.filter((kind) => part[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) return null;
  const value = kind === 'nullValue' ? null : part[kind];
  if (value === undefined || (value !== null && typeof value === 'object')) return null;
  return { value, open: part.willContinue === true };
}

function place(root: Map<string | number, Node>, path: readonly (string | number)[], leaf: Leaf): boolean {
  let node = root;
  for (const step of path.slice(0, -1)) {
    const next: Node = node.get(step) ?? new Map<string | number, Node>();
    if (!(next instanceof Map)) return false;
    node.set(step, next);
    node = next;
  }
  const last = path.at(-1);
  if (last === undefined) return false;
  const before = node.get(last);
  if (before === undefined) {
    node.set(last, { ...leaf });
    return true;
  }
  if (before instanceof Map || !before.open || typeof before.value !== 'string' || typeof leaf.value !== 'string') return false;
  before.value += leaf.value;
  before.open = leaf.open;
  return true;
}

function valueOf(node: Node): Json | undefined {
  if (!(node instanceof Map)) return node.open ? undefined : node.value;
  const entries = [...node].map(([step, below]) => [step, valueOf(below)] as const);
  if (entries.some(([, value]) => value === undefined)) return undefined;
  const values = entries.map(([step, value]) => [step, value ?? null] as const);
  if (values.every(([step]) => typeof step === 'string')) return Object.fromEntries(values);
  const sorted = values.toSorted(([one], [other]) => Number(one) - Number(other));
  return sorted.every(([step], at) => step === at) ? sorted.map(([, value]) => value) : undefined;
}

/** `$.a.b[0]['c']` as steps; null when it is written in another way (RFC 9535 has more ways than a call needs). */
function pathOf(text: string): readonly (string | number)[] | null {
  if (!text.startsWith('$')) return null;
  const steps: (string | number)[] = [];
  let at = 1;
  while (at < text.length) {
    const step = text[at] === '.' ? named(text, at + 1) : text[at] === '[' ? bracketed(text, at + 1) : null;
    if (step === null) return null;
    steps.push(step.step);
    at = step.end;
  }
  return steps;
}

interface Step {
  readonly step: string | number;
  readonly end: number;
}

function named(text: string, from: number): Step | null {
  let end = from;
  while (end < text.length && text[end] !== '.' && text[end] !== '[') end++;
  return end === from ? null : { step: text.slice(from, end), end };
}

function bracketed(text: string, from: number): Step | null {
  const quote = text[from];
  if (quote === "'" || quote === '"') {
    const close = text.indexOf(quote, from + 1);
    const name = text.slice(from + 1, close);
    return close === -1 || name.includes('\\') || text[close + 1] !== ']' ? null : { step: name, end: close + 2 };
  }
  const close = text.indexOf(']', from);
  const digits = text.slice(from, close);
  return close === -1 || !/^\d{1,6}$/.test(digits) ? null : { step: Number(digits), end: close + 1 };
}
