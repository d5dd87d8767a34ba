import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { AegisError } from '../errors.ts';
import { isObject } from '../kernel/json.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { makePrivateFolder } from '../log/private-folder.ts';

/** One line of the second place. */
export interface PlaceRecord {
  readonly kind: 'checkpoint' | 'recovered';
  readonly at: number;
  readonly origin: string;
  /** The signed note; of a recovery, the one the log goes on from. */
  readonly note: string;
  readonly by?: string;
  readonly reason?: string;
  /** Of a recovery: what did not agree. */
  readonly detail?: string;
}

export interface AllRecords {
  readonly records: readonly PlaceRecord[];
  /** Whether `latest.json` names any of them. */
  readonly named: boolean;
  readonly fault: string | null;
}

/** Where checkpoints are kept apart from the store they witness (LOG-12). A resolved write is durable. */
export interface CheckpointPlace {
  /** While nobody else writes here (LOG-38). */
  write(record: PlaceRecord): Promise<void>;
  /** The last record of an origin, and the largest checkpoint since the origin was last recovered. */
  latest(origin: string): Promise<PlaceRecord | null>;
  origins(): Promise<readonly string[]>;
  /** Every record of an origin since it was last recovered, and that one; what no writer leaves behind as a sentence. */
  all(origin: string): Promise<AllRecords>;
}

/** Enough of the end of the file for any crash between the two writes. */
const TAIL = 65_536;

/**
 * A folder, best on another disk or machine: `checkpoints.jsonl` grows by a line per checkpoint and is never rewritten,
 * `latest.json` holds the last of each origin and is replaced whole.
 */
export function folderPlace(folder: string): CheckpointPlace {
  const lines = join(folder, 'checkpoints.jsonl');
  const latestFile = join(folder, 'latest.json');
  let latest: Map<string, PlaceRecord> = new Map();
  let read: string | null = null;
  let writing: Promise<void> = Promise.resolve();
  const load = (): Map<string, PlaceRecord> => {
    // Another daemon on the same store may have written since.
    const now = stateOf(lines);
    if (read !== now) latest = readLatest(lines, latestFile);
    read = now;
    return latest;
  };
  return {
    write: (record) => {
      // One after another: `latest.json` is built from what the write before left. No disk is waited for on the thread that decides.
      const attempt = writing.then(async () => {
        makePrivateFolder(folder);
        const known = load();
        if (record.kind === 'checkpoint' && known.get(record.origin)?.note === record.note) return;
        const next = new Map(known).set(record.origin, record);
        await appendDurably(lines, JSON.stringify(record) + '\n');
        await replaceDurably(folder, latestFile, JSON.stringify(Object.fromEntries(next)) + '\n');
        latest = next;
        read = stateOf(lines);
      });
      writing = attempt.catch(() => undefined);
      return attempt;
    },
    latest: async (origin) => Promise.resolve(load().get(origin) ?? null),
    origins: async () => Promise.resolve([...load().keys()].sort()),
    all: async (origin) => Promise.resolve(allRecords({ lines, latestFile }, origin)),
  };
}

/** What changes whenever somebody writes. */
function stateOf(lines: string): string {
  const found = statSync(lines, { throwIfNoEntry: false });
  return found === undefined ? '' : `${String(found.ino)}:${String(found.size)}`;
}

function readLatest(lines: string, latestFile: string): Map<string, PlaceRecord> {
  const found = new Map<string, PlaceRecord>();
  for (const record of newestOf(latestFile)) take(found, record);
  for (const line of tailLines(lines)) {
    const record = recordOf(line);
    if (record !== null) take(found, record);
  }
  return found;
}

