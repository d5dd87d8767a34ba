import type { Static, TSchema } from 'typebox';
import type { ActionKind } from '../kernel/action.ts';
import type { Policy } from '../kernel/policy.ts';
import type { Complaint, Fault, Report } from './fault.ts';
import type { Resolve } from './resolve.ts';

/** One row of the table in docs/reference/policy.md: the key as people write it, what it means, what leaving it out means. */
export type PageRow = readonly [key: string, meaning: string, leftOut: string];

/** What a section may read of the others. */
export interface Neighbours {
  readonly audit_only?: boolean;
  readonly kinds?: readonly ActionKind[];
  readonly agents?: Readonly<
    Record<string, { readonly allow?: readonly string[]; readonly review?: readonly string[]; readonly block?: readonly string[] }>
  >;
  readonly precision?: Readonly<Record<string, { readonly auditOnly?: boolean }>>;
  readonly intents?: { readonly blockedAgents?: readonly string[] };
}

/** Files that a document names. */
export interface PolicyFiles {
  /** Null when it cannot be read. What was read is part of the policy's digest (POLICY-4). */
  readonly read: (path: string) => Uint8Array | null;
  /** The fault of a file that could not be read, with the reason. */
  readonly missing: (path: string) => Pick<Complaint, 'code' | 'message' | 'hint'>;
  /** For what a file names itself, and vouches for with a digest of its own. */
  readonly resolve: Resolve;
  /** A fault whose place is in a file, not in the document. */
  readonly fault: (fault: Fault) => void;
}

export interface SectionTerms {
  readonly document: Neighbours;
  readonly files: PolicyFiles;
  /** Paths begin inside the section. */
  readonly report: Report;
}

/** A section of the policy document, whole: its form, what leaving it out means, what it becomes, and what is told of it. */
export interface Section<S extends TSchema, P extends Partial<Policy>> {
  readonly schema: S;
  /** What leaving it out means, spelled out (POLICY-6). */
  readonly defaults: Static<S>;
  /** Reports what the schema cannot say, and returns its part of the compiled policy; after a report the part is not used. */
  readonly compile: (value: Static<S>, terms: SectionTerms) => P;
  readonly page: readonly [PageRow, ...PageRow[]];
  /** The section its rows stand behind, where that is not the one before it in the document. */
  readonly after?: string;
  /** Chapters of the page below the table. */
  readonly chapters?: readonly string[];
  /** Values without a fault that name every key there is; a test looks. */
  readonly samples: readonly [Static<S>, ...Static<S>[]];
}

/** A section as it is written; only its types are worked out here. */
export function section<S extends TSchema, P extends Partial<Policy>>(terms: Section<S, P>): Section<S, P> {
  return terms;
}
