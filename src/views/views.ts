import type { Entry } from '../kernel/entry.ts';
import type { EntryIndex, TenantId } from '../kernel/ids.ts';
import type { LogStore } from '../log/store.ts';
import { actionRowOf } from './action-row.ts';
import { ActionsView } from './actions.ts';
import { AgentsView } from './agents.ts';
import { ApprovalsView } from './approvals.ts';
import { ChangesView } from './changes.ts';
import { Charges } from './charges.ts';
import { createFollower } from './follower.ts';
import type { Follower } from './follower.ts';
import { ReasonsView } from './reasons.ts';
import { SessionsView } from './sessions.ts';
import { PaceView } from './pace.ts';
import { SpendView } from './spend.ts';
import { TimelineView } from './timeline.ts';

/** Everything that is shown of one tenant's log, folded in one pass. */
export class TenantViews {
  readonly actions = new ActionsView();
  readonly agents = new AgentsView();
  readonly sessions = new SessionsView();
  readonly approvals = new ApprovalsView();
  readonly reasons = new ReasonsView();
  readonly timeline = new TimelineView();
  readonly spend = new SpendView();
  readonly pace = new PaceView();
  readonly changes = new ChangesView();
  readonly #charges = new Charges();

  fold(entry: Entry): void {
    const told = { charge: this.#charges.of(entry), row: entry.type === 'action-decided' ? actionRowOf(entry) : null };
    this.actions.fold(entry, told);
    this.agents.fold(entry, told);
    this.sessions.fold(entry, told);
    this.approvals.fold(entry);
    this.reasons.fold(told);
    this.timeline.fold(entry, told);
    this.spend.fold(entry, told);
    this.pace.fold(entry, told);
    this.changes.fold(entry);
  }
}

/** Views as far as they have read; `asOf` entries of the log are in them. */
export interface Seen {
  readonly views: TenantViews;
  readonly asOf: EntryIndex;
}

export interface Views {
  /** Reads what is new first, and no longer than it has patience: the first look at a long log answers before all of it is read. */
  of(tenant: TenantId): Promise<Seen>;
}

const PATIENCE_MS = 1_000;

/** Nothing is read of a log before somebody looks. */
export function createViews(store: Pick<LogStore, 'read'>, patienceMs = PATIENCE_MS): Views {
  const tenants = new Map<TenantId, { readonly views: TenantViews; readonly follower: Follower }>();
  const made = (tenant: TenantId): { readonly views: TenantViews; readonly follower: Follower } => {
    const views = new TenantViews();
    const own = { views, follower: createFollower(store, tenant, views) };
    tenants.set(tenant, own);
    return own;
  };
  return {
    of: async (tenant) => {
      const { views, follower } = tenants.get(tenant) ?? made(tenant);
      await within(follower.catchUp(), patienceMs);
      return { views, asOf: follower.size };
    },
  };
}

/** Waits for a piece of work, which goes on when patience ends. */
async function within(work: Promise<void>, patienceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  try {
    await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
    // What fails after patience ended is met again by who asks next.
    work.catch(() => undefined);
  }
}