/** @throws AegisError STORE_INCOMPLETE when it is not what was written */
function newestOf(latestFile: string): readonly PlaceRecord[] {
  if (!existsSync(latestFile)) return [];
  try {
    const parsed = JSON.parse(readFileSync(latestFile, 'utf8')) as Readonly<Record<string, unknown>>;
    const records = Object.values(parsed).map(checked);
    if (records.every((record) => record !== null)) return records;
  } catch {
    // Told below: it is replaced whole, so no crash leaves half of it.
  }
  throw new AegisError('STORE_INCOMPLETE', { detail: `${latestFile} was changed: it holds no checkpoints` });
}

interface PlaceFiles {
  readonly lines: string;
  readonly latestFile: string;
}

function allRecords({ lines, latestFile }: PlaceFiles, origin: string): AllRecords {
  const text = existsSync(lines) ? readFileSync(lines, 'utf8').split('\n') : [];
  let records: PlaceRecord[] = [];
  let fault: string | null = null;
  for (const [at, line] of text.entries()) {
    const record = recordOf(line);
    // A crash leaves the beginning of a line, never one with an end.
    if (record === null && line.endsWith('}')) fault ??= `line ${String(at + 1)} of ${lines} was changed`;
    if (record?.origin !== origin) continue;
    if (record.kind === 'recovered') records = [];
    records.push(record);
  }
  const newest = newestOf(latestFile).find((record) => record.origin === origin);
  // A line is durable before `latest.json` names it.
  const at = records.findLastIndex((record) => JSON.stringify(record) === JSON.stringify(newest));
  if (newest !== undefined && at === -1) fault ??= `${latestFile} names a checkpoint that ${lines} does not hold`;
  // Between the two a crash leaves one line.
  else if (newest !== undefined && at < records.length - 2) fault ??= `${latestFile} was set back: ${lines} goes on behind what it names`;
  return { records, named: newest !== undefined, fault };
}

/** Later lines win when they are recoveries or larger trees: whoever puts an old file back does not shrink what the other one knows. */
function take(found: Map<string, PlaceRecord>, record: PlaceRecord): void {
  const known = found.get(record.origin);
  const size = (of: PlaceRecord): number => parseCheckpoint(of.note)?.size ?? -1;
  const later = known === undefined || (record.kind === 'recovered' ? record.at >= known.at : size(record) >= size(known) && record.at >= known.at);
  if (later) found.set(record.origin, record);
}

function recordOf(line: string): PlaceRecord | null {
  try {
    return checked(JSON.parse(line));
  } catch {
    // The last line may be torn by a crash; it was never acknowledged.
    return null;
  }
}

const MEMBERS: ReadonlySet<string> = new Set(['kind', 'at', 'origin', 'note', 'by', 'reason', 'detail']);

function checked(value: unknown): PlaceRecord | null {
  if (!isObject(value) || !Object.keys(value).every((key) => MEMBERS.has(key))) return null;
  const { kind, at, origin, note } = value;
  const known = (kind === 'checkpoint' || kind === 'recovered') && Number.isSafeInteger(at) && typeof origin === 'string' && typeof note === 'string';
  return known ? (value as unknown as PlaceRecord) : null;
}

function tailLines(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  const { size } = statSync(path);
  const file = openSync(path, 'r');
  try {
    const from = Math.max(0, size - TAIL);
    const bytes = Buffer.alloc(size - from);
    readSync(file, bytes, 0, bytes.length, from);
    const text = bytes.toString('utf8').split('\n');
    return (from > 0 ? text.slice(1) : text).filter((line) => line !== '');
  } finally {
    closeSync(file);
  }
}

async function appendDurably(path: string, line: string): Promise<void> {
  const file = await open(path, 'a+', 0o600);
  try {
    // A torn line gets its end, so that this one starts a line of its own.
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    const torn = size > 0 && (await file.read(last, 0, 1, size - 1)).bytesRead === 1 && last[0] !== 0x0a;
    await file.appendFile(torn ? `\n${line}` : line);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function replaceDurably(folder: string, path: string, text: string): Promise<void> {
  const file = await open(`${path}.next`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.next`, path);
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
