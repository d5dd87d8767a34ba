import type { TSchema } from 'typebox';
import type { Json } from '../kernel/json.ts';
import type { Path, Report } from './fault.ts';
import { nearest } from './nearest.ts';

/** The part of JSON Schema our documents are written in; TypeBox makes it, `schema/` publishes it, this file reads it. */
interface Schema {
  readonly type?: string;
  readonly const?: Json;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly description?: string;
}

interface Place {
  readonly path: Path;
  readonly report: Report;
}

const MOST_UNKNOWN = 200;

/**
 * Checks `value` against a TypeBox schema and reports every difference with its path and a hint.
 * Own reader rather than a general validator: a union answers with one sentence, an unknown key with the nearest known one.
 */
export function checkShape(schema: TSchema, value: Json, report: Report, path: Path = []): void {
  check(schema as unknown as Schema, value, { path, report });
}

function check(schema: Schema, value: Json, place: Place): void {
  if (schema.anyOf) checkUnion(schema, schema.anyOf, value, place);
  else if ('const' in schema) {
    if (value !== schema.const) expected(place, value, [schema]);
  } else if (schema.type === 'object') checkObject(schema, value, place);
  else if (schema.type === 'array') checkArray(schema, value, place);
  else if (schema.type === 'string') checkString(schema, value, place);
  else if (schema.type === 'number' || schema.type === 'integer') checkNumber(schema, value, place);
  else if (schema.type === undefined) checkAnything(value, place);
  else if (typeOf(value) !== schema.type) expected(place, value, [schema]);
}

/** Free values must still be I-JSON, or they could not be digested. */
function checkAnything(value: Json, place: Place): void {
  if (typeof value === 'number') checkNumber(Number.isInteger(value) ? { type: 'integer' } : {}, value, place);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value))
      checkAnything(item as Json, { path: [...place.path, Array.isArray(value) ? Number(key) : key], report: place.report });
  }
}

function checkUnion(schema: Schema, branches: readonly Schema[], value: Json, place: Place): void {
  const fitting = branches.filter((branch) => typeFits(branch, value));
  for (const branch of fitting) {
    let clean = true;
    check(branch, value, { path: place.path, report: () => (clean = false) });
    if (clean) return;
  }
  const telling = fitting.find((branch) => !('const' in branch));
  if (telling) check(telling, value, place);
  else expected(place, value, branches, schema.description);
}

function typeFits(schema: Schema, value: Json): boolean {
  if ('const' in schema) return typeOf(value) === typeOf(schema.const ?? null);
  if (schema.anyOf) return schema.anyOf.some((branch) => typeFits(branch, value));
  return schema.type === typeOf(value) || (schema.type === 'integer' && typeof value === 'number');
}

function checkObject(schema: Schema, value: Json, place: Place): void {
  if (typeOf(value) !== 'object') return expected(place, value, [schema]);
  const object = value as Readonly<Record<string, Json>>;
  const known = schema.properties ?? {};
  for (const key of schema.required ?? [])
    if (!Object.hasOwn(object, key)) {
      const hint = `Add \`${key}:\`${describe(known[key], ' (', ')')}.`;
      place.report({ path: place.path, code: 'MISSING_KEY', message: `\`${key}\` is missing`, hint });
    }
  let unknown = 0;
  for (const key of Object.keys(object)) {
    const path = [...place.path, key];
    const schemaOfKey = Object.hasOwn(known, key) ? known[key] : schemaOfUnknown(schema, key);
    if (schemaOfKey) check(schemaOfKey, object[key] ?? null, { path, report: place.report });
    // Of very many the later ones are only counted: nobody is told which known key each is nearest to.
    else if (++unknown > MOST_UNKNOWN) place.report({ path, code: 'UNKNOWN_KEY', message: 'Unknown key', hint: '', atKey: true });
    else unknownKey(schema, key, { path, report: place.report });
  }
}

function schemaOfUnknown(schema: Schema, key: string): Schema | null {
  for (const [pattern, branch] of Object.entries(schema.patternProperties ?? {})) if (new RegExp(pattern, 'u').test(key)) return branch;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : null;
}

function unknownKey(schema: Schema, key: string, place: Place): void {
  if (schema.patternProperties) {
    const hint = schema.description ?? 'Use 1–128 characters of A–Z a–z 0–9 . _ : @ / -';
    return place.report({ path: place.path, code: 'BAD_FORMAT', message: `\`${key}\` cannot be used as a name here`, hint, atKey: true });
  }
  const candidates = Object.keys(schema.properties ?? {});
  const near = nearest(key, candidates);
  const hint = near ? `Did you mean \`${near}\`?` : `Expected one of: ${candidates.join(', ')}.`;
  place.report({ path: place.path, code: 'UNKNOWN_KEY', message: `Unknown key \`${key}\``, hint, atKey: true });
}

