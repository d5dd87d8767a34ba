import { conclude } from '../kernel/conclude.ts';
import type { Effect } from '../kernel/decision.ts';
import type { ApprovalId, Digest, TenantId } from '../kernel/ids.ts';
import type { Policy } from '../kernel/policy.ts';
import type { LogStore } from '../log/store.ts';
import { history, recordedAction } from './history.ts';

export interface Flip {
  readonly index: number;
  readonly agent: string;
  readonly name: string;
  readonly from: Effect;
  readonly to: Effect;
  readonly reason: string;
}

export interface SimulationReport {
  readonly decided: number;
  /** Actions whose arguments were erased: nothing can be said of them. */
  readonly erased: number;
  /** At most `mostFlips`, oldest first. */
  readonly flips: readonly Flip[];
  readonly flipped: number;
}

export interface SimulateTerms {
  readonly store: LogStore;
  readonly tenant: TenantId;
  readonly policy: Policy;
  /** Past actions, the newest of them. */
  readonly limit: number;
  readonly mostFlips?: number;
}

/**
 * What another policy would have said to each past action, in the world as it then was. Facts stay as recorded: consequences of a
 * flip (money not spent, a lock not taken) are not followed, and findings are those of the time.
 */
export async function simulate({ store, tenant, policy, limit, mostFlips = 1_000 }: SimulateTerms): Promise<SimulationReport> {
  const skip = (await count(store, tenant)) - limit;
  const flips: Flip[] = [];
  let [seen, decided, erased, flipped] = [0, 0, 0, 0];
  for await (const { entry, before } of history(store, tenant)) {
    if (entry.type !== 'action-decided' || seen++ < skip) continue;
    const action = await recordedAction(store, entry);
    if (action === null) {
      erased++;
      continue;
    }
    // An approval was given under the policy of its time; under another one the question would have to be put again.
    const { redeems: _redeems, ...fresh } = action;
    const again = conclude(fresh, before, policy, { approval: 'simulated' as ApprovalId, askDigest: '' as Digest });
    decided++;
    const { effect } = entry.body.decision;
    if (again.effect === effect || (action.redeems !== undefined && again.effect === 'ask')) continue;
    flipped++;
    const [{ code, message }] = again.reasons;
    if (flips.length < mostFlips)
      flips.push({ index: entry.index, agent: action.agent, name: action.name, from: effect, to: again.effect, reason: `${code} ${message}` });
  }
  return { decided, erased, flips, flipped };
}

async function count(store: LogStore, tenant: TenantId): Promise<number> {
  let total = 0;
  for (let from: number | null = 0; from !== null;) {
    const read = await store.read(tenant, { type: 'action-decided', from, limit: 1_000 });
    total += read.length;
    from = read.length < 1_000 ? null : (read.at(-1)?.index ?? 0) + 1;
  }
  return total;
}
