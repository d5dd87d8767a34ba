import type { Finding, Reading } from '../kernel/finding.ts';
import type { Json } from '../kernel/json.ts';
import { argvIn } from './argv.ts';
import { declaredOf } from './classify/agent-tools.ts';
import type { Declared } from './classify/agent-tools.ts';
import { classifyName } from './classify/classify.ts';
import type { ToolClass } from './classify/classify.ts';
import { searchesIn } from './content-search.ts';
import { unwrap } from './decode/unwrap.ts';
import { found } from './found.ts';
import { addPaths, distinct, factsOf, gather } from './gather.ts';
import { writtenIn } from './formats/written.ts';
import type { Inspectable } from './inspect.ts';
import { maskFacts, maskFinding, masker } from './mask.ts';
import { pairsIn, pairsInQuery } from './notation.ts';
import { promptParts } from './prompt-parts.ts';
import type { Readers } from './readers.ts';
import { readText } from './read-text.ts';
import { readValue, readWritten, unfinished } from './read-value.ts';
import type { ValueContext } from './read-value.ts';
import type { Role, RoleContext } from './role.ts';
import { roleOf } from './role.ts';
import { sqlKeysOf } from './sql-keys.ts';
import { standsIn } from './stands-in.ts';
import { readSensitive } from './sensitive-values.ts';
import { isForeign, togetherLeaving } from './pii/together.ts';
import { toolSaw } from './tool-saw.ts';
import { readTool } from './tools/read-tool.ts';
import { readUnicode, smuggled } from './unicode/read-unicode.ts';
import { MOST_STEPS, allSteps, take } from './steps.ts';
import type { Steps } from './steps.ts';
import type { Leaf } from './walk.ts';
import { leavesOf } from './walk.ts';
import { movedFiles } from './tools/moved-files.ts';
import { judgeWritten } from './written-files.ts';
import { isAmount } from './amount.ts';

/** JSON carried in strings is followed this deep; deeper is said (INSPECT-4). */
const NESTED = 8;
/** What a value costs that has hardly any characters. */
const EACH = 32;

interface Task extends ValueContext {
  readonly steps: Steps;
  readonly role: RoleContext;
  readonly leaving: boolean;
  /** Pointers of what is written into files: JSON in there is content, not arguments. */
  readonly files: ReadonlySet<string>;
  /** What the tool's maker says of the argument that is read. */
  readonly declared?: Declared | undefined;
  readonly secrets: string[];
  readonly personal: string[];
}

/** Reads one action whole: name, declaration, every string, number and key (INSPECT-1). */
export function inspectAction(subject: Inspectable, readersOf: (steps: Steps) => Readers): Reading {
  const steps = allSteps();
  const readers = readersOf(steps);
  const tool = classifyName(subject.name, subject.kind);
  const into = gather();
  for (const one of subject.category === undefined ? tool.categories : [subject.category]) into.categories.add(one);
  for (const one of tool.operations) into.operations.add(one);
  const leaves = leavesOf(subject.args, (pointer) => into.findings.push(tooDeep(pointer)));
  const strings = leaves.filter((leaf) => typeof leaf.value === 'string' && !leaf.isKey).length;
  const categories = new Set(into.categories);
  const written = writtenIn(tool, subject.args);
  const task: Task = {
    into,
    readers,
    steps,
    toolWords: tool.words,
    writing: tool.operations.includes('write') && !categories.has('communication'),
    role: { tool, category: subject.category, args: subject.args, strings, sqlKeys: sqlKeysOf(subject.declaration) },
    at: standsIn(subject.args, subject.folder),
    leaving: categories.has('network') || categories.has('communication'),
    files: new Set(written.map(({ pointer }) => pointer)),
    secrets: [],
    personal: [],
  };
  into.findings.push(...readUnicode(subject.name, '/~name', true));
  if (subject.declaration !== undefined) into.findings.push(...readDeclaration(subject.declaration as unknown as Json));
  const shellTool = categories.has('shell');
  for (const argv of argvIn(subject.args, shellTool))
    if (declared({ keys: [argv.pointer.split('/', 2)[1] ?? ''] }, subject) !== 'words') readValue(argv.line, { type: 'shell' }, argv.pointer, task);
  if (subject.category === undefined || subject.category === 'file') searched(subject, tool, task);
  for (const leaf of leaves)
    if (subject.digests === undefined || !isDigest(leaf, subject.digests)) readLeaf(leaf, 0, { ...task, declared: declared(leaf, subject) });
  judgeWritten(subject.args, into, readers);
  if (subject.kind === 'tool' && !shellTool) movedFiles(tool.words, subject.args, into);
  for (const one of written) readWritten(one, task);
  into.findings.push(...toolSaw(tool, leaves));
  if (subject.kind === 'tool')
    into.findings.push(...readTool({ name: subject.name, args: subject.args, tool, leaves, description: subject.declaration?.description }, readers));
  if (subject.kind === 'model') into.findings.push(...promptParts(subject.args));
  if (task.leaving || [...into.urls.values()].some(({ host }) => isForeign(host))) togetherLeaving(into.findings);
  if (steps.left < 0) into.findings.push(found({ ...TOO_MUCH, pointer: '' }));
  const mask = masker(task.secrets);
  const hide = masker([...task.secrets, ...task.personal]);
  return { findings: distinct(into.findings).map((one) => maskFinding(one, hide)), facts: maskFacts(factsOf(into), mask) };
}

