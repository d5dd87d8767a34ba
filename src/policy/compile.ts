import type { Static } from 'typebox';
import type { Digest } from '../kernel/ids.ts';
import type { Json } from '../kernel/json.ts';
import type { Policy } from '../kernel/policy.ts';
import { digestOf, sha256 } from '../wire/digest.ts';
import { PolicyDocument } from './document.ts';
import type { Fault, Report } from './fault.ts';
import { resolveBytes, type Resolve } from './resolve.ts';
import { checkRules } from './rules.ts';
import type { PolicyFiles } from './section.ts';
import { compileSections, SECTIONS, type CompiledSections } from './sections.ts';
import { checkShape } from './shape.ts';
import { readSource, type Source } from './source.ts';

export interface Faulty {
  readonly ok: false;
  /** In reading order; of very many the first that were found. */
  readonly faults: readonly [Fault, ...Fault[]];
  /** How many more there are. */
  readonly omitted: number;
}

export type CheckResult = { readonly ok: true; readonly name: string } | Faulty;

export type CompileResult =
  | {
      readonly ok: true;
      readonly policy: Policy;
      /** SHA-256 of the document's text as given. */
      readonly documentDigest: Digest;
    }
  | Faulty;

/** Faults that are told one by one; of the others their number: nobody reads more, and telling them would cost what checking does not. */
const MOST_FAULTS = 200;

/** Checks a document whole, files it names included, and reports every fault in reading order. Pure but for `resolve`; never throws. */
export function checkPolicy(text: string, resolve: Resolve): CheckResult {
  const read = readPolicy(text, resolve);
  return read.ok ? { ok: true, name: read.document.metadata.name } : read;
}

/**
 * Checks and compiles. The policy's digest is SHA-256 over the RFC 8785 form of {document, files: path → SHA-256}, so that a changed
 * manifest or bundle is another policy (POLICY-4).
 */
export function compilePolicy(text: string, resolve: Resolve): Promise<CompileResult> {
  return Promise.resolve(compile(text, resolve));
}

function compile(text: string, resolve: Resolve): CompileResult {
  const read = readPolicy(text, resolve);
  if (!read.ok) return read;
  const digest = digestOf({ document: read.value, files: read.files });
  const policy: Policy = { ...read.sections, name: read.document.metadata.name, digest };
  return { ok: true, policy, documentDigest: sha256(new TextEncoder().encode(text)) };
}

interface ReadPolicy {
  readonly ok: true;
  readonly value: Json;
  readonly document: PolicyDocument;
  readonly sections: CompiledSections;
  /** SHA-256 of every file the document named, by its path. */
  readonly files: Readonly<Record<string, string>>;
}

function readPolicy(text: string, resolve: Resolve): ReadPolicy | Faulty {
  const source = readSource(text);
  const found = collect(source);
  const { report } = found;
  if (source.value === undefined) return refused(found, source);
  checkShape(PolicyDocument, source.value, report);
  if (found.faults.length > 0) {
    checkSoundRules(source.value, report);
    return refused(found, source);
  }
  const document = source.value as unknown as PolicyDocument;
  const files: Record<string, string> = {};
  const reasons = new Map<string, string>();
  const read = (path: string): Uint8Array | null => {
    const bytes = resolveBytes(resolve, path, (reason) => reasons.set(path, reason));
    if (bytes !== null) files[path] = sha256(bytes);
    return bytes;
  };
  const sections = compileSections(document, {
    files: { read, missing: (path) => missingFile(path, reasons.get(path)), resolve, fault: (fault) => found.add(() => fault) },
    report,
  });
  return found.faults.length > 0 ? refused(found, source) : { ok: true, value: source.value, document, sections, files };
}

function missingFile(path: string, reason: string | undefined): ReturnType<PolicyFiles['missing']> {
  const message = `\`${path}\` cannot be read${reason === undefined ? '' : `: ${reason}`}`;
  return { code: 'FILE_MISSING', message, hint: 'Paths are read from the folder of the policy document.' };
}

/** Sound rules of a document that is not are still read, so that their faults are reported in the same run (POLICY-2). */
function checkSoundRules(value: Json, report: Report): void {
  const rules = (value as { readonly rules?: unknown } | null)?.rules;
  if (!Array.isArray(rules)) return;
  const { schema } = SECTIONS.rules;
  let sound = true;
  checkShape(schema, rules as Json, () => (sound = false));
  if (sound) checkRules(rules as Static<typeof schema>, (complaint) => report({ ...complaint, path: ['rules', ...complaint.path] }));
}

interface Found {
  readonly faults: readonly Fault[];
  readonly omitted: () => number;
  readonly add: (fault: () => Fault) => void;
  readonly report: Report;
}

function collect(source: Source): Found {
  const faults = source.faults.slice(0, MOST_FAULTS);
  let omitted = source.faults.length - faults.length;
  const add = (fault: () => Fault): void => {
    if (faults.length < MOST_FAULTS) faults.push(fault());
    else omitted += 1;
  };
  return { faults, omitted: () => omitted, add, report: (complaint) => add(() => source.locate(complaint)) };
}

function refused({ faults, omitted }: Found, source: Source): Faulty {
  const own = faults.filter((fault) => fault.file === undefined).toSorted((a, b) => a.line - b.line || a.column - b.column);
  const [first, ...rest] = [...own, ...faults.filter((fault) => fault.file !== undefined)];
  const nothing = { path: [], code: 'EMPTY', message: 'The document is empty', hint: 'Start from policies/default.yaml.' } as const;
  return { ok: false, faults: [first ?? source.locate(nothing), ...rest], omitted: omitted() };
}
