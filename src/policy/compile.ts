import type { AgentId, Digest } from '../kernel/ids.ts';
import type { Json } from '../kernel/json.ts';
import type { Manifest, Policy, Voice } from '../kernel/policy.ts';
import { digestOf, sha256 } from '../wire/digest.ts';
import { PolicyDocument } from './document.ts';
import type { Fault, Report } from './fault.ts';
import { compileManifest } from './manifest.ts';
import { checkReachable } from './reachable.ts';
import { promptVoices } from './prompt-voice.ts';
import { resolveBytes, resolveText, type Resolve } from './resolve.ts';
import { checkRules, voicesOf, type CheckedRule } from './rules.ts';
import { sectionsOf } from './sections.ts';
import { checkMeaning } from './semantics.ts';
import { checkShape } from './shape.ts';
import { readSource, type Source } from './source.ts';
import { voicesFromFiles } from './outside.ts';

export type CheckResult = { readonly ok: true; readonly name: string } | { readonly ok: false; readonly faults: readonly [Fault, ...Fault[]] };

export type CompileResult =
  | {
      readonly ok: true;
      readonly policy: Policy;
      /** SHA-256 of the document's text as given. */
      readonly documentDigest: Digest;
    }
  | { readonly ok: false; readonly faults: readonly [Fault, ...Fault[]] };

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
  const policy: Policy = {
    ...sectionsOf(read.document),
    digest: digestOf({ document: read.value, files: read.files }),
    manifests: read.manifests,
    voices: [...voicesOf(read.rules), ...read.outside, ...promptVoices(read.document)],
  };
  return { ok: true, policy, documentDigest: sha256(new TextEncoder().encode(text)) };
}

interface ReadPolicy {
  readonly ok: true;
  readonly value: Json;
  readonly document: PolicyDocument;
  readonly rules: readonly CheckedRule[];
  readonly manifests: ReadonlyMap<AgentId, Manifest>;
  readonly outside: readonly Voice[];
  readonly files: Readonly<Record<string, string>>;
}

function readPolicy(text: string, resolve: Resolve): ReadPolicy | Extract<CheckResult, { ok: false }> {
  const source = readSource(text);
  const faults: Fault[] = [...source.faults];
  const report: Report = (complaint) => faults.push(source.locate(complaint));
  if (source.value === undefined) return refused(faults, source);
  checkShape(PolicyDocument, source.value, report);
  if (faults.length > 0) {
    // The sound rules are still read, so that their faults are reported in the same run (POLICY-2).
    const rules = soundRules(source.value);
    if (rules) checkRules(rules, report);
    return refused(faults, source);
  }
  const document = source.value as unknown as PolicyDocument;
  checkMeaning(document, report);
  const rules = checkRules(document.rules ?? [], report);
  checkReachable(document, rules, report);
  const files: Record<string, string> = {};
  const named: FileTerms = { resolve, report, faults, files };
  const manifests = manifestsOf(document, named);
  const outside = voicesFromFiles(document, { resolve: (path) => recorded(path, named), report });
  return faults.length > 0 ? refused(faults, source) : { ok: true, value: source.value, document, rules, manifests, outside, files };
}

function soundRules(value: Json): PolicyDocument['rules'] | null {
  const rules = (value as { readonly rules?: unknown } | null)?.rules;
  const faults: unknown[] = [];
  if (!Array.isArray(rules)) return null;
  checkShape(PolicyDocument.properties.rules, rules as Json, (complaint) => faults.push(complaint));
  return faults.length === 0 ? (rules as PolicyDocument['rules']) : null;
}

interface FileTerms {
  readonly resolve: Resolve;
  readonly report: Report;
  readonly faults: Fault[];
  readonly files: Record<string, string>;
}

function recorded(path: string, terms: FileTerms): Uint8Array | null {
  const bytes = resolveBytes(terms.resolve, path);
  if (bytes !== null) terms.files[path] = sha256(bytes);
  return bytes;
}

function manifestsOf(document: PolicyDocument, terms: FileTerms): ReadonlyMap<AgentId, Manifest> {
  const manifests = new Map<AgentId, Manifest>();
  for (const [index, reference] of (document.manifests ?? []).entries()) {
    const file = typeof reference === 'string' ? reference : reference.path;
    recorded(file, terms);
    const text = resolveText(terms.resolve, file);
    if (text === null) {
      const hint = 'Paths are read from the folder of the policy document.';
      terms.report({ path: ['manifests', index], code: 'FILE_MISSING', message: `\`${file}\` cannot be read`, hint });
      continue;
    }
    const compiled = compileManifest(text, { file, resolve: terms.resolve });
    if (!compiled.ok) {
      terms.faults.push(...compiled.faults);
      continue;
    }
    for (const agent of typeof reference === 'string' ? [compiled.manifest.name] : reference.agents) {
      if (manifests.has(agent as AgentId)) {
        const hint = 'One agent has one manifest.';
        terms.report({ path: ['manifests', index], code: 'DUPLICATE_ID', message: `\`${agent}\` has two manifests`, hint });
      }
      manifests.set(agent as AgentId, compiled.manifest);
    }
  }
  return manifests;
}

function refused(faults: readonly Fault[], source: Source): Extract<CheckResult, { ok: false }> {
  const own = faults.filter((fault) => fault.file === undefined).toSorted((a, b) => a.line - b.line || a.column - b.column);
  const [first, ...rest] = [...own, ...faults.filter((fault) => fault.file !== undefined)];
  const nothing = { path: [], code: 'EMPTY', message: 'The document is empty', hint: 'Start from policies/default.yaml.' } as const;
  return { ok: false, faults: [first ?? source.locate(nothing), ...rest] };
}
