import type { Category, Finding, Operation } from '../../kernel/finding.ts';
import type { ShownTool, ToolDoubt } from '../../kernel/entry.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { ToolState } from '../../kernel/world.ts';
import { skeleton } from '../../inspect/unicode/confusable.ts';

/** A definition as it was read, before the world is asked about it. */
export interface ReadTool {
  readonly shown: ShownTool;
  readonly definition: JsonObject;
  readonly findings: readonly Finding[];
  /** What steers the model by its place, not by being called: the server's instructions. */
  readonly prose: boolean;
}

/** The names SEP-986 allows, which most clients also demand. */
const NAME = /^[A-Za-z0-9_./-]{1,128}$/;
/** An ordinary word (`search`) in somebody's description says nothing; a name like `send_email` does. */
const TELLING = /^[a-z0-9]+(?:[_./-][a-z0-9]+)+$|[a-z][A-Z]/;
const SHAPE = 4;

const looks = new Map<string, string>();
const MOST_LOOKS = 8_192;

/** How a name looks; names come again with every tool that is shown, and folding one takes longer than finding it. */
function look(name: string): string {
  const known = looks.get(name);
  if (known !== undefined) return known;
  if (looks.size >= MOST_LOOKS) looks.clear();
  const made = folded(name);
  looks.set(name, made);
  return made;
}

/** Letters, digits and case folded to what an eye takes them for, separators gone: `send_e\u043cail` and `sendEmail` are one. */
function folded(name: string): string {
  return skeleton(name.normalize('NFKC'))
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/[0o]/g, 'o')
    .replace(/[1il|]/g, 'l');
}

/** Every reason to distrust a definition that no person has seen, in the order of TOOL_DOUBTS (MCP-4). */
export function doubtsOf(tool: ReadTool, mine: readonly ToolState[], terms: { readonly newIsDoubtful: boolean }): readonly ToolDoubt[] {
  const { shown } = tool;
  const pinned = mine.find((one) => one.server === shown.server && one.tool === shown.tool)?.pinned ?? null;
  const others = mine.filter((one) => one.server !== shown.server || one.tool !== shown.tool);
  const own = look(shown.tool);
  const doubts: readonly (readonly [ToolDoubt, boolean])[] = [
    ['NEW_TOOL', pinned === null && terms.newIsDoubtful],
    ['TOOL_CHANGED', pinned !== null && pinned.digest !== shown.digest],
    ['SERVER_CHANGED', pinned !== null && pinned.identity !== shown.identity],
    ['PROGRAM_CHANGED', pinned?.program !== undefined && !sameProgram(pinned, shown)],
    ['NAME_COLLISION', !tool.prose && others.some((one) => one.tool === shown.tool)],
    ['NAME_LOOKALIKE', !tool.prose && others.some((one) => one.tool !== shown.tool && look(one.tool) === own)],
    ['NAME_INVALID', !tool.prose && !NAME.test(shown.tool)],
    ['SHADOWING', shadows(tool, others)],
    ['POISONED', tool.findings.some(({ risk }) => risk === 'HIGH' || risk === 'CRITICAL')],
    ['SCHEMA_REFUSED', pointsOutside(tool.definition)],
  ];
  return doubts.flatMap(([doubt, holds]) => (holds ? [doubt] : []));
}

/** MCP-18: the same files with the same content. */
export function sameProgram(one: Pick<ShownTool, 'program'>, other: Pick<ShownTool, 'program'>): boolean {
  return JSON.stringify(one.program) === JSON.stringify(other.program);
}

/** A description that speaks of another server's tool by name tries to steer how that one is used. */
function shadows({ shown, definition }: ReadTool, others: readonly ToolState[]): boolean {
  const foreign = new Set(
    others.flatMap((one) => (one.server !== shown.server && one.tool !== shown.tool && TELLING.test(one.tool) ? [one.tool] : [])),
  );
  if (foreign.size === 0) return false;
  return strings(definition).some((text) => text.split(/[^A-Za-z0-9_./-]+/).some((word) => named(word, foreign)));
}

/** `B.send_email` and a full stop behind the name are still the name. */
function named(word: string, foreign: ReadonlySet<string>): boolean {
  const bare = word.replace(/[./]$/, '');
  return foreign.has(bare) || foreign.has(bare.slice(bare.lastIndexOf('.') + 1)) || foreign.has(bare.slice(bare.lastIndexOf('/') + 1));
}

/** A schema that has to be fetched from somewhere is not the schema that was pinned. Schemas are never compiled here. */
function pointsOutside(definition: JsonObject): boolean {
  return walk(definition, (key, value) => (key === '$ref' || key === '$dynamicRef') && typeof value === 'string' && !value.startsWith('#'));
}

function strings(value: Json): readonly string[] {
  const found: string[] = [];
  walk(value, (_key, one) => {
    if (typeof one === 'string') found.push(one);
    return false;
  });
  return found;
}

/** Whether some member satisfies the test; iterative, for the value is foreign. */
function walk(value: Json, test: (key: string, value: Json) => boolean): boolean {
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, child] of Object.entries(next) as [string, Json][]) {
      if (test(key, child)) return true;
      open.push(child);
    }
  }
  return false;
}

/** What the tool can be told to do and says of itself, as short sorted facts: a difference a person can read at a glance. */
export function fingerprintOf(
  definition: JsonObject,
  facts: { readonly categories: readonly Category[]; readonly operations: readonly Operation[] },
): readonly string[] {
  const found = new Set<string>([
    ...facts.categories.map((one) => `category ${one}`),
    ...facts.operations.map((one) => `operation ${one}`),
    ...parameters(definition['inputSchema'], '', SHAPE),
  ]);
  const hints = definition['annotations'];
  if (isObject(hints))
    for (const [key, value] of Object.entries(hints)) if (typeof value === 'boolean') found.add(`hint ${short(key)} ${String(value)}`);
  return [...found].toSorted().slice(0, 256);
}

function parameters(schema: Json | undefined, prefix: string, depth: number): readonly string[] {
  if (!isObject(schema) || depth === 0) return [];
  const { properties, required } = schema;
  if (!isObject(properties)) return [];
  const must = new Set(Array.isArray(required) ? (required as readonly Json[]) : []);
  return Object.entries(properties)
    .slice(0, 256)
    .flatMap(([key, value]) => {
      const name = `${prefix}${short(key)}`;
      const type = isObject(value) && typeof value['type'] === 'string' ? ` ${short(value['type'])}` : '';
      return [`parameter ${name}${type}${must.has(key) ? ' required' : ''}`, ...parameters(value, `${name}.`, depth - 1)];
    });
}

const short = (text: string): string => text.slice(0, 64).toWellFormed();
