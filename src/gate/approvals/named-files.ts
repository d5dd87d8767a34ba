import { fileNamesIn } from '../../inspect/files/file-names.ts';
import type { Action } from '../../kernel/action.ts';
import type { ApprovalId, Digest } from '../../kernel/ids.ts';
import type { FileChange, NamedFile } from '../../kernel/named-file.ts';
import { isOwned } from '../../kernel/owned.ts';
import { digestOf } from '../../wire/digest.ts';
import type { InspectedProposal } from '../actions/inspect-proposal.ts';
import type { FileQuestion } from '../deps.ts';
import { AegisError } from '../../errors.ts';
import { ok } from '../queue/operation.ts';
import type { Result } from '../queue/operation.ts';
import type { WriteBatch } from '../queue/write-batch.ts';
import type { Tenant } from '../tenant/tenant.ts';

/** What an action's record says of its files. */
export type FilesRead = Pick<Action, 'boundFiles' | 'filesDigest'>;

/** Files an operation needs to know of. What was not read yet is wanted: the operation is undone, the files are read, and it runs again. */
export interface Files {
  /** The files an action names, before a person is asked about it. */
  named(inspected: InspectedProposal): FilesRead;
  /** The files of an action as they are now, when one is not what a person was asked about; null while they are (ASK-32). */
  changed(approval: ApprovalId, action: FilesRead): FilesRead | null;
}

interface Read {
  readonly known: Map<unknown, readonly NamedFile[]>;
  readonly wanted: Map<unknown, FileQuestion>;
}

const NONE: FilesRead = {};

/** For operations that release nothing. */
export const NO_FILES: Files = { named: () => NONE, changed: () => null };

function filesIn({ known, wanted }: Read): Files {
  return {
    named: (inspected) => {
      const read = known.get(inspected);
      if (read !== undefined) return filesRead(read);
      const { args, reading, proposal } = inspected;
      const named = fileNamesIn({ args, facts: reading.facts });
      if (named.names.length > 0) wanted.set(inspected, { kind: 'named', named, cwd: proposal.cwd });
      return NONE;
    },
    changed: (approval, { boundFiles: files = [] }) => {
      if (!files.some(isBound)) return null;
      const now = known.get(approval);
      if (now !== undefined) return changedSince(files, now);
      wanted.set(approval, { kind: 'again', files });
      return null;
    },
  };
}

/** Submits an operation that may need to know what files hold: they are read between two runs of it, never while anything is decided. */
export async function submitWithFiles<T>(tenant: Tenant, run: (batch: WriteBatch, files: Files) => Result<T>): Promise<T> {
  const { queue, deps } = tenant;
  const { readFiles } = deps;
  const read: Read = { known: new Map(), wanted: new Map() };
  const files = filesIn(read);
  for (;;) {
    const came = await queue.submit<{ readonly done: T } | null>((batch) => {
      const before = batch.savePoint();
      read.wanted.clear();
      const result = run(batch, readFiles === undefined || !isOwned(batch.world()) ? NO_FILES : files);
      if ('fail' in result) return result;
      if (read.wanted.size === 0) return ok({ done: result.ok });
      batch.rollbackTo(before);
      return ok(null);
    });
    if (came !== null) return came.done;
    if (readFiles === undefined) throw new AegisError('INTERNAL');
    for (const [key, question] of [...read.wanted]) read.known.set(key, await readFiles(question));
  }
}

/** A file that was there and read, or known not to be there: either can change. */
export function isBound({ sha256, unbound }: NamedFile): boolean {
  return sha256 !== undefined || unbound === 'absent';
}

/** With one digest over everything that is bound, so that a remembered grant can name exactly these contents (ASK-34). */
export function filesRead(files: readonly NamedFile[]): FilesRead {
  if (files.length === 0) return NONE;
  if (!files.some(({ sha256 }) => sha256 !== undefined)) return { boundFiles: files };
  const held = files.filter(isBound).map(({ path = null, leadsTo = null, sha256 = null }) => ({ path, leadsTo, sha256 }));
  return { boundFiles: files, filesDigest: digestOf(held) as Digest };
}

/** Null while every bound file is what it was. */
export function changedSince(before: readonly NamedFile[], now: readonly NamedFile[]): FilesRead | null {
  const compared = before.map((file, at): NamedFile => {
    const found = now[at];
    const { change: _asked, ...rest } = found ?? file;
    const change = isBound(file) ? changeOf(file, found) : undefined;
    return change === undefined ? rest : { ...rest, change };
  });
  return compared.some(({ change }) => change !== undefined) ? filesRead(compared) : null;
}

function changeOf(before: NamedFile, now: NamedFile | undefined): FileChange | undefined {
  if (now === undefined) return 'unreadable';
  if (before.sha256 === undefined) return now.unbound === 'absent' ? undefined : 'appeared';
  if (now.unbound === 'absent') return 'removed';
  if (now.leadsTo !== before.leadsTo) return 'moved';
  // What is a folder, a pipe or too large by now is not what it was; what could not be read in time may be.
  if (now.sha256 === undefined) return now.unbound === 'unreadable' || now.unbound === 'too-slow' ? 'unreadable' : 'changed';
  return now.sha256 === before.sha256 ? undefined : 'changed';
}
