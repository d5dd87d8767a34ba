import type { Entry } from '../kernel/entry.ts';
import type { EntryIndex, Millis } from '../kernel/ids.ts';

export const CHANGE_TYPES = [
  'policy-activated',
  'agent-halted',
  'agent-resumed',
  'agent-registered',
  'agent-revoked',
  'tool-pinned',
  'tool-quarantined',
  'operator-added',
  'operator-removed',
  'budget-set',
  'grant-issued',
  'grant-revoked',
] as const;

/** Something that changed what is allowed, by whom and about what; the entry has the rest. */
export interface ChangeRow {
  readonly index: EntryIndex;
  readonly at: Millis;
  readonly type: (typeof CHANGE_TYPES)[number];
  /** `operator/olga`, `agent/bot`, `system`. */
  readonly by: string;
  readonly agent?: string;
  /** A policy's, a tool's or an operator's name, a ledger, a halt's scope. */
  readonly subject: string;
}

const MOST = 200;

/** The newest changes. */
export class ChangesView {
  readonly #changes: ChangeRow[] = [];

  /** The name of the policy in force; '' before the first. */
  policy = '';

  fold(entry: Entry): void {
    if (entry.type === 'policy-activated') this.policy = entry.body.name;
    const subject = subjectOf(entry);
    const type = CHANGE_TYPES.find((one) => one === entry.type);
    if (subject === null || type === undefined) return;
    const { index, at, actor, agent } = entry;
    const by = actor.kind === 'system' ? 'system' : `${actor.kind}/${actor.id}`;
    this.#changes.push({ index, at, type, by, ...(agent === undefined ? {} : { agent }), subject });
    if (this.#changes.length > MOST) this.#changes.shift();
  }

  /** Newest first. */
  newest(limit: number): readonly ChangeRow[] {
    return this.#changes.slice(-limit).reverse();
  }
}

function subjectOf(entry: Entry): string | null {
  switch (entry.type) {
    case 'policy-activated':
      return entry.body.name;
    case 'agent-halted':
    case 'agent-resumed': {
      const { scope } = entry.body;
      return scope.kind === 'all' ? 'all' : `${scope.kind}/${scope.id}`;
    }
    case 'agent-registered':
      return entry.agent ?? '';
    case 'agent-revoked':
      return entry.body.agent;
    case 'tool-pinned':
    case 'tool-quarantined':
      return `${entry.body.server}/${entry.body.tool}`;
    case 'operator-added':
    case 'operator-removed':
      return entry.body.operator;
    case 'budget-set':
      return entry.body.ledger;
    case 'grant-issued':
      return entry.body.grant.id;
    case 'grant-revoked':
      return entry.body.grant;
    default:
      return null;
  }
}
