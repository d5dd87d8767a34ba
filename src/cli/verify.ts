import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { idFile } from '../checkpoints/parts.ts';
import { savedNotes } from '../checkpoints/saved-notes.ts';
import type { SavedNotes } from '../checkpoints/saved-notes.ts';
import { placeToVerify } from '../checkpoints/verify-place.ts';
import type { PlaceToVerify } from '../checkpoints/verify-place.ts';
import { loadConfig } from '../config/load.ts';
import { LOG_FILE } from '../daemon/log-file.ts';
import { systemRandom } from '../daemon/runtime.ts';
import { AegisError } from '../errors.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import type { TenantId } from '../kernel/ids.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { linesOf, type ExportHeader } from '../log/export.ts';
import { noteVerifier } from '../log/note-key.ts';
import type { NoteVerifier } from '../log/note-key.ts';
import { openSqliteToVerify } from '../log/sqlite/verify-sqlite.ts';
import type { LogReader } from '../log/store.ts';
import { noPayloads } from '../log/verification.ts';
import type { Verification, VerifyReport } from '../log/verification.ts';
import { verifyExport } from '../log/verify-export.ts';
import { verifyStore } from '../log/verify.ts';
import { CliError, EXIT } from './exit.ts';
import { checkFile, checkFolder } from './files.ts';
import { flagsOf, type StoreFlags } from './flags.ts';
import { exportReport, storeReport } from './verify-report.ts';

export interface DataOptions extends StoreFlags {
  readonly config?: string;
  readonly key?: string;
}

/** Every tenant's log in a data folder, against the checkpoints of its second place. A daemon may be running on it; nothing is written. */
export async function verifyData(options: DataOptions): Promise<readonly VerifyReport[]> {
  const config = await loadConfig({
    ...(options.config === undefined ? {} : { file: options.config }),
    env: process.env,
    flags: flagsOf(options),
    cwd: process.cwd(),
  });
  checkFolder(config.dataDir, 'The data folder', 'Name the folder with --data, or start Aegis once.');
  const path = join(config.dataDir, LOG_FILE);
  if (!existsSync(path))
    throw new CliError(EXIT.usage, 'NO_STORE', `There is no log in ${config.dataDir}.`, 'Name the folder with --data, or start Aegis once.');
  checkFile(path, 'The log');
  const key = keyOf(options.key);
  let store: LogReader;
  try {
    store = openSqliteToVerify({ path });
  } catch (error) {
    // Opening re-hashes the newest entries; what it finds is a verification's answer, not a crash.
    // A file that lies where this folder's log lies and is none any more was changed; without its name beside it, it never was one.
    const own = error instanceof AegisError && error.code === 'STORE_UNREADABLE' && existsSync(idFile(config));
    if (!(error instanceof AegisError) || (error.code !== 'STORE_CORRUPT' && !own)) throw error;
    return [damaged(error)];
  }
  try {
    const place = await placeToVerify({ config, store, random: systemRandom, ...(key === undefined ? {} : { key }) });
    const tenants = new Set([...(await store.tenants()), ...(await place.tenants())]);
    const results: VerifyReport[] = [];
    for (const tenant of tenants.size === 0 ? [DEFAULT_TENANT] : [...tenants].sort())
      results.push(await verifyTenant({ store, place, ...(key === undefined ? {} : { key }) }, tenant));
    return results;
  } finally {
    await store.close();
  }
}

interface Held {
  readonly store: LogReader;
  readonly place: PlaceToVerify;
  readonly key?: NoteVerifier;
}

/** What is wrong with the second place is told where the log itself holds; an entry that does not hold comes first. */
async function verifyTenant({ store, place, key }: Held, tenant: TenantId): Promise<VerifyReport> {
  const saved = await place.saved(tenant);
  const found = await verifyStore(store, tenant, { checkpoints: saved.believed });
  const fault = found.ok ? (saved.fault ?? (await snapshotFault(store, tenant))) : null;
  const told = fault === null ? found : { ...found, ok: false, anchored: saved.fault === null ? found.anchored : 0, detail: fault };
  return storeReport(told, { place, saved, ...(key === undefined ? {} : { key }) });
}

/** A start would pass over it and fold the log; that it was changed is told all the same. */
async function snapshotFault(store: LogReader, tenant: TenantId): Promise<string | null> {
  try {
    await store.loadSnapshot(tenant);
    return null;
  } catch {
    return 'its snapshot (log.sqlite.snapshot-…) is not what was written; it only saves time: remove the file';
  }
}