/** The operator's word on a tool is stronger than its maker's. */
function declared({ keys }: Pick<Leaf, 'keys'>, { name, harness, category }: Inspectable): Declared | undefined {
  return category === undefined ? declaredOf({ name, harness }, keys[0]) : undefined;
}

/** What a search in the contents of files reads is read by the call (INSPECT-90). */
function searched({ args }: Inspectable, tool: ToolClass, { into, readers }: Task): void {
  for (const { search, pointer } of searchesIn(tool, args)) {
    const sight = readers.search(search, pointer);
    into.findings.push(...sight.findings);
    addPaths(into, sight.paths);
  }
}

/** What is named a digest and is none is read like anything else. */
function isDigest({ value, pointer, isKey }: Leaf, digests: readonly string[]): boolean {
  return !isKey && typeof value === 'string' && digests.includes(pointer) && /^sha256:[0-9a-f]{64}$/.test(value);
}

function readDeclaration(declaration: Json): Finding[] {
  return readText(declaration, { context: 'declaration' }).map((one) => ({ ...one, pointer: `/~declaration${one.pointer}` }));
}

function readLeaf(leaf: Leaf, depth: number, task: Task): void {
  if (typeof leaf.value === 'number') {
    if (isAmount(leaf.key)) task.into.amounts.add(leaf.value);
    const digits = String(leaf.value);
    if (digits.length >= 8) task.into.findings.push(...readSensitive(digits, leaf.pointer, task.leaving, leaf.key).findings);
    return;
  }
  const text = leaf.value;
  if (text === '' || (leaf.isKey && /^[\w$.-]{1,64}$/.test(text))) return;
  if (!take(task.steps, text.length + EACH, 'scan')) return;
  const role = declaredRole(leaf, text, task);
  const name = leaf.isKey || (role.type === 'plain' && text.length <= 64 && !/\s/.test(text));
  task.into.findings.push(...readUnicode(text, leaf.pointer, name));
  if (isAmount(leaf.key) && /^[^\d]{0,4}\d[\d,.]*[^\d]{0,4}$/.test(text)) task.into.amounts.add(Number(text.replace(/[^\d.]/g, '')));
  const inner = task.into.findings.length;
  if (task.declared !== 'words' && !task.files.has(leaf.pointer) && nested(leaf, depth, task)) markDecoded(task.into.findings, inner);
  else readValue(text, role, leaf.pointer, task);
  const first = task.into.findings.length;
  if (!leaf.isKey && task.declared === undefined) noted(leaf, { text, role }, { depth, task });
  copies(leaf, { text, role }, task);
  markDecoded(task.into.findings, first);
  sensitive(text, leaf, task);
}

/** INSPECT-91: words run nothing, whatever they say; what is typed into a shell runs there. Neither word is needed of a key. */
function declaredRole(leaf: Leaf, text: string, { declared: word, role }: Task): Role {
  if (word === undefined) return roleOf(leaf, text, role);
  return word === 'words' ? { type: 'prose' } : { type: 'shell' };
}

/** Spans from `first` on count in a copy, not in the argument (INSPECT-81). */
function markDecoded(findings: Finding[], first: number): void {
  for (let i = first; i < findings.length; i++) {
    const one = findings[i];
    if (one?.span !== undefined) findings[i] = { ...one, decoded: true };
  }
}

