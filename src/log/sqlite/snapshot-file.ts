import { createHash, hash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Digest } from '../../kernel/ids.ts';
import type { NewSnapshot, WorldSnapshot } from '../store.ts';

/** Bytes between two syncs: little enough that an append beside it does not wait long for the disk. */
const UNSYNCED = 4_194_304;

/** A draft nobody wrote to for so long belongs to a process that is gone. */
const ABANDONED_MS = 600_000;

/**
 * A snapshot lies in a file of its own beside the log: it is large, it is not part of the truth, and writing it must hold no lock that an
 * append waits for. A line with its place in the log, then its bytes.
 */
export function snapshotPath(log: string, no: number): string {
  return `${log}.snapshot-${String(no)}`;
}

/** Writes a draft, syncs it and gives it the name: whoever reads finds the last snapshot or this one, whole. */
export async function saveSnapshotFile(path: string, { size, leaf, parts }: NewSnapshot): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await writeAll(file, headerOf(size, leaf, NO_DIGEST));
    const digest = createHash('sha256');
    let unsynced = 0;
    for (const part of parts) {
      await writeAll(file, part);
      digest.update(part);
      unsynced += part.length;
      if (unsynced < UNSYNCED) continue;
      await file.datasync();
      unsynced = 0;
    }
    // Known only now; it takes the place of as many noughts.
    const header = headerOf(size, leaf, digest.digest('hex'));
    await file.write(header, 0, header.length, 0);
    await file.sync();
    await file.close();
    await rename(draft, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
  await removeAbandoned(path);
}

const NO_DIGEST = '0'.repeat(64);

function headerOf(size: number, leaf: string, sha256: string): Buffer {
  return Buffer.from(`${JSON.stringify({ size, leaf, sha256 })}\n`, 'utf8');
}

/** null when there is none. Throws when it is not what was written: a flipped bit would be another world. */
export async function loadSnapshotFile(path: string): Promise<WorldSnapshot | null> {
  let whole: Buffer;
  try {
    whole = await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const end = whole.indexOf('\n');
  const header = JSON.parse(whole.toString('utf8', 0, Math.max(end, 0))) as {
    readonly size?: unknown;
    readonly leaf?: unknown;
    readonly sha256?: unknown;
  };
  const { size, leaf, sha256 } = header;
  if (!Number.isSafeInteger(size) || typeof leaf !== 'string') throw new TypeError('a snapshot does not say where it was taken');
  const bytes = whole.subarray(end + 1);
  // Older builds wrote none.
  if (sha256 !== undefined && hash('sha256', bytes, 'hex') !== sha256) throw new TypeError('a snapshot is not what was written');
  return { size: size as number, leaf: leaf as Digest, bytes };
}

/** Removes what an older build kept in the log's own file, once there is a snapshot beside it. */
export function dropKeptSnapshot(database: DatabaseSync, log: string, no: number): void {
  if (!existsSync(snapshotPath(log, no))) return;
  if (database.prepare('SELECT 1 FROM snapshot WHERE tenant = ?').get(no) === undefined) return;
  database.prepare('DELETE FROM snapshot WHERE tenant = ?').run(no);
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length;) from += (await file.write(bytes, from)).bytesWritten;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** By the file system's own clock, which dated them all. */
async function removeAbandoned(path: string): Promise<void> {
  const { mtimeMs } = await stat(path);
  const drafts = (await readdir(dirname(path))).filter((name) => name.startsWith(`${basename(path)}.`));
  for (const name of drafts) {
    const draft = join(dirname(path), name);
    const written = await stat(draft).catch(() => null);
    if (written !== null && mtimeMs - written.mtimeMs > ABANDONED_MS) await rm(draft, { force: true });
  }
}
