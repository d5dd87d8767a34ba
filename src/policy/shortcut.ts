import type { ASTNode } from '@marcbachmann/cel-js';
import type { Context } from './facts.ts';
import { isPlainText } from './code-points.ts';
import { FIELDS } from './facts.ts';

/** Not for the short cut to say: the library is asked, and whatever it says or throws counts. */
export const UNSURE = Symbol('unsure');

type Value = string | number | bigint | boolean | typeof UNSURE;
type Look = (context: Context) => Value;

const unsure: Look = () => UNSURE;

/** `cel`: numbers are compared by their exact values and texts by code points; `library`: as it does (semantics 1 and 2). */
export type As = 'cel' | 'library';

/**
 * A checked condition as plain functions, for what most rules are made of: fields and arguments compared with literals, `in`, `has`,
 * prefixes, and, or, not. It answers only where it is certain to answer as the library would; a missing attribute, an odd type, any other
 * operator is UNSURE, and so is every error. A condition changes nothing, so asking the library afterwards is asking for the first time.
 */
export function shortcut(node: ASTNode, as: As = 'cel'): Look {
  const of = (part: ASTNode): Look => shortcut(part, as);
  switch (node.op) {
    case 'value':
      return literal(node.args);
    case '.':
      return access(node);
    case '!_':
      return not(of(node.args));
    case '&&':
    case '||':
      return both(of(node.args[0]), of(node.args[1]), node.op === '||');
    case '==':
    case '!=':
      return equal(of(node.args[0]), of(node.args[1]), { wanted: node.op === '==', as });
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(of(node.args[0]), of(node.args[1]), { order: ORDER[node.op], as });
    case 'in':
      return within(of(node.args[0]), listOf(node.args[1]));
    case 'rcall':
      return onText(node.args[0], of(node.args[1]), node.args[2].map(of));
    case 'call':
      return node.args[0] === 'has' ? has(node.args[1][0]) : unsure;
    default:
      return unsure;
  }
}

