import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { CliError, EXIT } from '../exit.ts';
import { edited, obstacle } from './edit.ts';
import type { Edit } from './edit.ts';
import { fileAt, missingFolders, removeEmpty, writeWhole } from './file.ts';
import { forgetInstallation, installations, saveInstallation } from './ledger.ts';
import type { FileRecord, Installation } from './ledger.ts';
import { readSettings } from './settings-text.ts';
import { scaffoldOf, trimmed } from './trim.ts';

/** A settings file to be edited, or a file of our own to be written whole. */
export type Planned = { readonly path: string; readonly private?: boolean } & ({ readonly edits: readonly Edit[] } | { readonly whole: string });

const digest = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Prepared {
  readonly record: FileRecord;
  readonly text: string;
  readonly mode: number;
}

/** What would be written, without writing it. @throws CliError BAD_SETTINGS, READ_ONLY, DANGLING_LINK, NOT_TEXT, EXISTS */
function prepare(planned: Planned): Prepared {
  const { real, text, mode } = fileAt(planned.path);
  const edits = 'edits' in planned ? planned.edits : [];
  if ('whole' in planned && text !== null)
    throw new CliError(EXIT.conflict, 'EXISTS', `${planned.path} is there already.`, 'It is not Aegis’ own; move it away and try again.');
  const fault = 'edits' in planned ? faultIn(text ?? '', edits) : null;
  if (fault !== null)
    throw new CliError(
      EXIT.failed,
      'BAD_SETTINGS',
      `${planned.path} cannot be edited: ${fault}.`,
      'Nothing was changed. Correct the file and try again.',
    );
  const next = 'whole' in planned ? planned.whole : edited(text ?? '', edits);
  const record: FileRecord = {
    path: planned.path,
    real,
    original: text === null ? null : Buffer.from(text, 'utf8').toString('base64'),
    mode,
    left: digest(next),
    edits,
    bed: scaffoldOf(text ?? '', edits),
    own: 'whole' in planned && planned.private === true,
    folders: missingFolders(real),
  };
  return { record, text: next, mode: planned.private === true ? 0o600 : (mode ?? 0o644) };
}

/** Whether a file could be edited so, before anything is begun for it. @throws CliError BAD_SETTINGS, READ_ONLY, DANGLING_LINK, NOT_TEXT */
export function checkEditable(path: string, edits: readonly Edit[]): void {
  prepare({ path, edits });
}

function faultIn(text: string, edits: readonly Edit[]): string | null {
  const read = readSettings(text);
  return 'fault' in read ? read.fault : obstacle(text, edits);
}

/** Checks everything first, writes down how to undo it, and only then changes files (HOOK-10, HOOK-11). */
export function carryOut(terms: Omit<Installation, 'v' | 'at' | 'files'>, planned: readonly Planned[]): Installation {
  if (installations().some(({ id }) => id === terms.id)) undo(terms.id);
  const all = planned.map(prepare);
  const installation: Installation = { v: 1, at: Date.now(), ...terms, files: all.map(({ record }) => record) };
  saveInstallation(installation);
  for (const { record, text, mode } of all) writeWhole(record.real, text, mode);
  return installation;
}

export type Undone = 'restored' | 'removed' | 'trimmed' | 'kept' | 'gone';

/** Byte for byte as it was when nobody touched it since; otherwise exactly our entries are taken out (HOOK-10). */
export function undo(id: string): readonly { readonly path: string; readonly how: Undone }[] {
  const installation = installations().find((one) => one.id === id);
  if (installation === undefined) return [];
  const done = installation.files.toReversed().map((record) => ({ path: record.path, how: undoFile(record, id) }));
  forgetInstallation(id);
  return done;
}

function undoFile(record: FileRecord, id: string): Undone {
  if (!existsSync(record.real)) return 'gone';
  const now = readFileSync(record.real);
  if (digest(now) === record.left || record.own) return restore(record);
  if (record.edits.length === 0) return 'kept';
  const later = installations().find((one) => one.id !== id && one.files.some((file) => file.real === record.real && file.left === digest(now)));
  if (later !== undefined) return reapplied(record, later);
  const text = trimmed(now.toString('utf8'), record.edits, record.bed);
  writeWhole(record.real, text, record.mode ?? 0o644);
  return 'trimmed';
}

function restore({ real, original, mode, folders }: FileRecord): Undone {
  if (original === null) {
    rmSync(real);
    removeEmpty(folders);
    return 'removed';
  }
  writeWhole(real, Buffer.from(original, 'base64'), mode ?? 0o644);
  return 'restored';
}

/** Another installation was made on top and nothing else was changed: it is made again on what was here before both. */
function reapplied(record: FileRecord, later: Installation): Undone {
  const before = record.original === null ? '' : Buffer.from(record.original, 'base64').toString('utf8');
  const files = later.files.map((file): FileRecord => {
    if (file.real !== record.real) return file;
    const text = edited(before, file.edits);
    writeWhole(file.real, text, record.mode ?? 0o644);
    const { original, mode, folders } = record;
    return { ...file, original, mode, folders, left: digest(text), bed: scaffoldOf(before, file.edits) };
  });
  saveInstallation({ ...later, files });
  return 'trimmed';
}
