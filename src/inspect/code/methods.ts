import { UNKNOWN } from '../shell/call.ts';
import { decoded } from './decoding.ts';
import type { Machine } from './machine.ts';
import { step } from './machine.ts';
import { concatenated, elementsOf, pathOf, sliced } from './operators.ts';
import type { Given, Value } from './value.ts';
import { NOT_KNOWN, asText, either, originsOf, text, unknown } from './value.ts';

type Text = Extract<Value, { is: 'text' }>;
type Method = (of: Text, given: readonly Value[], machine: Machine) => Value;

const keep = (of: Text, changed: string): Value => ({ ...of, text: changed });
const simple =
  (change: (whole: string) => string): Method =>
  (of) =>
    keep(of, change(of.text));

/** Encodings that change nothing here: texts and their bytes are held alike. */
const CHARSET = /^(?:utf-?8|ascii|latin-?1|iso-8859-1|utf-?16|cp1252|binary|ucs-?2)?$/i;

const recoded: Method = (of, [name]) => {
  const encoding = name?.is === 'text' ? name.text : '';
  const { bytes: _bytes, ...plain } = of;
  return CHARSET.test(encoding) ? plain : decoded(of, encoding);
};

const replaced =
  (all: boolean): Method =>
  (of, [what, by], machine) => {
    if (what?.is !== 'text' || by?.is !== 'text' || of.text.includes(UNKNOWN)) return unknown(originsOf(of));
    step(machine, of.text.length);
    return keep(of, all ? of.text.replaceAll(what.text, by.text) : of.text.replace(what.text, () => by.text));
  };

const divided: Method = (of, [by]) => {
  const separator = by?.is === 'text' ? by.text : undefined;
  if (of.text.includes(UNKNOWN)) return { is: 'list', items: [unknown(of.from ?? [])], open: true };
  const pieces = separator === undefined ? of.text.split(/\s+/).filter((piece) => piece !== '') : of.text.split(separator);
  return { is: 'list', items: pieces.slice(0, 4096).map((piece) => text(piece, of.from)) };
};

const cut =
  (length: boolean): Method =>
  (of, [from, to]) => {
    const start = from?.is === 'number' ? from.value : 0;
    const end = to?.is === 'number' ? { is: 'number' as const, value: length ? start + to.value : to.value } : undefined;
    return sliced(of, [{ is: 'number', value: start }, end]);
  };

const character: Method = (of, [at]) => (at?.is === 'number' ? text(of.text.charAt(at.value), of.from) : unknown(of.from ?? []));

/** `'{} {0} {name}'.format(…)`. */
function formatMethod(of: Text, given: readonly Given[], machine: Machine): Value {
  let next = 0;
  const positional = given.filter((one) => one.name === undefined);
  let made: Value = text('', of.from);
  let from = 0;
  for (const match of of.text.matchAll(/\{(\w{0,40})[^{}]{0,40}\}/g)) {
    const key = match[1] ?? '';
    const value =
      key === '' ? positional[next++]?.value : /^\d+$/.test(key) ? positional[Number(key)]?.value : given.find((one) => one.name === key)?.value;
    made = concatenated(concatenated(made, text(of.text.slice(from, match.index)), machine), value ?? NOT_KNOWN, machine);
    from = match.index + match[0].length;
  }
  return concatenated(made, text(of.text.slice(from)), machine);
}

const METHODS: Readonly<Record<string, Method>> = {
  lower: simple((whole) => whole.toLowerCase()),
  toLowerCase: simple((whole) => whole.toLowerCase()),
  upper: simple((whole) => whole.toUpperCase()),
  toUpperCase: simple((whole) => whole.toUpperCase()),
  strip: simple((whole) => whole.trim()),
  lstrip: simple((whole) => whole.trimStart()),
  rstrip: simple((whole) => whole.trimEnd()),
  trim: simple((whole) => whole.trim()),
  swapcase: simple((whole) => [...whole].map((one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase())).join('')),
  decode: recoded,
  encode: recoded,
  toString: recoded,
  hex: (of) => keep(of, [...of.text].map((one) => one.charCodeAt(0).toString(16).padStart(2, '0')).join('')),
  replaceAll: replaced(true),
  split: divided,
  splitlines: (of) => ({ is: 'list', items: of.text.split('\n').map((line) => text(line, of.from)) }),
  concat: (of, given, machine) => given.reduce<Value>((left, right) => concatenated(left, right, machine), of),
  slice: cut(false),
  substring: cut(false),
  substr: cut(true),
  charAt: character,
  at: character,
  charCodeAt: (of, [at]) => ({ is: 'number', value: of.text.charCodeAt(at?.is === 'number' ? at.value : 0) }),
  codePointAt: (of, [at]) => ({ is: 'number', value: of.text.codePointAt(at?.is === 'number' ? at.value : 0) ?? 0 }),
  repeat: (of, [times], machine) => {
    const count = times?.is === 'number' ? Math.trunc(times.value) : 0;
    if (count < 0 || count * of.text.length > 65_536) return NOT_KNOWN;
    step(machine, count * of.text.length);
    return keep(of, of.text.repeat(count));
  },
  valueOf: simple((whole) => whole),
  as_posix: (of) => of,
  absolute: (of) => of,
  resolve: (of) => of,
  expanduser: (of) => of,
  joinpath: (of, given, machine) => pathOf([of, ...given], machine),
  with_name: (of, [name], machine) => pathOf([parentOf(of), name ?? NOT_KNOWN], machine),
};

