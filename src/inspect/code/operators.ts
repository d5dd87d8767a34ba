import { UNKNOWN } from '../shell/call.ts';
import type { Machine } from './machine.ts';
import { step } from './machine.ts';
import type { Value } from './value.ts';
import { NOT_KNOWN, asText, either, optionsOf, originsOf, text, unknown } from './value.ts';

/** Longer results are not made. */
const LONGEST = 262_144;

/** Both texts, one behind the other. */
export function concatenated(left: Value, right: Value, machine: Machine): Value {
  const out: Value[] = [];
  for (const a of optionsOf(left))
    for (const b of optionsOf(right)) {
      const [x, y] = [asText(a), asText(b)];
      if (x.text.length + y.text.length > LONGEST) return unknown([...(x.from ?? []), ...(y.from ?? [])]);
      step(machine, x.text.length + y.text.length);
      const from = x.from === undefined ? y.from : y.from === undefined ? x.from : [...x.from, ...y.from].slice(0, 8);
      const joined = x.text.endsWith(UNKNOWN) && y.text === UNKNOWN ? x.text : x.text + y.text;
      const bytes = x.bytes === true || y.bytes === true;
      out.push({ is: 'text', text: joined, ...(bytes ? { bytes } : {}), ...(from === undefined ? {} : { from }) });
    }
  return either(out);
}

/** Joined like a path of the file system: an absolute part starts anew. */
export function pathOf(parts: readonly Value[], machine: Machine): Value {
  return parts.reduce<Value>((left, right) => {
    const base = optionsOf(left).every((one) => one.is === 'text' && (one.text === '' || one.text.endsWith('/')));
    const fresh = optionsOf(right).every((one) => one.is === 'text' && /^(?:\/|~|[A-Za-z]:)/.test(one.text));
    if (fresh) return right;
    return concatenated(base ? left : concatenated(left, text('/'), machine), right, machine);
  }, text(''));
}

