import type { PlaceToVerify, SavedCheckpoints } from '../checkpoints/verify-place.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import type { NoteVerifier } from '../log/note-key.ts';
import type { Verification, VerifyReport } from '../log/verification.ts';

/** `3 entries`, `1 entry`. */
function count(number: number, one: string, many = `${one}s`): string {
  return `${String(number)} ${number === 1 ? one : many}`;
}

/** What whoever reads "ok" may rely on, and what not, in words (LOG-29). */
export function storeReport(
  found: Verification,
  { place, saved, key }: { readonly place: PlaceToVerify; readonly saved: SavedCheckpoints; readonly key?: NoteVerifier },
): VerifyReport {
  const { anchored, size } = found;
  const against = [...entriesOf(found)];
  const notVerified: string[] = [...olderEvents(found)];
  if (found.ok && saved.believed.length > 0)
    against.push(`every checkpoint in ${place.folder}, signed by ${key === undefined ? 'the key there' : 'the key given'}`);
  if (found.ok && anchored < size)
    notVerified.push(`${unsigned(anchored, size)}: no checkpoint was signed for them yet, whoever owns the store could have written them`);
  if (found.ok && key === undefined && place.key !== null)
    notVerified.push(`whose key it is: compare it with one you hold (--key), for whoever owns both folders could have made ${place.key}`);
  return { ...found, against, notVerified };
}

export function exportReport(
  found: Verification,
  terms: { readonly trusted: NoteVerifier | null; readonly given: boolean; readonly saved: readonly string[] | null; readonly without: boolean },
): VerifyReport {
  const { trusted, given, saved, without } = terms;
  const against = [...entriesOf(found)];
  const notVerified: string[] = [...olderEvents(found)];
  if (found.ok && trusted !== null)
    against.push(`a checkpoint of all ${String(found.size)} entries, signed by ${given ? 'the key given' : trusted.vkey}`);
  const sizes = (saved ?? []).map((note) => parseCheckpoint(note)?.size ?? 0);
  const fitting = sizes.filter((size) => size <= found.size).length;
  if (found.ok && saved !== null) against.push(`${count(fitting, 'saved checkpoint')}`);
  if (found.ok && fitting < sizes.length)
    notVerified.push(
      `${count(sizes.length - fitting, 'saved checkpoint')} of a longer log: the export ends before them, at entry ${String(found.size - 1)}`,
    );
  if (found.ok && trusted === null) notVerified.push('who wrote it: without --key or --checkpoints anybody could have');
  if (found.ok && without && found.payloads.missing > 0)
    notVerified.push(`payloads: the export was made without its ${String(found.payloads.missing)}`);
  if (found.ok && trusted !== null && !given)
    notVerified.push('whose key it is: it lies beside the saved checkpoints; compare it with one you hold (--key)');
  return { ...found, against, notVerified };
}

function entriesOf({ ok, size, payloads }: Verification): readonly string[] {
  if (!ok) return [];
  const erased = payloads.erased === 0 ? '' : `, ${String(payloads.erased)} more erased, each by an erasure on record`;
  return [`${count(size, 'entry', 'entries')}: bytes, links, tree`, `${count(payloads.intact, 'payload')}, each by its digest${erased}`];
}

function olderEvents({ payloads }: Verification): readonly string[] {
  if (payloads.neverStored === 0) return [];
  return [`the payloads of ${count(payloads.neverStored, 'event')}: the build that recorded them kept their digests only`];
}

function unsigned(anchored: number, size: number): string {
  return size - anchored === 1 ? `entry ${String(anchored)}` : `entries ${String(anchored)} to ${String(size - 1)}`;
}