/** verdict(raw) = max over the raw value and everything it decodes or normalises to (INSPECT-4). */
function copies(leaf: Leaf, value: { readonly text: string; readonly role: Role }, task: Task): void {
  // A large value that is already CRITICAL cannot be judged harder; reading its copies would only cost time.
  if (value.text.length > 65_536 && task.into.findings.some((one) => one.pointer === leaf.pointer && one.risk === 'CRITICAL')) return;
  const { same, inside, unfinished: more } = unwrap(value.text);
  const carried = value.role.type === 'prose' || value.role.type === 'patch';
  const declaredAs = task.declared === undefined ? undefined : value.role;
  for (const copy of same) {
    if (!take(task.steps, copy.length, 'scan')) return;
    readValue(copy, declaredAs ?? (carried ? value.role : roleOf(leaf, copy, task.role)), leaf.pointer, task);
  }
  for (const copy of inside) {
    if (!take(task.steps, copy.length, 'scan')) return;
    const role = carried ? value.role : roleOf(leaf, copy, task.role);
    readValue(copy, role.type === 'shell' && /\s/.test(value.text) ? { type: 'prose' } : role, leaf.pointer, task);
    sensitive(copy, leaf, task, true);
  }
  const hidden = smuggled(value.text);
  if (hidden !== '') readValue(hidden, { type: 'plain' }, leaf.pointer, task);
  if (more) task.into.findings.push(unfinished(leaf.pointer, value.text, value.role));
}

function sensitive(text: string, { pointer, key, isKey }: Leaf, task: Task, decoded = false): void {
  const saw = readSensitive(text, pointer, task.leaving, isKey || decoded ? '' : key);
  task.secrets.push(...saw.secrets);
  task.personal.push(...saw.personal);
  for (const one of saw.findings) {
    if (!decoded) task.into.findings.push(one);
    else if (one.detector === 'secret') {
      const { span: _span, ...rest } = one;
      task.into.findings.push({ ...rest, decoded: true });
    }
  }
}

/** JSON inside a string is read as what it is; keys of the inner value decide, the outer key where there is none. */
function nested(leaf: Leaf, depth: number, task: Task): boolean {
  const text = String(leaf.value);
  const parsed = parse(text);
  if (parsed === undefined) return false;
  if (depth >= NESTED) {
    task.into.findings.push(found({ detector: 'limit', code: 'UNINSPECTABLE', risk: 'HIGH', pointer: leaf.pointer, text, inspected: false }));
    return true;
  }
  for (const argv of argvIn(parsed, false)) readValue(argv.line, { type: 'shell' }, leaf.pointer, task);
  for (const inner of leavesOf(parsed, () => task.into.findings.push(tooDeep(leaf.pointer)))) {
    const key = inner.key === '' ? leaf.key : inner.key;
    if (typeof inner.value === 'string' && inner.value !== text) readInner({ ...inner, pointer: leaf.pointer, key }, depth + 1, task);
    else if (typeof inner.value === 'number' && isAmount(key)) task.into.amounts.add(inner.value);
  }
  return true;
}

/** What is written in another notation than JSON is read as the same JSON would be; in words that are only carried, none is looked for. */
function noted(
  leaf: Leaf,
  { text, role }: { readonly text: string; readonly role: Role },
  { depth, task }: { readonly depth: number; readonly task: Task },
): void {
  if (role.type === 'url') for (const { key, value } of pairsInQuery(text)) readInner({ ...leaf, key, value }, depth + 1, task);
  const sent = role.type === 'prose' && !task.writing && !/\s/.test(text);
  if (task.toolWords.some((word) => word === 'search' || word === 'find' || word === 'lookup')) return;
  if (role.type !== 'plain' && role.type !== 'maybe-shell' && !sent) return;
  for (const { key, value } of pairsIn(text)) readInner({ ...leaf, key, value }, depth + 1, task);
}

function readInner(leaf: Leaf, depth: number, task: Task): void {
  const text = String(leaf.value);
  if (!take(task.steps, text.length + EACH, 'scan')) return;
  const role = roleOf(leaf, text, task.role);
  if (!nested(leaf, depth, task)) readValue(text, role, leaf.pointer, task);
  copies(leaf, { text, role }, task);
}

function parse(text: string): Json | undefined {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[' && first !== '"') return undefined;
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' || typeof value === 'string' ? (value ?? undefined) : undefined;
  } catch {
    // Not JSON: read as the text it is.
    return undefined;
  }
}

/** Said of the action as a whole: which of its values were read no more depends on their order alone (INSPECT-185). */
const TOO_MUCH = {
  detector: 'limit',
  code: 'UNINSPECTABLE',
  risk: 'HIGH',
  text: `reading this takes more than ${MOST_STEPS.toLocaleString('en-US')} steps`,
  inspected: false,
} as const;

function tooDeep(pointer: string): Finding {
  return found({ detector: 'limit', code: 'UNINSPECTABLE', risk: 'HIGH', pointer, text: 'nested deeper than 64 levels', inspected: false });
}
