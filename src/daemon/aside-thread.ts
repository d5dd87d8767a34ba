import { parentPort, workerData } from 'node:worker_threads';
import { AegisError } from '../errors.ts';
import { loadPolicy, reloadPolicy } from '../gate/tenant/policies.ts';
import { replayTenant } from '../lab/replay.ts';
import type { ReplayReport } from '../lab/replay.ts';
import { simulate } from '../lab/simulate.ts';
import type { SimulationReport } from '../lab/simulate.ts';
import type { Digest, TenantId } from '../kernel/ids.ts';
import type { SessionPlace } from '../kernel/owned.ts';
import type { EntryFilter, LogStore } from '../log/store.ts';
import { checkPolicy, compilePolicy } from '../policy/compile.ts';
import type { Fault } from '../policy/fault.ts';
import { handedOver } from '../policy/resolve.ts';
import { policyFileReader } from './policy-files.ts';

/** What is done aside. */
/** A document and the files that came with it; without any, they are read in the daemon's own folder. */
interface Document {
  readonly document: string;
  readonly files: Readonly<Record<string, Uint8Array>> | undefined;
}

export type AsideJob =
  | (Document & { readonly kind: 'check' })
  | { readonly kind: 'replay'; readonly tenant: TenantId; readonly place?: SessionPlace }
  | (Document & { readonly kind: 'simulate'; readonly tenant: TenantId; readonly limit: number });

export interface CheckedDocument {
  /** Empty when it may be activated. */
  readonly faults: readonly Fault[];
  /** How many more there are. */
  readonly omitted: number;
}

export type AsideResult = CheckedDocument | ReplayReport | SimulationReport;

/** A part of the log that the thread asks for; it reads through the thread that owns the store. */
export type LogQuestion =
  readonly ['head', TenantId] | readonly ['read', TenantId, EntryFilter] | readonly ['payload', TenantId, Parameters<LogStore['payload']>[1]];

export type FromThread =
  | { readonly ask: number; readonly question: LogQuestion }
  | { readonly done: true; readonly result: AsideResult }
  | { readonly done: false; readonly code?: AegisError['code']; readonly details?: AegisError['details']; readonly error: unknown };

export type ToThread =
  { readonly job: AsideJob } | { readonly ask: number; readonly found: unknown } | { readonly ask: number; readonly failed: unknown };

const { base } = workerData as { readonly base: string };
const besidePolicy = policyFileReader(base);
const waiting = new Map<number, { readonly resolve: (found: never) => void; readonly reject: (error: unknown) => void }>();
let asked = 0;

function ask<Found>(question: LogQuestion): Promise<Found> {
  asked += 1;
  say({ ask: asked, question });
  return new Promise((found, reject) => waiting.set(asked, { resolve: found, reject }));
}

/** As much of a store as reading the past takes. */
const store = {
  head: (tenant: TenantId) => ask(['head', tenant]),
  read: (tenant: TenantId, filter: EntryFilter) => ask(['read', tenant, filter]),
  payload: (tenant: TenantId, digest: Parameters<LogStore['payload']>[1]) => ask(['payload', tenant, digest]),
} as unknown as LogStore;

function say(message: FromThread): void {
  parentPort?.postMessage(message);
}

async function work(job: AsideJob): Promise<AsideResult> {
  if (job.kind === 'replay') {
    const { tenant, place } = job;
    const recompile = (kept: Uint8Array, digest: Digest): ReturnType<typeof reloadPolicy> => reloadPolicy(compilePolicy, kept, digest);
    return replayTenant(
      store,
      tenant,
      recompile,
      ({ agent, session }) => place === undefined || (session === place.session && agent === place.agent),
    );
  }
  const resolve = job.files === undefined ? besidePolicy : handedOver(job.files);
  if (job.kind === 'check') {
    const checked = checkPolicy(job.document, resolve);
    return checked.ok ? { faults: [], omitted: 0 } : { faults: checked.faults, omitted: checked.omitted };
  }
  const { policy } = await loadPolicy({ compile: compilePolicy, resolve, initial: job.document }, job.document);
  return simulate({ store, tenant: job.tenant, policy, limit: job.limit });
}

parentPort?.on('message', (message: ToThread) => {
  if ('job' in message) {
    work(message.job).then(
      (result) => say({ done: true, result }),
      // A class does not travel between threads.
      (error: unknown) => say({ done: false, ...(error instanceof AegisError ? { code: error.code, details: error.details } : {}), error }),
    );
    return;
  }
  const one = waiting.get(message.ask);
  waiting.delete(message.ask);
  if ('found' in message) one?.resolve(message.found as never);
  else one?.reject(message.failed);
});