export function parentOf(of: Text): Text {
  const at = of.text.replace(/\/+$/, '').lastIndexOf('/');
  return { ...of, text: at < 0 ? '.' : at === 0 ? '/' : of.text.slice(0, at) };
}

/** A method of a text, a list, a number or a map that does nothing but give a value. Undefined where it is none. */
export function methodOf(of: Value, name: string, given: readonly Given[], machine: Machine): Value | undefined {
  const values = given.map((one) => one.value);
  if (of.is === 'text') return textMethod(of, name, { given, values, machine });
  if (of.is === 'list') return listMethod(of, name, values, machine);
  if (of.is === 'number' && (name === 'toString' || name === 'to_bytes'))
    return values[0]?.is === 'number' ? text(of.value.toString(Math.min(36, Math.max(2, values[0].value)))) : text(String(of.value));
  if (of.is === 'map') return mapMethod(of, name, values);
  return undefined;
}

interface Called {
  readonly given: readonly Given[];
  readonly values: readonly Value[];
  readonly machine: Machine;
}

function textMethod(of: Text, name: string, { given, values, machine }: Called): Value | undefined {
  if (name === 'join') return joined(of, values[0] ?? NOT_KNOWN, machine);
  if (name === 'format') return formatMethod(of, given, machine);
  // With one argument it is a path's, which moves a file.
  if (name === 'replace') return values.length < 2 ? undefined : replaced(machine.language === 'python')(of, values, machine);
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  return method?.(of, values, machine);
}

function joined(separator: Text, over: Value, machine: Machine): Value {
  if (over.is === 'either') return either(over.options.map((one) => joined(separator, one, machine)));
  const { items, open } = elementsOf(over);
  let made: Value = text('');
  items.forEach((item, i) => {
    made = concatenated(i === 0 ? made : concatenated(made, separator, machine), item, machine);
  });
  return open ? concatenated(made, unknown(originsOf(over)), machine) : made;
}

function listMethod(of: Extract<Value, { is: 'list' }>, name: string, values: readonly Value[], machine: Machine): Value | undefined {
  const [first] = values;
  switch (name) {
    case 'join':
      return joined(first?.is === 'text' ? first : { is: 'text', text: ',' }, of, machine);
    case 'reverse':
    case 'toReversed':
      return { ...of, items: [...of.items].reverse() };
    case 'concat':
      return { ...of, items: [...of.items, ...values.flatMap((one) => (one.is === 'list' ? one.items : [one]))] };
    case 'slice':
      return sliced(of, [first, values[1]]);
    case 'filter':
    case 'sort':
    case 'copy':
    case 'flat':
      return of;
    case 'toString':
    case 'decode':
      return joined(
        { is: 'text', text: '' },
        { ...of, items: of.items.map((one) => (one.is === 'number' ? text(String.fromCharCode(one.value & 0xffff)) : asText(one))) },
        machine,
      );
    case 'pop':
    case 'shift':
    case 'at':
      return first?.is === 'number' ? (of.items.at(first.value) ?? NOT_KNOWN) : either(of.items);
    default:
      return undefined;
  }
}

function mapMethod(of: Extract<Value, { is: 'map' }>, name: string, values: readonly Value[]): Value | undefined {
  const [first] = values;
  if (of.entries.has(name)) return undefined;
  if (name === 'get' && first?.is === 'text')
    return either([of.entries.get(first.text) ?? NOT_KNOWN, ...(values[1] === undefined ? [] : [values[1]])]);
  if (name === 'values') return { is: 'list', items: [...of.entries.values()] };
  if (name === 'keys') return { is: 'list', items: [...of.entries.keys()].map((key) => text(key)) };
  if (name === 'items') return { is: 'list', items: [...of.entries].map(([key, value]) => ({ is: 'list', items: [text(key), value] })) };
  return undefined;
}
