import { UNKNOWN } from '../shell/call.ts';
import type { Expr } from './tree.ts';

/** Where what is not known came from. */
export interface Origin {
  readonly kind: 'remote' | 'decoded' | 'file' | 'environment' | 'variable';
  /** Its path, URL or name, where that is known. */
  readonly name: string;
}

/** What an expression stands for, as far as the code says. */
export type Value =
  | { readonly is: 'text'; readonly text: string; readonly bytes?: boolean; readonly from?: readonly Origin[] }
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'flag'; readonly value: boolean }
  /** `open`: it may hold more than these. */
  | { readonly is: 'list'; readonly items: readonly Value[]; readonly open?: boolean }
  | { readonly is: 'map'; readonly entries: Map<string, Value> }
  /** A module, a function of one, or what a call of it gave: `subprocess.run`, `sqlite3.connect().cursor()`. */
  | { readonly is: 'api'; readonly path: string; readonly given?: readonly Given[] }
  | { readonly is: 'function'; readonly made: Extract<Expr, { type: 'function' }>; readonly scope: Scope; readonly self?: Value }
  | { readonly is: 'class'; readonly members: Map<string, Value> }
  | { readonly is: 'method'; readonly of: Value; readonly name: string }
  | { readonly is: 'either'; readonly options: readonly Value[] }
  | { readonly is: 'unknown'; readonly from?: readonly Origin[] };

/** One argument of a call. */
export interface Given {
  readonly name?: string;
  readonly value: Value;
}

export interface Scope {
  readonly names: Map<string, Value>;
  readonly outer?: Scope;
}

export const NOT_KNOWN: Value = { is: 'unknown' };
/** More possible values of one name than are followed. */
const MOST_OPTIONS = 6;

export const text = (value: string, from?: readonly Origin[]): Value => ({
  is: 'text',
  text: value,
  ...(from === undefined || from.length === 0 ? {} : { from }),
});
export const unknown = (from: readonly Origin[]): Value => (from.length === 0 ? NOT_KNOWN : { is: 'unknown', from });

/** One of them. More than are followed are not known: what they reach is then asked about. */
export function either(options: readonly Value[]): Value {
  const flat = options.flatMap((one) => (one.is === 'either' ? one.options : [one]));
  const distinct: Value[] = [];
  for (const one of flat) if (!distinct.some((other) => same(one, other))) distinct.push(one);
  const [only] = distinct;
  if (only === undefined) return NOT_KNOWN;
  if (distinct.length === 1) return only;
  return distinct.length > MOST_OPTIONS ? unknown(originsOf({ is: 'list', items: distinct })) : { is: 'either', options: distinct };
}

function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.is === 'text' && b.is === 'text') return a.text === b.text && a.from === b.from;
  if (a.is === 'number' && b.is === 'number') return a.value === b.value;
  return a.is === 'api' && b.is === 'api' && a.path === b.path && a.given === b.given;
}

/** The values it may be, one by one. */
export const optionsOf = (value: Value): readonly Value[] => (value.is === 'either' ? value.options : [value]);

/** As the text it would be put into another as. */
export function asText(value: Value): Extract<Value, { is: 'text' }> {
  switch (value.is) {
    case 'text':
      return value;
    case 'number':
      return { is: 'text', text: String(value.value) };
    default: {
      const from = originsOf(value);
      return { is: 'text', text: UNKNOWN, ...(from.length === 0 ? {} : { from }) };
    }
  }
}

/** Nothing of it is known. */
export const isBlank = (value: string): boolean => value.replaceAll(UNKNOWN, '').trim() === '';

/** APIs whose results come from elsewhere. */
const REMOTE =
  /^(?:urlopen|requests|httpx|urllib\d?|aiohttp|http|https|axios|fetch|got|undici|node-fetch|superagent|needle|wget|socket|net|ftplib|paramiko|Deno\.connect|Bun\.connect)\b[^(]*\(\)/;
const SENT = /^(?:requests|httpx)\.|^fetch\(|^urllib/;

/** What a value was made from: walks a bounded part of it. */
export function originsOf(value: Value, depth = 0): readonly Origin[] {
  if (depth > 8) return [];
  switch (value.is) {
    case 'text':
    case 'unknown':
      return value.from ?? [];
    case 'list':
      return value.items.slice(0, 64).flatMap((one) => originsOf(one, depth + 1));
    case 'map':
      return [...value.entries.values()].slice(0, 64).flatMap((one) => originsOf(one, depth + 1));
    case 'either':
      return value.options.flatMap((one) => originsOf(one, depth + 1));
    case 'method':
      return originsOf(value.of, depth + 1);
    case 'api':
      return originsOfApi(value, depth);
    default:
      return [];
  }
}

/** One variable of the environment: `environ.X`, `environ.get('X')`, `os.getenv('X')`. */
const VARIABLE =
  /^(?:environ\.(?:(?:get|pop|setdefault|__getitem__)\(\)|([A-Za-z_]\w*))|(?:os\.)?getenv\(\)|Deno\.env\.get\(\))(?:\.(?:encode|decode|strip|trim|toString|upper|lower)\(\))*$/;

function originsOfApi({ path, given }: Extract<Value, { is: 'api' }>, depth: number): readonly Origin[] {
  if (path === 'environ' || path === 'environ.toObject()') return [{ kind: 'environment', name: '' }];
  const first = given?.[0]?.value;
  const name = first?.is === 'text' ? first.text : '';
  const variable = VARIABLE.exec(path);
  if (variable !== null) return [{ kind: 'variable', name: variable[1] ?? name }];
  if (REMOTE.test(path)) return [{ kind: 'remote', name: SENT.test(path) ? name : '' }];
  if (/^(?:open|fs\.createReadStream|Deno\.open|Bun\.file)\(\)/.test(path)) return [{ kind: 'file', name }];
  return (given ?? []).slice(0, 16).flatMap((one) => originsOf(one.value, depth + 1));
}