function checkArray(schema: Schema, value: Json, place: Place): void {
  if (!Array.isArray(value)) return expected(place, value, [schema]);
  if (value.length < (schema.minItems ?? 0)) {
    place.report({ path: place.path, code: 'EMPTY', message: 'The list is empty', hint: 'List at least one, or remove the key.' });
  }
  if (value.length > (schema.maxItems ?? Infinity)) {
    const message = `The list is longer than ${String(schema.maxItems)}`;
    place.report({ path: place.path, code: 'OUT_OF_RANGE', message, hint: 'Shorten it.' });
  }
  if (schema.items) for (const [index, item] of value.entries()) check(schema.items, item, { path: [...place.path, index], report: place.report });
}

function checkString(schema: Schema, value: Json, place: Place): void {
  if (typeof value !== 'string') return expected(place, value, [schema]);
  if (value.trim().length < (schema.minLength ?? 0)) {
    place.report({ path: place.path, code: 'EMPTY', message: 'The text is empty', hint: schema.description ?? 'Fill it in, or remove the key.' });
  } else if (value.length > (schema.maxLength ?? Infinity)) {
    const message = `The text is longer than ${String(schema.maxLength)} characters`;
    place.report({ path: place.path, code: 'OUT_OF_RANGE', message, hint: 'Shorten it.' });
  } else if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    const hint = schema.description ?? `It must match ${schema.pattern}`;
    place.report({ path: place.path, code: 'BAD_FORMAT', message: `${show(value)} has the wrong form`, hint });
  }
}

function checkNumber(schema: Schema, value: Json, place: Place): void {
  if (typeof value !== 'number') return expected(place, value, [schema]);
  const complain = (code: 'NOT_FINITE' | 'OUT_OF_RANGE', message: string): void => {
    place.report({ path: place.path, code, message, hint: schema.description ?? 'Write a plain number within the range.' });
  };
  if (!Number.isFinite(value)) complain('NOT_FINITE', 'The number is not finite (NaN, infinity, or too large to hold)');
  else if (schema.type === 'integer' && !Number.isSafeInteger(value)) complain('OUT_OF_RANGE', `${show(value)} is not a whole number below 2^53`);
  else if (value < (schema.minimum ?? -Infinity)) complain('OUT_OF_RANGE', `${show(value)} is less than ${String(schema.minimum)}`);
  else if (value <= (schema.exclusiveMinimum ?? -Infinity))
    complain('OUT_OF_RANGE', `${show(value)} is not more than ${String(schema.exclusiveMinimum)}`);
  else if (value > (schema.maximum ?? Infinity)) complain('OUT_OF_RANGE', `${show(value)} is more than ${String(schema.maximum)}`);
}

function expected(place: Place, value: Json, branches: readonly Schema[], description?: string): void {
  const choices = branches.flatMap((branch) => ('const' in branch ? [String(branch.const)] : []));
  const shapes = branches.flatMap((branch) => ('const' in branch ? [] : [branch.description ?? article(branch.type ?? 'value')]));
  const wanted = [...(choices.length > 0 ? [choices.join(' | ')] : []), ...shapes].join(', or ');
  const near = typeof value === 'string' ? nearest(value, choices) : null;
  const code = choices.length > 0 && (typeof value === 'string' || shapes.length === 0) ? 'UNKNOWN_VALUE' : 'WRONG_TYPE';
  const hint = near ? `Did you mean \`${near}\`?` : (description ?? example(place, value, branches));
  place.report({ path: place.path, code, message: `Expected ${wanted}, found ${show(value)}`, hint });
}

/** What to write instead, with the words that are there already where they can stay. */
function example({ path }: Place, value: Json, branches: readonly Schema[]): string {
  const key = path.at(-1);
  if (key === undefined) return 'Write `key: value` lines, one for each setting.';
  const name = typeof key === 'string' ? `${key}: ` : '';
  const under = name === '' ? ' here' : ` under \`${name.trim()}\``;
  const types = branches.map(({ type }) => type);
  const [choice] = branches.flatMap((branch) => ('const' in branch ? [branch.const] : []));
  if (choice !== undefined) return `Write \`${name}${String(choice)}\`, or another of these.`;
  if (types.includes('array') && typeof value === 'string') return `Write \`${name}[${value.slice(0, 60)}]\`.`;
  if (types.includes('array')) return `Write one \`- …\` per line${under}.`;
  if (types.includes('object')) return `Write \`key: value\` lines${under}.`;
  return `Write \`${name}${types.includes('boolean') ? 'true' : types.includes('string') ? '"text"' : '10'}\`.`;
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function show(value: Json): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : `\`${String(value).slice(0, 60)}\``;
}

function article(type: string): string {
  return (
    { object: 'a mapping', array: 'a list', integer: 'a whole number', string: 'text', number: 'a number', boolean: 'true or false' }[type] ?? type
  );
}

function describe(schema: Schema | undefined, before: string, after: string): string {
  return schema?.description === undefined ? '' : before + schema.description + after;
}
