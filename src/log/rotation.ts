import type { EntryBodies } from '../kernel/entry.ts';
import type { EntryIndex } from '../kernel/ids.ts';
import { noteVerifier } from './note-key.ts';
import type { NoteSigner, NoteVerifier } from './note-key.ts';

type Rotated = EntryBodies['key-rotated'];

/** Both keys sign the same sentence: the old one hands over, the new one shows that it is held. */
function sentence(origin: string, previous: string, next: string): Buffer {
  return Buffer.from(`aegis key rotation v1\n${origin}\n${previous}\n${next}\n`, 'utf8');
}

/** The body of the `key-rotated` entry that hands the log named `origin` from one key to the next. */
export function rotateKey(origin: string, previous: NoteSigner, next: NoteSigner): Rotated {
  const message = sentence(origin, previous.vkey, next.vkey);
  return {
    previous: previous.vkey,
    next: next.vkey,
    nextPublicKey: Buffer.from(next.vkey.slice(next.name.length + next.id.length + 2), 'base64')
      .toString('hex')
      .slice(2),
    signatureByPrevious: Buffer.from(previous.sign(message)).toString('base64'),
    signatureByNext: Buffer.from(next.sign(message)).toString('base64'),
  };
}

/** Keys of one log by the sizes they may sign. */
export interface Keyring {
  keysFor(size: number): readonly NoteVerifier[];
  /** The key in force at the end. */
  readonly current: NoteVerifier;
}

/**
 * The keys of a log from its first, trusted one and the rotations found in it, in order. A key signs trees up to and including the
 * entry that retires it; the next signs larger ones (LOG-13). null when a rotation is not signed by both.
 */
export function keyring(
  origin: string,
  first: NoteVerifier,
  rotations: readonly { readonly index: EntryIndex; readonly body: Rotated }[],
): Keyring | null {
  const spans: { readonly key: NoteVerifier; readonly to: number }[] = [];
  let current = first;
  for (const { index, body } of rotations) {
    const next = noteVerifier(body.next);
    if (next === null || body.previous !== current.vkey || body.signatureByNext === undefined) return null;
    const message = sentence(origin, body.previous, body.next);
    if (!current.verify(message, Buffer.from(body.signatureByPrevious, 'base64'))) return null;
    if (!next.verify(message, Buffer.from(body.signatureByNext, 'base64'))) return null;
    spans.push({ key: current, to: index + 1 });
    current = next;
  }
  spans.push({ key: current, to: Number.MAX_SAFE_INTEGER });
  return {
    current,
    keysFor: (size) => {
      const span = spans.find(({ to }) => size <= to);
      return span === undefined ? [] : [span.key];
    },
  };
}
