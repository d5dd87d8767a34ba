import type { LogGate } from '../gate/log-gate.ts';
import type { EntryBodies } from '../kernel/entry.ts';
import type { TenantId } from '../kernel/ids.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { openEntry } from '../log/entry.ts';
import type { CheckpointPlace, PlaceRecord } from './place.ts';
import type { LogStore } from '../log/store.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';

interface Places {
  readonly store: LogStore;
  readonly place: CheckpointPlace;
  readonly originPrefix: string;
}

/**
 * What an operator accepted offline becomes an entry of the log itself, so that whoever reads only the log sees it (LOG-18). Before the next
 * checkpoint is signed: until then the second place's newest record is the recovery. Once, however often the start is broken off.
 */
export async function recordRecoveries(gate: LogGate, { store, place, originPrefix }: Places): Promise<void> {
  const chains = new Set(await store.tenants());
  for (const origin of await place.origins()) {
    const record = await place.latest(origin);
    if (record?.kind !== 'recovered' || !origin.startsWith(originPrefix)) continue;
    const tenant = origin.slice(originPrefix.length) as TenantId;
    // A tenant whose whole chain is gone is told of in the log that names tenants.
    const into = chains.has(tenant) ? tenant : DEFAULT_TENANT;
    if (!(await isRecorded(store, into, record)))
      await gate.record(into, 'store-recovered', bodyOf(record, into === tenant ? '' : `${tenant}: `), 'system');
  }
}

function bodyOf({ at, by, reason, note, detail }: PlaceRecord, whose: string): EntryBodies['store-recovered'] {
  return {
    by: by ?? '',
    reason: reason ?? '',
    recoveredAt: at,
    size: parseCheckpoint(note)?.size ?? 0,
    ...(detail === undefined ? {} : { detail: whose + detail }),
  };
}

async function isRecorded(store: LogStore, tenant: TenantId, { at }: PlaceRecord): Promise<boolean> {
  const newest = await store.read(tenant, { type: 'store-recovered', limit: 64, reverse: true });
  return newest.map(({ bytes, index }) => openEntry(bytes, index)).some((entry) => entry.type === 'store-recovered' && entry.body.recoveredAt === at);
}
