import type { ApprovalStatus } from '../kernel/approval.ts';
import type { Entry, EntryOf } from '../kernel/entry.ts';
import type { Risk } from '../kernel/finding.ts';
import type { EntryIndex, Millis } from '../kernel/ids.ts';
import { trim } from './trim.ts';

/** One question to a person and what became of it. */
export interface ApprovalRow {
  readonly approval: string;
  /** Of the entry that asked. */
  readonly index: EntryIndex;
  readonly at: Millis;
  readonly action: string;
  readonly agent: string;
  readonly session: string;
  readonly tool: string;
  readonly risk: Risk;
  readonly quorum: number;
  readonly expiresAt: Millis;
  readonly status: ApprovalStatus;
  /** When a person or the clock decided it. */
  readonly decidedAt?: Millis;
  readonly by: readonly {
    readonly operator: string;
    readonly granted: boolean;
    readonly channel: string;
    readonly reason: string;
    readonly at: Millis;
  }[];
}

type Running = { -readonly [Field in keyof Omit<ApprovalRow, 'by'>]: ApprovalRow[Field] } & { by: ApprovalRow['by'] };

const MOST_APPROVALS = 20_000;

/** Every question, the newest kept: what is waiting is in the world as well, with its bytes. */
export class ApprovalsView {
  readonly #approvals = new Map<string, Running>();
  readonly #most: number;

  constructor(most = MOST_APPROVALS) {
    this.#most = most;
  }

  get size(): number {
    return this.#approvals.size;
  }

  fold(entry: Entry): void {
    const { at } = entry;
    switch (entry.type) {
      case 'action-decided':
        return this.#ask(entry);
      case 'approval-granted':
      case 'approval-refused': {
        const granted = entry.type === 'approval-granted';
        const { approval, by, channel, reason } = entry.body;
        const own = this.#end(approval, at, granted ? 'granted' : 'refused');
        if (own === undefined) return;
        own.by = [...own.by, { operator: by, granted, channel, reason, at }];
        if (granted && own.by.length < own.quorum) own.status = 'pending';
        return;
      }
      case 'approval-expired':
        return void this.#end(entry.body.approval, at, 'expired');
      case 'approval-voided':
        return void this.#end(entry.body.approval, at, 'voided');
      case 'approval-consumed':
        return void this.#end(entry.body.approval, at, 'consumed');
      default:
    }
  }

  #ask({ index, at, agent, session, body: { action, decision } }: EntryOf<'action-decided'>): void {
    if (decision.effect !== 'ask') return;
    const { approval, expiresAt, quorum } = decision.ask;
    const { id, name: tool } = action;
    const asked = { approval, index, at, action: id, agent: agent ?? '', session: session ?? '', tool, risk: decision.risk, quorum, expiresAt };
    this.#approvals.set(approval, { ...asked, status: 'pending', by: [] });
    trim(this.#approvals, this.#most);
  }

  #end(approval: string, at: Millis, status: ApprovalStatus): Running | undefined {
    const own = this.#approvals.get(approval);
    if (own === undefined) return undefined;
    own.status = status;
    // Using what was granted decides nothing anew.
    if (status !== 'consumed') own.decidedAt = at;
    return own;
  }

  /** The newest question first. */
  page(terms: {
    readonly status?: ApprovalStatus | undefined;
    readonly agent?: string | undefined;
    readonly session?: string | undefined;
    readonly before?: number | undefined;
    readonly limit: number;
  }): { readonly approvals: readonly ApprovalRow[]; readonly next?: number } {
    const { status, agent, session, before = Number.POSITIVE_INFINITY, limit } = terms;
    const approvals: ApprovalRow[] = [];
    for (const own of [...this.#approvals.values()].reverse()) {
      if (own.index >= before || (status !== undefined && own.status !== status)) continue;
      if ((agent !== undefined && own.agent !== agent) || (session !== undefined && own.session !== session)) continue;
      const last = approvals.at(-1);
      if (approvals.length === limit && last !== undefined) return { approvals, next: last.index };
      approvals.push({ ...own });
    }
    return { approvals };
  }
}
