import { daemonClient } from '../../client/daemon-client.ts';
import type { DaemonClient } from '../../client/daemon.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json } from '../../kernel/json.ts';
import type { RunState } from '../../kernel/words/runs.ts';
import { MOST_NAME } from '../limits.ts';
import type { Trip } from '../trip.ts';
import type { DaemonPlace, Recorded, RunEnd, WatchTerms } from './messages.ts';

const PATIENCE_MS = 10_000;

/** How a run is written into the log. */
export interface Recorder {
  /** The index of the entry, or why the run may not start. */
  started(
    terms: Pick<WatchTerms, 'run' | 'limits' | 'contain'>,
  ): Promise<{ readonly index: number } | { readonly status: number; readonly detail: string }>;
  tripped(run: string, trip: Trip): Promise<number>;
  ended(end: Omit<RunEnd, 'recorded' | 'unrecorded'>, halt: number | null): Promise<Recorded>;
  close(): void;
}

/** @throws AegisError AEGIS_UNREACHABLE, and Error when the daemon refuses */
export function recorderFor(daemon: DaemonPlace): Recorder {
  const client = daemonClient({ ...daemon, mostBytes: 16_777_216 });
  return {
    started: async ({ run, limits, contain }) => {
      const { maxToolCallsPerMinute: toolRates, ...common } = limits;
      const { status, body } = await client.ask({
        method: 'POST',
        path: '/v1/runs/start',
        body: { run, level: contain?.level ?? 0, limits: common, ...(toolRates === undefined ? {} : { toolRates }) },
        timeoutMs: PATIENCE_MS,
      });
      const said = isObject(body ?? null) ? (body as Readonly<Record<string, Json>>) : {};
      return status < 300 ? { index: Number(said['index']) } : { status, detail: String(said['detail']) };
    },
    tripped: async (run, { code, detail }) => {
      const cut = Object.fromEntries(
        Object.entries(detail).map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, MOST_NAME) : value]),
      );
      const said = await posted(client, '/v1/runs/trip', { run, code, detail: cut });
      return Number(said['halt']);
    },
    ended: async (end, halt) => {
      const said = await posted(client, '/v1/runs/end', bodyOf(end));
      return { index: Number(said['index']), receipt: said['receipt'] ?? null, note: typeof said['note'] === 'string' ? said['note'] : null, halt };
    },
    close: () => client.close(),
  };
}

async function posted(client: DaemonClient, path: string, body: unknown): Promise<Readonly<Record<string, Json>>> {
  const answer = await client.ask({ method: 'POST', path, body, timeoutMs: PATIENCE_MS });
  const said = answer.body ?? null;
  if (answer.status < 300 && isObject(said)) return said;
  throw new Error(`the daemon answers ${String(answer.status)}${isObject(said) ? `: ${String(said['detail'])}` : ''}`);
}

/** Killed is what was seen to be gone after a kill; what nobody observed is unreachable. */
export function stateOf({ verdict, trip }: Pick<RunEnd, 'verdict' | 'trip'>): RunState {
  if (verdict === null) return 'unreachable';
  if (!verdict.empty) return 'alive';
  return trip !== null || verdict.cause !== 'exit' ? 'killed' : 'ended';
}

function bodyOf(end: Omit<RunEnd, 'recorded' | 'unrecorded'>): object {
  const { run, verdict, trip, code, signal, level } = end;
  const seen =
    verdict === null
      ? { cause: 'fault', empty: false, survivors: [], by: 'nobody', us: 0 }
      : {
          ...{ cause: verdict.cause, empty: verdict.empty, survivors: verdict.survivors, by: verdict.by, us: verdict.us },
          ...(verdict.killed === null ? {} : { killed: verdict.killed }),
        };
  return {
    ...{ run, state: stateOf(end), level: verdict?.level ?? level, ...seen },
    ...(trip === null ? {} : { code: trip.code }),
    ...(code === null ? {} : { exit: code }),
    ...(signal === null ? {} : { signal }),
  };
}
