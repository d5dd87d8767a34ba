import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import type { Json } from '../kernel/json.ts';
import { yamlFault } from './yaml-fault.ts';
import { pointerOf, type Complaint, type Fault, type Path, type Report } from './fault.ts';

const MAX_TEXT = 1_048_576;
const MAX_DEPTH = 64;

/** A YAML text read into plain JSON (objects without a prototype), with the place of every key and value. */
export interface Source {
  readonly value: Json | undefined;
  readonly faults: readonly Fault[];
  /** Turns a complaint about a path into a fault with line and column. */
  readonly locate: (complaint: Complaint) => Fault;
}

interface Span {
  readonly key: number;
  readonly value: number;
  /** Where the characters of a scalar begin, and whether an offset into its text maps one to one onto the source. */
  readonly text: number | null;
}

/**
 * Reads one YAML 1.2 document (JSON is YAML). Aliases, duplicate keys, tags, non-string keys and more than 64 levels are faults;
 * numbers that are not finite are left in place for the schema to refuse. Pure; never throws.
 */
export function readSource(text: string, file?: string): Source {
  const spans = new Map<string, Span>();
  const lines = new LineCounter();
  const faults: Fault[] = [];
  const at = (offset: number, rest: Omit<Fault, 'line' | 'column' | 'file'>): Fault => {
    const place = lines.linePos(offset);
    return { line: Math.max(1, place.line), column: Math.max(1, place.col), ...rest, ...(file === undefined ? {} : { file }) };
  };
  const locate = (complaint: Complaint): Fault => at(offsetOf(complaint, spans), { ...pick(complaint), path: pointerOf(complaint.path) });
  if (text.length > MAX_TEXT) {
    const message = `The document is larger than ${String(MAX_TEXT)} characters`;
    return { value: undefined, faults: [at(0, { path: '', code: 'TOO_LARGE', message, hint: 'Split it, or move lists into manifests.' })], locate };
  }
  let value: Json | undefined;
  try {
    const document = parseDocument(text, { lineCounter: lines, version: '1.2', schema: 'core', uniqueKeys: false, prettyErrors: false });
    for (const problem of [...document.errors, ...document.warnings]) {
      faults.push(at(problem.pos[0], { path: '', code: 'YAML_SYNTAX', ...yamlFault(problem.code, problem.message) }));
    }
    const report: Report = (complaint) => faults.push(locate(complaint));
    value = walk(document.contents, [], { spans, report, text });
  } catch {
    // A parser that ran out of stack on hostile nesting: refused, not crashed (POLICY-3).
    faults.push(at(0, { path: '', code: 'TOO_DEEP', message: 'The document is nested too deeply', hint: 'Flatten it.' }));
  }
  return { value: faults.length === 0 ? value : undefined, faults, locate };
}

interface Walk {
  readonly spans: Map<string, Span>;
  readonly report: Report;
  readonly text: string;
}

function walk(node: Node | null | undefined, path: Path, into: Walk, key?: number): Json {
  const start = node?.range?.[0] ?? key ?? 0;
  into.spans.set(pointerOf(path), { key: key ?? start, value: start, text: textStart(node, start, into.text) });
  if (path.length > MAX_DEPTH) {
    into.report({ path, code: 'TOO_DEEP', message: `The document is nested more than ${String(MAX_DEPTH)} levels deep`, hint: 'Flatten it.' });
    return null;
  }
  if (isAlias(node)) {
    into.report({ path, code: 'ALIAS', message: 'YAML anchors and aliases are not supported', hint: 'Write the value out where it is used.' });
    return null;
  }
  if (isSeq(node)) return node.items.map((item, index) => walk(item as Node | null, [...path, index], into));
  if (isMap(node)) return walkMap(node.items as readonly { key: unknown; value: unknown }[], path, into);
  const value = isScalar(node) ? scalar(node.value) : null;
  if (typeof value === 'string' && !value.isWellFormed()) {
    into.report({ path, code: 'BAD_FORMAT', message: 'The text contains half a character (a lone surrogate)', hint: 'Write the whole character.' });
  }
  return value;
}

function walkMap(items: readonly { readonly key: unknown; readonly value: unknown }[], path: Path, into: Walk): Json {
  const object = Object.create(null) as Record<string, Json>;
  for (const pair of items) {
    if (!isScalar(pair.key) || typeof pair.key.value === 'object' || !String(pair.key.value).isWellFormed()) {
      into.report({ path, code: 'WRONG_TYPE', message: 'A key must be plain text', hint: 'Put the key in quotes.' });
      continue;
    }
    const name = typeof pair.key.value === 'string' ? pair.key.value : (pair.key.source ?? String(pair.key.value));
    const twice = Object.hasOwn(object, name);
    object[name] = walk(pair.value as Node | null, [...path, name], into, pair.key.range?.[0] ?? 0);
    // Our own look: the parser's compares every key with every other.
    if (twice)
      into.report({
        path: [...path, name],
        code: 'DUPLICATE_KEY',
        message: `\`${name}\` appears twice`,
        hint: 'Remove one of the two.',
        atKey: true,
      });
  }
  return object;
}

function scalar(value: unknown): Json {
  if (typeof value === 'bigint') return Number(value);
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}

/** Inside plain and quoted one-line scalars an offset maps onto the source; in a block scalar the text begins on the next line. */
function textStart(node: Node | null | undefined, start: number, text: string): number | null {
  if (!isScalar(node)) return null;
  if (node.type === 'PLAIN') return start;
  if (node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE') return start + 1;
  const newline = text.indexOf('\n', start);
  if (newline < 0) return start;
  let first = newline + 1;
  while (text[first] === ' ') first += 1;
  return first;
}

function offsetOf(complaint: Complaint, spans: ReadonlyMap<string, Span>): number {
  for (let length = complaint.path.length; length >= 0; length--) {
    const span = spans.get(pointerOf(complaint.path.slice(0, length)));
    if (span === undefined) continue;
    const exact = length === complaint.path.length;
    if (exact && complaint.offset !== undefined && span.text !== null) return span.text + complaint.offset;
    return exact && complaint.atKey === true ? span.key : span.value;
  }
  return 0;
}

function pick(complaint: Complaint): Pick<Fault, 'code' | 'message' | 'hint'> {
  return { code: complaint.code, message: complaint.message, hint: complaint.hint };
}
