import type { Amounts } from '../decision.ts';
import type { HaltScope } from '../entry.ts';
import type { Finding } from '../finding.ts';
import type { NamedFile } from '../named-file.ts';
import type { Policy } from '../policy.ts';
import type { InjectedContent } from '../world.ts';

/** What a reason tells a person: what happened, with its values, and the next step. */
export interface Said {
  readonly message: string;
  readonly hint?: string;
}

/** Names of the two budgets that no policy names. They stand in logs of semantics 1 and 2. */
export const REGISTERED = 'registered for the session';
export const OF_MANIFEST = 'of the manifest';

/** One limit that an action would pass. */
export interface Excess {
  /** The budget's own name, or the ledger's. */
  readonly budget: string;
  readonly field: keyof Amounts | 'wallMs';
  readonly limit: number;
  readonly taken: number;
  readonly need: number;
}

export type ClaimName = 'priority' | 'complexity' | 'confidence' | 'usdMicros' | 'tokens' | 'resource';

/**
 * Every sentence of the kernel's rules. A recorded decision holds its sentences, so they belong to the semantics a log is written under:
 * a log of semantics 1 or 2 is decided again in the words of then (GATE-17).
 */
export interface Words {
  readonly nothingMatched: string;
  defaultEffect(effect: Policy['fallback']): Said;
  unlisted(tool: string): Said;
  blocked(tool: string): Said;
  review(tool: string): Said;
  unknownAgent(agent: string): Said;
  revoked(agent: string): Said;
  sessionNotOpen(session: string): Said;
  sessionForeign(session: string): Said;
  sessionClosed(session: string): Said;
  halted(scope: HaltScope, reason: string): Said;
  claim(name: ClaimName, value: unknown): Said;
  priorityExceeded(claimed: number, most: number): Said;
  ruleFailed(rule: string): Said;
  overBudget(excess: Excess): Said;
  priceUnknown(model: string | undefined): Said;
  rate(terms: { readonly limit: number; readonly kind: 'calls' | 'tokens'; readonly retryMs: number | null }): Said;
  repeatedCall(times: number): Said;
  repeatedSequence(calls: number): Said;
  noProgress(tool: string): Said;
  tainted(what: string, labels: readonly string[]): Said;
  /** Of a session that holds instructions to the model which nobody has looked at. */
  afterInjection(content: InjectedContent, session: string): Said;
  lockSlots(resource: string, slots: number): Said;
  locksHeld(most: number): Said;
  lockHeld(resource: string, held: boolean): Said;
  deadlock(resource: string): Said;
  undeclaredTool(manifest: string, tool: string): Said;
  manifestAsks(tool: string): Said;
  undeclaredPath(verb: string, path: string): Said;
  undeclaredHost(host: string): Said;
  unreadHost: Said;
  undeclaredSecret: Said;
  undeclaredProgram(program: string): Said;
  undeclaredArguments(program: string): Said;
  dynamicProgram: Said;
  unreadProgram: Said;
  aboveCeiling(cost: number, ceiling: number): Said;
  agentBlocked(agent: string): Said;
  intentBlocked(pattern: string): Said;
  priorityTooLow(pattern: string, min: number): Said;
  toolNeverShown(server: string, tool: string): Said;
  toolInQuarantine(tool: { readonly server: string; readonly name: string }, doubts: readonly string[]): Said;
  toolChanged(server: string, tool: string): Said;
  found(finding: Finding): Said;
  redacted(detector: string): Said;
  costsMore(cost: number, most: number): Said;
  unsure(confidence: number, least: number): Said;
  sensitive(intent: string): Said;
  tooManyPending(pending: number): Said;
  conflictingChanges: Said;
  /** `by`: the people who granted it. */
  released(approval: string, by: readonly string[]): Said;
  releasedByGrant(grant: string): Said;
  approvalFault(fault: ApprovalFault, status: string): Said;
  approvalEnded(status: string): Said;
  /** Never empty. */
  filesChanged(files: readonly NamedFile[]): Said;
}

/** Why an approval does not release an action (ASK-3). */
export type ApprovalFault = 'unknown' | 'not-granted' | 'expired' | 'other-action' | 'other-arguments' | 'votes';
