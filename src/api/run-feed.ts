import type { LogGate } from '../gate/log-gate.ts';
import type { Entry, HaltScope } from '../kernel/entry.ts';
import type { AgentId, TenantId } from '../kernel/ids.ts';
import type { JsonObject } from '../kernel/json.ts';
import { PIECE } from '../log/in-turns.ts';
import type { LogStore } from '../log/store.ts';
import { opened } from './pages.ts';

const HEARTBEAT_MS = 2_000;

interface Feed {
  readonly gate: Pick<LogGate, 'follow' | 'current'>;
  readonly store: LogStore;
  readonly tenant: TenantId;
  readonly agent: AgentId;
  readonly from: number;
  readonly aborted: AbortSignal;
  readonly still: () => boolean;
}

const concerns = (scope: HaltScope, agent: AgentId): boolean =>
  scope.kind === 'all' || (scope.kind === 'agent' ? scope.id === agent : scope.agent === undefined || scope.agent === agent);

/** What a supervisor counts of one entry; null for what is another agent's or is not counted. */
export function usedIn(entry: Entry, agent: AgentId): JsonObject | null {
  if (entry.type === 'agent-halted') {
    const { scope, reason, cause } = entry.body;
    return concerns(scope, agent) ? { halted: cause, reason, scope: scope.kind, ...(scope.kind === 'session' ? { session: scope.id } : {}) } : null;
  }
  if (entry.type === 'agent-revoked') return entry.body.agent === agent ? { halted: 'operator', reason: entry.body.reason, scope: 'agent' } : null;
  if (entry.agent !== agent) return null;
  if (entry.type === 'action-decided') {
    const { action, decision } = entry.body;
    const done = decision.effect === 'allow' || decision.effect === 'modify';
    return { steps: 1, action: `${action.name} ${action.argsDigest.slice(0, 16)}`, ...(done ? { call: action.name } : {}) };
  }
  if (entry.type !== 'action-settled') return null;
  const { tokens, usdMicros } = entry.body.usage;
  return tokens === undefined && usdMicros === undefined
    ? null
    : { ...(tokens === undefined ? {} : { tokens }), ...(usdMicros === undefined ? {} : { costUsd: usdMicros / 1_000_000 }) };
}

/** One event for each entry that is counted, resumable by its index. */
export async function* runFeed({ gate, store, tenant, agent, from, aborted, still }: Feed): AsyncGenerator<string> {
  let next = from;
  let wake: () => void = () => undefined;
  const unfollow = gate.follow((of) => {
    if (of === tenant) wake();
  });
  const stop = (): void => wake();
  aborted.addEventListener('abort', stop, { once: true });
  try {
    yield 'retry: 250\n\n';
    while (!aborted.aborted) {
      // Armed before reading: an entry that lands between reading and waiting still wakes us.
      let timer: NodeJS.Timeout | undefined;
      const woken = new Promise<boolean>((resolve) => {
        wake = () => resolve(true);
        timer = setTimeout(() => resolve(false), HEARTBEAT_MS);
      });
      await gate.current(tenant);
      const entries = await store.read(tenant, { from: next, limit: PIECE });
      for (const sealed of entries) {
        const used = usedIn(opened(sealed), agent);
        next = sealed.index + 1;
        if (used !== null) yield `id: ${String(sealed.index)}\ndata: ${JSON.stringify(used)}\n\n`;
      }
      // What ends the key itself was told above.
      if (!still()) return clearTimeout(timer);
      if (entries.length === 0 && !aborted.aborted && !(await woken)) yield ': still here\n\n';
      clearTimeout(timer);
    }
  } finally {
    unfollow();
    aborted.removeEventListener('abort', stop);
  }
}