/** `'%s/%s' % (a, b)`, for texts alone. */
function formatted(pattern: Value, given: Value, machine: Machine): Value {
  if (pattern.is !== 'text') return unknown([...originsOf(pattern), ...originsOf(given)]);
  const items = given.is === 'list' ? [...given.items] : [given];
  const pieces = pattern.text.split(/%[-+ #0]{0,4}\d{0,4}(?:\.\d{1,4})?[sdirxXfgeac]|%\((?:\w{1,60})\)[sdr]/);
  return pieces.slice(1).reduce<Value>(
    (made, piece) => {
      const item = given.is === 'map' ? NOT_KNOWN : (items.shift() ?? NOT_KNOWN);
      return concatenated(concatenated(made, item, machine), text(piece), machine);
    },
    text(pieces[0] ?? ''),
  );
}

export function binary(operator: string, left: Value, right: Value, machine: Machine): Value {
  step(machine);
  if (left.is === 'number' && right.is === 'number') return calculated(operator, left.value, right.value);
  switch (operator) {
    case '+':
      if (left.is === 'list' && right.is === 'list') {
        const open = left.open === true || right.open === true;
        return { is: 'list', items: [...left.items, ...right.items].slice(0, 4096), ...(open ? { open } : {}) };
      }
      return concatenated(left, right, machine);
    case '%':
      return formatted(left, right, machine);
    case '/':
      return isText(left) || isText(right) ? pathOf([left, right], machine) : NOT_KNOWN;
    case '*':
      return repeated(left, right, machine);
    default:
      return { is: 'unknown', ...(originsOf(left).length > 0 ? { from: originsOf(left) } : {}) };
  }
}

const isText = (value: Value): boolean => optionsOf(value).some((one) => one.is === 'text');

function repeated(left: Value, right: Value, machine: Machine): Value {
  if (left.is !== 'text' || right.is !== 'number') return unknown(originsOf(left));
  const times = Math.max(0, Math.trunc(right.value));
  if (times * left.text.length > LONGEST) return NOT_KNOWN;
  step(machine, times * left.text.length);
  return text(left.text.repeat(times), left.from);
}

function calculated(operator: string, a: number, b: number): Value {
  const made: Readonly<Record<string, () => number>> = {
    '+': () => a + b,
    '-': () => a - b,
    '*': () => a * b,
    '/': () => a / b,
    '//': () => Math.floor(a / b),
    '%': () => ((a % b) + b) % b,
    '^': () => a ^ b,
    '&': () => a & b,
    '|': () => a | b,
    '<<': () => a * 2 ** b,
    '>>': () => Math.floor(a / 2 ** b),
    '**': () => a ** b,
  };
  const value = Object.hasOwn(made, operator) ? made[operator]?.() : undefined;
  return value === undefined || !Number.isFinite(value) ? NOT_KNOWN : { is: 'number', value };
}

/** Elements one by one, as a loop or a comprehension goes over them. */
export function elementsOf(value: Value): { readonly items: readonly Value[]; readonly open: boolean } {
  switch (value.is) {
    case 'list':
      return { items: value.items, open: value.open ?? false };
    case 'text': {
      const { text: whole, bytes } = value;
      if (whole.includes(UNKNOWN) || whole.length > 4096) return { items: [unknown(value.from ?? [])], open: true };
      return {
        items: [...whole].map((one): Value => (bytes === true ? { is: 'number', value: one.charCodeAt(0) } : text(one, value.from))),
        open: false,
      };
    }
    case 'map':
      return { items: [...value.entries.keys()].map((key) => text(key)), open: true };
    case 'either': {
      const all = value.options.map(elementsOf);
      return { items: all.flatMap(({ items }) => items).slice(0, 4096), open: true };
    }
    default:
      return { items: [unknown(originsOf(value))], open: true };
  }
}

export function indexed(of: Value, key: Value): Value {
  if (of.is === 'either') return either(of.options.map((one) => indexed(one, key)));
  if (key.is === 'either') return either(key.options.map((one) => indexed(of, one)));
  if (of.is === 'map') {
    const name = key.is === 'text' ? key.text : key.is === 'number' ? String(key.value) : undefined;
    if (name !== undefined) return of.entries.get(name) ?? NOT_KNOWN;
    return either([...of.entries.values()]);
  }
  if (of.is === 'list' && key.is === 'number') return of.items.at(key.value) ?? NOT_KNOWN;
  if (of.is === 'list') return either(of.items.length === 0 ? [NOT_KNOWN] : of.items);
  if (of.is === 'text' && key.is === 'number') {
    if (of.text.includes(UNKNOWN)) return unknown(of.from ?? []);
    const char = of.text.at(key.value);
    return char === undefined ? NOT_KNOWN : of.bytes === true ? { is: 'number', value: char.charCodeAt(0) } : text(char, of.from);
  }
  return unknown(originsOf(of));
}

/** `x[a:b:c]` with numbers that are known. */
export function sliced(of: Value, bounds: readonly (Value | undefined)[]): Value {
  if (of.is === 'either') return either(of.options.map((one) => sliced(one, bounds)));
  const numbers = bounds.map((one) => (one === undefined ? undefined : one.is === 'number' ? one.value : Number.NaN));
  if (numbers.some((one) => one !== undefined && Number.isNaN(one))) return unknown(originsOf(of));
  const [from, to, by = 1] = numbers;
  if (of.is === 'text' && !of.text.includes(UNKNOWN)) {
    const cut = picked([...of.text], { from, to, by }).join('');
    return { ...of, text: cut };
  }
  if (of.is === 'list') return { ...of, items: picked([...of.items], { from, to, by }) };
  return unknown(originsOf(of));
}

function picked<T>(items: readonly T[], { from, to, by }: { from: number | undefined; to: number | undefined; by: number }): T[] {
  if (by === 0) return [];
  if (by < 0) {
    const start = from === undefined ? items.length - 1 : from < 0 ? items.length + from : from;
    const end = to === undefined ? -1 : to < 0 ? items.length + to : to;
    const out: T[] = [];
    for (let i = Math.min(start, items.length - 1); i > end && i >= 0; i += by) out.push(items[i] as T);
    return out;
  }
  return items.slice(from ?? 0, to).filter((_, i) => i % by === 0);
}
