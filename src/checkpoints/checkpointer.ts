import type { Clock } from '../ports.ts';
import type { EntryIndex, Millis, TenantId } from '../kernel/ids.ts';
import { signCheckpoint } from '../log/checkpoint.ts';
import { toDigest } from '../log/tree-hash.ts';
import { rootOf } from '../log/merkle.ts';
import type { NoteSigner } from '../log/note-key.ts';
import type { CheckpointPlace } from './place.ts';
import type { LogStore } from '../log/store.ts';

export interface CheckpointerOptions {
  readonly store: LogStore;
  readonly place: CheckpointPlace;
  /** The key in force; asked at each signing, so that a rotation needs no restart. */
  readonly signer: (tenant: TenantId) => NoteSigner;
  readonly origin: (tenant: TenantId) => string;
  readonly clock: Clock;
  /** Runs `work` while nobody else signs or writes to the place, in any process (LOG-38). Default: nobody else does. */
  readonly turn?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Default 64. */
  readonly everyEntries?: number;
  /** Default 1000. */
  readonly everyMs?: number;
}

/** Keeps the second place at most `everyMs` or `everyEntries` behind the log. The owner calls `tick` a few times a second. */
export interface Checkpointer {
  /** Tell it that a tenant's log has grown. */
  appended(tenant: TenantId, size: EntryIndex): void;
  tick(): void;
  /** Writes what is due and what is not; resolves when it is durable. @throws what the place threw */
  flush(): Promise<void>;
  /** Runs `work` while nothing is being signed, before what is due next: for changing keys. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Why the last write failed; null when it did not. It is tried again at the next tick. */
  failure(): string | null;
}

/** The store is told of checkpoints this seldom, so that it costs appends nothing; and whenever one is asked for. */
const [TELL_ENTRIES, TELL_MS] = [8192, 10_000];

interface Due {
  size: EntryIndex;
  signed: EntryIndex;
  since: Millis | null;
  /** What the store was told of it last, and when (LOG-27). */
  told: EntryIndex;
  toldAt: Millis;
  /** A signing that has not begun yet; it will see every entry that comes until then. */
  queued: Promise<void> | null;
}

/** Runs what it is given one after another, whatever came of the one before. */
function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

const isTellDue = ({ told, signed, toldAt }: Due, now: Millis): boolean => told === 0 || signed - told >= TELL_ENTRIES || now - toldAt >= TELL_MS;

/** A store that cannot take it closes its gate by itself; the checkpoint stands all the same. */
async function tell({ store, clock }: CheckpointerOptions, tenant: TenantId, due: Due): Promise<void> {
  if (due.signed <= due.told) return;
  due.toldAt = clock.now();
  await store.rememberCheckpoint(tenant, due.signed).then(
    () => (due.told = due.signed),
    () => undefined,
  );
}

async function signNewest(options: CheckpointerOptions, tenant: TenantId, due: Due): Promise<void> {
  const { store, place, clock } = options;
  // Read only in the turn: what another daemon signed before is no larger.
  const frontier = await store.frontier(tenant);
  const origin = options.origin(tenant);
  const note = signCheckpoint({ origin, size: frontier.size, root: toDigest(rootOf(frontier)) }, options.signer(tenant));
  await place.write({ kind: 'checkpoint', at: clock.now(), origin, note });
  due.signed = frontier.size;
  if (isTellDue(due, clock.now())) await tell(options, tenant, due);
  due.since = due.size > frontier.size ? clock.monotonic() : null;
}

export function createCheckpointer(options: CheckpointerOptions): Checkpointer {
  const { everyEntries = 64, everyMs = 1000, clock, turn = (work) => work() } = options;
  const tenants = new Map<TenantId, Due>();
  const inOrder = oneByOne();
  let failure: string | null = null;

  const sign = async (tenant: TenantId, due: Due): Promise<void> => {
    if ((await options.store.head(tenant)).size > due.signed) await turn(() => signNewest(options, tenant, due));
  };
  /** One at a time, in order: a smaller tree never follows a larger one into the place. */
  const enqueue = (tenant: TenantId, due: Due): Promise<void> => {
    if (due.queued !== null) return due.queued;
    const attempt = inOrder(() => {
      due.queued = null;
      return sign(tenant, due);
    });
    due.queued = attempt;
    attempt.then(
      () => {
        failure = null;
      },
      (error: unknown) => {
        failure = error instanceof Error ? error.message : String(error);
      },
    );
    return attempt;
  };
  const maybe = (tenant: TenantId, due: Due): void => {
    const waited = due.since === null ? 0 : clock.monotonic() - due.since;
    if (due.size - due.signed < everyEntries && waited < everyMs) return;
    due.since = clock.monotonic();
    enqueue(tenant, due).catch(() => undefined);
  };
  return {
    appended: (tenant, size) => {
      const due = tenants.get(tenant) ?? { size: 0, signed: 0, since: null, told: 0, toldAt: 0, queued: null };
      tenants.set(tenant, due);
      due.size = Math.max(due.size, size);
      due.since ??= clock.monotonic();
      if (due.size - due.signed >= everyEntries) maybe(tenant, due);
    },
    tick: () => {
      for (const [tenant, due] of tenants) if (due.size > due.signed) maybe(tenant, due);
    },
    flush: async () => {
      await Promise.all([...tenants].map(([tenant, due]) => enqueue(tenant, due)));
      for (const [tenant, due] of tenants) await inOrder(() => tell(options, tenant, due));
    },
    exclusively: (work) => inOrder(() => turn(work)),
    failure: () => failure,
  };
}