/** The message of a damaged end names its tenant before a colon. */
function damaged(error: AegisError): VerifyReport {
  const told = String(error.details['detail'] ?? error.message);
  const cut = told.indexOf(': ');
  const tenant = (cut === -1 ? DEFAULT_TENANT : told.slice(0, cut)) as TenantId;
  const firstBad = Number(error.details['index'] ?? 0);
  const found: Verification = {
    ok: false,
    tenant,
    size: firstBad,
    root: '' as Verification['root'],
    firstBad,
    detail: told.slice(cut === -1 ? 0 : cut + 2),
    anchored: 0,
    payloads: noPayloads(),
  };
  return { ...found, against: [], notVerified: [] };
}

export interface FileOptions {
  readonly key?: string | undefined;
  readonly checkpoints?: string | undefined;
  readonly withoutPayloads?: true;
}

/** An export, with nothing but itself and, when given, the key its checkpoint must be signed with and checkpoints that were saved. */
export async function verifyFile(path: string, options: FileOptions): Promise<VerifyReport> {
  checkFile(path, 'The export', 'Make one with `aegis log export --out FILE`.');
  const key = keyOf(options.key);
  const saved = options.checkpoints === undefined ? null : await savedFor(path, options.checkpoints, key);
  const trusted = key ?? saved?.key ?? null;
  if (saved !== null && trusted === null)
    throw new CliError(
      EXIT.usage,
      'NO_KEY',
      `There is no key.pub beside the checkpoints in ${options.checkpoints ?? ''}.`,
      'Give the key that signed them with --key.',
    );
  const found = await verifyExport(linesOf(createReadStream(path)), () => (trusted === null ? [] : [trusted]), {
    saved: saved?.notes ?? [],
    withoutPayloads: options.withoutPayloads === true,
  });
  return exportReport(found, { trusted, given: key !== undefined, saved: saved?.notes ?? null, without: options.withoutPayloads === true });
}

/** The checkpoints a folder holds of the log an export is of. */
async function savedFor(path: string, folder: string, key: NoteVerifier | undefined): Promise<SavedNotes> {
  checkFolder(folder, 'The folder of saved checkpoints');
  const header = await headerOf(path);
  const all = header === null ? [] : await savedNotes(folder, header.tenant);
  const name =
    key?.name ?? parseCheckpoint(header?.checkpoint ?? '')?.origin.replace(/\/[^/]*$/, '') ?? (all.length === 1 ? all[0]?.name : undefined);
  if (name === undefined && all.length > 1)
    throw new CliError(
      EXIT.usage,
      'SEVERAL_LOGS',
      `${folder} has checkpoints of several logs, and the export does not say which log it belongs to.`,
      'Name the folder of one log in it, or give the log’s key with --key.',
    );
  const own = all.filter((one) => one.name === name);
  if (own.length === 0)
    throw new CliError(
      EXIT.failed,
      'NO_CHECKPOINT',
      `${folder} has no checkpoint of the log this export belongs to.`,
      'Name the folder its checkpoints were copied to.',
    );
  return { name: name ?? '', key: own.find((one) => one.key !== null)?.key ?? null, notes: own.flatMap(({ notes }) => notes) };
}

async function headerOf(path: string): Promise<ExportHeader | null> {
  for await (const line of linesOf(createReadStream(path))) {
    try {
      const value = JSON.parse(Buffer.from(line).toString('utf8')) as Partial<ExportHeader> | null;
      return typeof value?.tenant === 'string' ? (value as ExportHeader) : null;
    } catch {
      return null;
    }
  }
  return null;
}

/** A verifier key, or the file that holds one. */
function keyOf(text: string | undefined): NoteVerifier | undefined {
  if (text === undefined) return undefined;
  const read = existsSync(text) ? keyFile(text) : text;
  const key = noteVerifier(read);
  if (key !== null) return key;
  throw new CliError(EXIT.usage, 'USAGE', '--key is not a verifier key.', 'It looks like name+id+base64 and lies in <checkpoints>/<log id>/key.pub.');
}

function keyFile(path: string): string {
  checkFile(path, 'The key');
  return readFileSync(path, 'utf8').slice(0, 4096).trim();
}
