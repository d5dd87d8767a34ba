import type { Entry } from '../kernel/entry.ts';
import { passes } from '../views/action-filter.ts';
import type { ActionFilter } from '../views/action-filter.ts';
import { actionRowOf } from '../views/action-row.ts';

interface FeedEvent {
  readonly name: string;
  readonly data: object;
}

/** What one entry is to whoever watches; null where it is nothing, or not what was asked for. */
export function feedEvent(entry: Entry, filter: ActionFilter): FeedEvent | null {
  if (entry.type === 'action-decided') {
    const row = actionRowOf(entry);
    return passes(row, filter) ? { name: 'action', data: row } : null;
  }
  const told = toldOf(entry);
  if (told === null) return null;
  const { index, at, agent, session } = entry;
  // What halts or changes everybody is told whatever is looked for.
  if (told.name === 'outcome' || told.name === 'approval') {
    if (filter.agent !== undefined && agent !== filter.agent) return null;
    if (filter.session !== undefined && session !== filter.session) return null;
  }
  return {
    name: told.name,
    data: { index, at, ...(agent === undefined ? {} : { agent }), ...(session === undefined ? {} : { session }), ...told.data },
  };
}

function toldOf(entry: Entry): FeedEvent | null {
  switch (entry.type) {
    case 'action-settled': {
      const { action, status, usage } = entry.body;
      return { name: 'outcome', data: { action, status, ...usage } };
    }
    case 'approval-granted':
    case 'approval-refused': {
      const { approval, by, reason, channel } = entry.body;
      return { name: 'approval', data: { approval, status: entry.type === 'approval-granted' ? 'granted' : 'refused', by, reason, channel } };
    }
    case 'approval-expired':
      return { name: 'approval', data: { approval: entry.body.approval, status: 'expired' } };
    case 'approval-voided':
      return { name: 'approval', data: { approval: entry.body.approval, status: 'voided' } };
    case 'approval-consumed':
      return { name: 'approval', data: { approval: entry.body.approval, action: entry.body.action, status: 'consumed' } };
    case 'agent-halted':
    case 'agent-resumed':
      return { name: 'halt', data: { halted: entry.type === 'agent-halted', scope: entry.body.scope, reason: entry.body.reason } };
    case 'policy-activated':
      return { name: 'policy', data: { name: entry.body.name, digest: entry.body.digest } };
    default:
      return null;
  }
}
