import type { EntryOf } from '../kernel/entry.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import type { TenantId } from '../kernel/ids.ts';
import { openEntry } from '../log/entry.ts';
import type { LogStore } from '../log/store.ts';

/** The newest reset of an administrator that none has acknowledged (AUTH-14). */
export async function pendingReset(store: LogStore, tenant: TenantId): Promise<EntryOf<'admin-reset'> | null> {
  const newest = async (type: 'admin-reset' | 'admin-reset-acknowledged'): Promise<ReturnType<typeof openEntry> | null> => {
    const [found] = await store.read(tenant, { type, limit: 1, reverse: true });
    return found === undefined ? null : openEntry(found.bytes, found.index);
  };
  const reset = await newest('admin-reset');
  if (reset?.type !== 'admin-reset') return null;
  const heard = await newest('admin-reset-acknowledged');
  return heard?.type === 'admin-reset-acknowledged' && heard.body.reset === reset.index ? null : reset;
}

export function resetNotice(tenant: TenantId, reset: EntryOf<'admin-reset'> | null): string | null {
  if (reset === null) return null;
  const { by, operator } = reset.body;
  const whose = tenant === DEFAULT_TENANT ? '' : ` of tenant ${tenant}`;
  const when = new Date(reset.at).toISOString().slice(0, 16).replace('T', ' ');
  return (
    `The administrator${whose} was reset offline by ${by} on ${when} UTC (entry ${String(reset.index)}): the operator ${operator} was added. ` +
    'If you know of it, an administrator runs: aegis operators acknowledge-reset'
  );
}
