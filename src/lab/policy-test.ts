import { parse } from 'yaml';
import { conform, type ConformDeps, type Report } from './conform.ts';
import type { Resolve } from '../policy/resolve.ts';
import type { CaseRow } from './conform-case.ts';

export interface PolicyTestDeps extends ConformDeps {
  /** Reads the files the document names, as it spells them. */
  readonly resolve: Resolve;
}

/**
 * Runs the cases a person wrote beside a policy (`aegis policy test`): a YAML list of {why, action, expect, history?}, or {cases: […]}.
 * An action without `facts` is read by the inspection of `deps`.
 * Throws when the cases are not such a list; a document with faults fails every case with the faults as the difference.
 */
export async function policyTest(document: string, cases: string, deps: PolicyTestDeps): Promise<Report> {
  const read = parse(cases) as unknown;
  const rows: unknown = Array.isArray(read) ? read : (read as { readonly cases?: unknown } | null)?.cases;
  if (!Array.isArray(rows)) throw new Error('the cases are not a list of {action, expect}');
  const numbered = rows.map((row: unknown, index) => rowOf(row, index));
  const pack = {
    apiVersion: 'aegis.dev/conformance/v1',
    pack: 'policy',
    description: 'cases beside a policy',
    policy: 'document',
    cases: numbered,
  } as const;
  return conform([pack], { ...deps, shipped: () => document, compile: (text) => deps.compile(text, deps.resolve) });
}

function rowOf(row: unknown, index: number): CaseRow {
  const given = row as Partial<CaseRow> | null;
  if (typeof given?.action?.name !== 'string' || given.expect?.effect === undefined) {
    throw new Error(`case ${String(index + 1)} needs action.name and expect.effect`);
  }
  const { policy: _policy, manifest: _manifest, ...own } = given;
  return { ...own, id: given.id ?? String(index + 1), why: given.why ?? given.action.name, action: given.action, expect: given.expect };
}
