import type { Policy } from '../kernel/policy.ts';
import type { Report } from './fault.ts';
import type { Neighbours, PolicyFiles, Section } from './section.ts';
import { agents } from './sections/agents.ts';
import { approvals } from './sections/approvals.ts';
import { auditOnly } from './sections/audit-only.ts';
import { autoHalt } from './sections/auto-halt.ts';
import { budgets } from './sections/budgets.ts';
import { detectors } from './sections/detectors.ts';
import { fallback } from './sections/fallback.ts';
import { intents } from './sections/intents.ts';
import { kinds } from './sections/kinds.ts';
import { loops } from './sections/loops.ts';
import { manifests } from './sections/manifests.ts';
import { models } from './sections/models.ts';
import { obligations } from './sections/obligations.ts';
import { precision } from './sections/precision.ts';
import { rates } from './sections/rates.ts';
import { rules } from './sections/rules.ts';
import { taint } from './sections/taint.ts';
import { use } from './sections/use.ts';

/** Every section of the policy document under its key, in the order of the published schema. */
export const SECTIONS = {
  default: fallback,
  audit_only: auditOnly,
  kinds,
  agents,
  precision,
  manifests,
  rules,
  budgets,
  rates,
  loops,
  taint,
  approvals,
  intents,
  models,
  detectors,
  use,
  autoHalt,
  obligations,
} as const;

export type SectionKey = keyof typeof SECTIONS;

type Part = ReturnType<(typeof SECTIONS)[SectionKey]['compile']>;
type All<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer Whole) => void ? Whole : never;

/** What the sections make of a document together: everything of a policy but its name and its digest. */
export type CompiledSections = All<Part>;

/** The value of each section and its compiler belong together by their key; TypeScript cannot follow that through a loop. */
type AnySection = Omit<Section<never, Partial<Policy>>, 'compile' | 'defaults'> & {
  readonly defaults: unknown;
  readonly compile: (value: unknown, terms: object) => Partial<Policy>;
};

/** Compiles every section and reports every fault; after a report what comes back is not used. */
export function compileSections(
  document: Neighbours & Readonly<Partial<Record<SectionKey, unknown>>>,
  { files, report }: { readonly files: PolicyFiles; readonly report: Report },
): CompiledSections {
  const parts = Object.entries(SECTIONS as unknown as Readonly<Record<SectionKey, AnySection>>).map(([key, section]) => {
    const within: Report = (complaint) => report({ ...complaint, path: [key, ...complaint.path] });
    return section.compile(document[key as SectionKey] ?? section.defaults, { document, files, report: within });
  });
  return Object.assign({}, ...parts, { voices: parts.flatMap((part) => part.voices ?? []) }) as CompiledSections;
}
