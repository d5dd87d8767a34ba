import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownFolder } from './install/ledger.ts';

interface Unlocked {
  /** Unix time in milliseconds. */
  readonly until: number;
  readonly key: string;
}

/**
 * This terminal: its number, and its session's first process with the time that began, so that neither another window nor a later session under
 * the same numbers is it. Null where the system does not tell (`/proc`), and where there is no terminal.
 */
function terminalName(): string | null {
  const own = statOf('self');
  const [session, terminal] = own === null ? [] : [own[3], own[4]];
  const leader = session === undefined ? null : statOf(session);
  if (terminal === undefined || terminal === '0' || leader === null) return null;
  return createHash('sha256')
    .update(`${terminal} ${String(session)} ${String(leader[19])}`)
    .digest('hex')
    .slice(0, 24);
}

/** The fields of proc(5) `stat` behind the name of the program, which may hold anything. */
function statOf(pid: string): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

const pathOf = (name: string): string => join(ownFolder(), 'unlocked', `${name}.json`);

/** Keeps the key for this terminal. False where a terminal cannot be told from another. */
export function keepUnlocked(key: string, minutes: number, now: number): boolean {
  const name = terminalName();
  if (name === null) return false;
  const path = pathOf(name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, JSON.stringify({ until: now + minutes * 60_000, key } satisfies Unlocked), { mode: 0o600 });
  return true;
}

/** The key as long as it was unlocked here; what is over is wiped. */
export function unlockedHere(now: number): string | null {
  const name = terminalName();
  if (name === null) return null;
  const path = pathOf(name);
  try {
    const { until, key } = JSON.parse(readFileSync(path, 'utf8')) as Unlocked;
    // A clock that was set back does not make it longer.
    if (now < until && statSync(path).mtimeMs <= now + 1_000) return key;
  } catch {
    return null;
  }
  rmSync(path, { force: true });
  return null;
}

export function forgetUnlocked(): void {
  rmSync(join(ownFolder(), 'unlocked'), { recursive: true, force: true });
}
