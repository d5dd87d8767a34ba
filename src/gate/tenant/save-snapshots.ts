import type { EntryIndex, TenantId } from '../../kernel/ids.ts';
import { worldText } from '../../kernel/snapshot.ts';
import type { World } from '../../kernel/world.ts';
import type { GateDeps } from '../deps.ts';
import type { FoldedLog } from '../queue/folded-log.ts';

const encoder = new TextEncoder();

/** A fifth of the usual entries is enough when the gate has had nothing to do for this long. */
const IDLE_MS = 1_000;
const IDLE_SHARE = 5;

export interface SnapshotSaver {
  /** Saves this log when enough was appended since the last snapshot. */
  readonly after: (log: FoldedLog) => void;
  /** Gives up one that is on its way. */
  readonly stop: () => Promise<void>;
}

/**
 * Saves a snapshot now and then, so that start-up need not fold everything. It changes no decision, so its failure is only told. The world of
 * one moment is written piece by piece while the gate goes on deciding.
 */
export function snapshotSaver(deps: GateDeps, tenant: TenantId, start: EntryIndex): SnapshotSaver {
  const { store, timers, snapshotEvery: every = 50_000, onFault } = deps;
  let last = start;
  let saving: Promise<void> | null = null;
  let stopped = false;
  let latest: FoldedLog | null = null;
  let cancel: (() => void) | null = null;
  function* parts(world: World): Iterable<Uint8Array> {
    for (const text of worldText(world)) {
      if (stopped) throw new Error('the gate is shut down');
      yield encoder.encode(text);
    }
  }
  const save = ({ world, head: { size, leaf } }: FoldedLog): void => {
    last = size;
    saving = store
      .saveSnapshot(tenant, { size, leaf, parts: parts(world) })
      .catch((error: unknown) => {
        if (!stopped) onFault?.({ what: 'snapshot-not-saved', tenant, error });
      })
      .finally(() => {
        saving = null;
      });
  };
  const waitForIdle = (): void => {
    const seen = latest;
    cancel = timers.after(IDLE_MS, () => {
      cancel = null;
      if (seen !== latest) waitForIdle();
      else if (seen !== null && saving === null && seen.head.size - last >= every / IDLE_SHARE) save(seen);
    });
  };
  return {
    after: (log) => {
      latest = log;
      const behind = log.head.size - last;
      if (every === 0 || stopped || saving !== null) return;
      if (behind >= every) save(log);
      else if (behind >= every / IDLE_SHARE && cancel === null) waitForIdle();
    },
    stop: async () => {
      stopped = true;
      cancel?.();
      await saving;
    },
  };
}