function isPlain(value: unknown): value is Exclude<Value, symbol> {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

function literal(value: unknown): Look {
  return isPlain(value) ? () => value : unsure;
}

const ORDER = {
  '<': (a: string | number | bigint, b: string | number | bigint) => a < b,
  '<=': (a: string | number | bigint, b: string | number | bigint) => a <= b,
  '>': (a: string | number | bigint, b: string | number | bigint) => a > b,
  '>=': (a: string | number | bigint, b: string | number | bigint) => a >= b,
} as const;

function isNumber(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function compare(left: Look, right: Look, { order, as }: { readonly order: (typeof ORDER)['<']; readonly as: As }): Look {
  return (context) => {
    const a = left(context);
    const b = right(context);
    if (isNumber(a) && isNumber(b)) return order(a, b);
    if (typeof a !== 'string' || typeof b !== 'string') return UNSURE;
    return as === 'library' || (isPlainText(a) && isPlainText(b)) ? order(a, b) : UNSURE;
  };
}

function equal(left: Look, right: Look, { wanted, as }: { readonly wanted: boolean; readonly as: As }): Look {
  return (context) => {
    const a = left(context);
    const b = right(context);
    // Exactly: a bigint and a number are equal when their values are.
    if (as === 'cel' && isNumber(a) && isNumber(b)) return (a == b) === wanted;
    if (typeof a === 'number' && typeof b === 'bigint') return (a === Number(b)) === wanted;
    if (typeof a === 'bigint' && typeof b === 'number') return (b === Number(a)) === wanted;
    if (a === UNSURE || typeof a !== typeof b) return UNSURE;
    return (a === b) === wanted;
  };
}

function not(inner: Look): Look {
  return (context) => {
    const value = inner(context);
    return typeof value === 'boolean' ? !value : UNSURE;
  };
}

/** `ruling` decides alone, whichever side it stands on and even if the other one fails: that is CEL's meaning of `&&` and `||`. */
function both(left: Look, right: Look, ruling: boolean): Look {
  return (context) => {
    const a = left(context);
    if (a === ruling) return ruling;
    const b = right(context);
    if (b === ruling) return ruling;
    return typeof a === 'boolean' && typeof b === 'boolean' ? !ruling : UNSURE;
  };
}

type List = (context: Context) => ReadonlySet<string> | readonly string[] | typeof UNSURE;

function listOf(node: ASTNode): List {
  if (node.op === 'list') {
    const items = node.args.map((item) => (item.op === 'value' ? item.args : null));
    if (items.length === 0 || !items.every((item) => typeof item === 'string')) return () => UNSURE;
    const names = new Set(items);
    return () => names;
  }
  const place = fieldOf(node);
  if (place?.type !== 'list<string>') return () => UNSURE;
  return (context) => {
    const list = place.read(context);
    return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : UNSURE;
  };
}

function within(item: Look, list: List): Look {
  return (context) => {
    const value = item(context);
    const names = list(context);
    if (typeof value !== 'string' || names === UNSURE) return UNSURE;
    return 'has' in names ? names.has(value) : names.includes(value);
  };
}

const ON_TEXT: ReadonlyMap<string, (text: string, part: string) => boolean> = new Map([
  ['startsWith', (text: string, part: string) => text.startsWith(part)],
  ['endsWith', (text: string, part: string) => text.endsWith(part)],
  ['contains', (text: string, part: string) => text.includes(part)],
]);

function onText(name: string, receiver: Look, [part, ...more]: readonly Look[]): Look {
  const test = ON_TEXT.get(name);
  if (test === undefined || part === undefined || more.length > 0) return unsure;
  return (context) => {
    const text = receiver(context);
    const sought = part(context);
    return typeof text === 'string' && typeof sought === 'string' ? test(text, sought) : UNSURE;
  };
}

const VARIABLES: Readonly<Record<string, keyof typeof FIELDS>> = { action: 'Action', session: 'Session', agent: 'Agent', now: 'Now' };
const NATIVE: Readonly<Record<string, string>> = { string: 'string', int: 'bigint', double: 'number', bool: 'boolean' };

interface Field {
  readonly type: string;
  readonly read: (context: Context) => unknown;
}

/** `action.name`, `session.steps`, `action.claims.usd`: a field of the vocabulary, with its declared type. */
function fieldOf(node: ASTNode): Field | null {
  if (node.op !== '.') return null;
  const [object, name] = node.args;
  if (object.op === 'id') {
    const type = typeIn(VARIABLES[object.args], name);
    const variable = object.args;
    return type === undefined ? null : { type, read: (context) => (context[variable] as Readonly<Record<string, unknown>>)[name] };
  }
  const parent = fieldOf(object);
  const type = parent?.type === 'Claims' ? typeIn('Claims', name) : undefined;
  if (parent === null || type === undefined) return null;
  return { type, read: (context) => (parent.read(context) as Readonly<Record<string, unknown>>)[name] };
}

function typeIn(group: keyof typeof FIELDS | undefined, name: string): string | undefined {
  return group !== undefined && Object.hasOwn(FIELDS[group], name) ? FIELDS[group][name] : undefined;
}

/** The name in `action.args.NAME`. */
function argumentOf(node: ASTNode): string | null {
  if (node.op !== '.') return null;
  const [object, name] = node.args;
  return fieldOf(object)?.type === 'map<string, dyn>' ? name : null;
}

/** An argument as it is; `undefined` when it is not there, UNSURE when the arguments are no plain object. */
function argument(context: Context, name: string): unknown {
  const args = context.action.args as Readonly<Record<string, unknown>>;
  if (args.constructor !== Object) return UNSURE;
  return Object.hasOwn(args, name) ? args[name] : undefined;
}

function access(node: ASTNode): Look {
  const name = argumentOf(node);
  if (name !== null) {
    return (context) => {
      const value = argument(context, name);
      return isPlain(value) ? value : UNSURE;
    };
  }
  const field = fieldOf(node);
  const native = field === null ? undefined : NATIVE[field.type];
  if (field === null || native === undefined) return unsure;
  return (context) => {
    const value = field.read(context);
    return typeof value === native ? (value as Value) : UNSURE;
  };
}

function has(node: ASTNode | undefined): Look {
  if (node === undefined) return unsure;
  const name = argumentOf(node);
  if (name !== null) {
    return (context) => {
      const value = argument(context, name);
      return value === undefined ? false : isPlain(value) ? true : UNSURE;
    };
  }
  const field = fieldOf(node);
  const native = field === null ? undefined : NATIVE[field.type];
  if (field === null || native === undefined) return unsure;
  return (context) => {
    const value = field.read(context);
    return value === undefined ? false : typeof value === native ? true : UNSURE;
  };
}
