import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A process that serves a store. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When it began, by its wall clock. */
  readonly since: number;
  /** Where it can be asked; null until it listens. */
  readonly url: string | null;
}

/** One process's word that it serves a store, good for as long as it lives (GATE-27). */
export interface Lease {
  /** Where it can be asked from now on. */
  listens(url: string): void;
  self(): Holder;
  others(): readonly Holder[];
  end(): void;
}

export interface LeaseTerms {
  /** On a disk of another machine locks may not reach here: whoever left a lease there counts as alive. */
  readonly network: boolean;
}

const NAME = /^\d+-[0-9a-f]{12}$/;

/**
 * A lease is two files: what it says, and an empty SQLite file that is locked for as long as the process lives. The system frees the lock
 * however the process ends, so that nobody has to judge by process ids, which are given again and mean nothing in another container.
 */
export function takeLease(folder: string, holder: Omit<Holder, 'url'>, terms: LeaseTerms): Lease {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${String(holder.pid)}-${randomBytes(6).toString('hex')}`;
  // Its journal takes the mode of the file.
  closeSync(openSync(join(folder, `${name}.lock`), 'wx', 0o600));
  const lock = new DatabaseSync(join(folder, `${name}.lock`));
  let at: string | null = null;
  const say = (url: string | null): void => {
    at = url;
    // Whole or not at all: it is read while it is written.
    const draft = join(folder, `${name}.draft`);
    writeFileSync(draft, JSON.stringify({ ...holder, url }), { mode: 0o600 });
    renameSync(draft, join(folder, `${name}.json`));
  };
  lock.exec('BEGIN EXCLUSIVE');
  say(null);
  return {
    listens: say,
    self: () => ({ ...holder, url: at }),
    others: () => holdersOf(folder, holder.host, terms, name),
    end: () => {
      remove(folder, name);
      lock.close();
    },
  };
}

/** Who serves a store at this moment; what the dead left behind is swept away. */
export function holdersIn(folder: string, host: string, terms: LeaseTerms): readonly Holder[] {
  return holdersOf(folder, host, terms, null);
}

function holdersOf(folder: string, host: string, { network }: LeaseTerms, mine: string | null): readonly Holder[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));
  return names
    .filter((name) => NAME.test(name) && name !== mine)
    .flatMap((name) => {
      const holder = read(folder, name);
      if (holder !== null && (isLocked(join(folder, `${name}.lock`)) || (network && holder.host !== host))) return [holder];
      remove(folder, name);
      return [];
    })
    .toSorted((a, b) => a.since - b.since);
}

function read(folder: string, name: string): Holder | null {
  try {
    const { pid, host, since, url } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Record<string, unknown>;
    return { pid: Number(pid), host: String(host), since: Number(since), url: typeof url === 'string' ? url : null };
  } catch {
    return null;
  }
}

function isLocked(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    const probe = new DatabaseSync(path);
    try {
      probe.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE; ROLLBACK');
      return false;
    } finally {
      probe.close();
    }
  } catch {
    // Locked, or another user's: who cannot be asked is taken to live.
    return true;
  }
}

function remove(folder: string, name: string): void {
  for (const ending of ['json', 'draft', 'lock', 'lock-journal']) rmSync(join(folder, `${name}.${ending}`), { force: true });
}
