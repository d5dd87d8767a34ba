import type { Decision } from '../kernel/decision.ts';
import type { Facts, Finding } from '../kernel/finding.ts';
import type { Digest } from '../kernel/ids.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { Policy } from '../kernel/policy.ts';
import type { Resolve } from '../policy/resolve.ts';
import type { ActionRow, CaseRow, Expectation, Pack } from './conform-case.ts';
import { act, opened, play, type KernelParts } from './conform-history.ts';

/** What is being judged: the kernel, the compiler and the inspection of one build. */
export interface ConformDeps extends KernelParts {
  /** Compiles a policy document (text) whose files are read by `resolve`; the faults as one sentence when it cannot. */
  readonly compile: (text: string, resolve: Resolve) => Promise<Policy | string>;
  readonly inspect: (row: ActionRow) => { readonly facts: Facts; readonly findings: readonly Finding[] };
  readonly digest: (value: Json) => Digest;
  /** The text of a shipped policy: `default`, `strict`, `locked`. */
  readonly shipped: (name: string) => string;
}

export interface CaseResult {
  readonly pack: string;
  readonly id: string;
  readonly law: string;
  readonly why: string;
  readonly passed: boolean;
  /** What differed; empty when it passed. */
  readonly difference: string;
  readonly got: { readonly effect: string; readonly reasons: readonly string[] };
  readonly deviation?: string;
}

export interface Report {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly results: readonly CaseResult[];
}

/** Runs every case of every pack: world from its history, policy from its document, one decision, compared. Never throws: a case that cannot be run failed. */
export async function conform(packs: readonly Pack[], deps: ConformDeps): Promise<Report> {
  const policies = new Map<string, Policy | string>();
  const results: CaseResult[] = [];
  for (const pack of packs) for (const row of pack.cases) results.push(await runCase(pack, row, { deps, policies }));
  const passed = results.filter((result) => result.passed).length;
  return { total: results.length, passed, failed: results.length - passed, results };
}

interface Run {
  readonly deps: ConformDeps;
  /** Compiled once per distinct document. */
  readonly policies: Map<string, Policy | string>;
}

async function runCase(pack: Pack, row: CaseRow, run: Run): Promise<CaseResult> {
  const about = {
    pack: pack.pack,
    id: row.id,
    law: row.law ?? '',
    why: row.why,
    ...(row.deviation === undefined ? {} : { deviation: row.deviation }),
  };
  try {
    const decision = await decideCase(pack, row, run);
    const got = { effect: decision.effect, reasons: [...new Set(decision.reasons.map((reason) => reason.code))] };
    const difference = compare(row.expect, decision, got.reasons);
    return { ...about, passed: difference === '', difference, got };
  } catch (error) {
    const difference = error instanceof Error ? error.message : String(error);
    return { ...about, passed: false, difference, got: { effect: 'error', reasons: [] } };
  }
}

async function decideCase(pack: Pack, row: CaseRow, { deps, policies }: Run): Promise<Decision> {
  const manifest = row.manifest ?? pack.manifest;
  const text = documentOf(pack.policy, row.policy, { shipped: deps.shipped, manifest: manifest !== undefined });
  const key = `${text}\n${JSON.stringify(manifest ?? null)}`;
  const policy = policies.get(key) ?? (await deps.compile(text, onlyManifest(manifest)));
  policies.set(key, policy);
  if (typeof policy === 'string') throw new Error(`the policy of the case does not compile: ${policy}`);
  const terms = { ...deps, policy, read: deps.inspect };
  let stage = opened(deps);
  for (const step of row.history ?? []) stage = play(stage, step, terms);
  return act(stage, { ...pack.action, ...row.action }, terms).decision;
}

/** A case stands alone: the one file its policy can name is its own manifest. */
function onlyManifest(manifest: JsonObject | undefined): Resolve {
  return (path) => {
    if (manifest === undefined || path !== 'aegis-manifest.json') throw new Error(`a case has no file ${path}`);
    return { text: JSON.stringify(manifest) };
  };
}

/** A case's policy is its pack's with its own sections over it; JSON is YAML, so the compiler reads what we write. */
function documentOf(
  base: JsonObject | string | undefined,
  own: JsonObject | string | undefined,
  terms: { readonly shipped: (name: string) => string; readonly manifest: boolean },
): string {
  const named = typeof own === 'string' ? own : own === undefined && typeof base === 'string' ? base : null;
  if (named !== null) return terms.shipped(named);
  return JSON.stringify({
    apiVersion: 'aegis.dev/v1',
    kind: 'Policy',
    metadata: { name: 'case' },
    default: 'allow',
    ...(terms.manifest ? { manifests: [{ path: 'aegis-manifest.json', agents: ['a1'] }] } : {}),
    ...(typeof base === 'object' ? base : {}),
    ...(typeof own === 'object' ? own : {}),
  });
}

function compare(expect: Expectation, decision: Decision, codes: readonly string[]): string {
  const effects = typeof expect.effect === 'string' ? [expect.effect] : expect.effect;
  const differences: string[] = [];
  if (!effects.includes(decision.effect)) differences.push(`expected ${effects.join(' or ')}, got ${decision.effect} (${codes.join(', ')})`);
  for (const code of expect.reasons ?? []) if (!codes.includes(code)) differences.push(`the reason ${code} is missing (${codes.join(', ')})`);
  for (const code of expect.without ?? []) if (codes.includes(code)) differences.push(`the reason ${code} should not be given`);
  if (expect.risk !== undefined && expect.risk !== decision.risk) differences.push(`expected risk ${expect.risk}, got ${decision.risk}`);
  if (expect.shadow !== undefined && expect.shadow !== decision.shadow)
    differences.push(`expected shadow ${expect.shadow}, got ${decision.shadow ?? 'none'}`);
  return differences.join('; ');
}
