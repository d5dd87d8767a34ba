import type { EntryBodies } from '../kernel/entry.ts';
import type { EntryIndex } from '../kernel/ids.ts';
import { noteVerifier } from './note-key.ts';
import type { NoteSigner, NoteVerifier } from './note-key.ts';

type Rotated = EntryBodies['key-rotated'];

/** Both keys sign the same sentence: the old one hands over, the new one shows that it is held. */
function sentence(log: string, previous: string, next: string): Buffer {
  return Buffer.from(`aegis key rotation v1\n${log}\n${previous}\n${next}\n`, 'utf8');
}

/**
 * The body of the `key-rotated` entry that hands the log from one key to the next. `log` is the log's name, what stands before the tenant in
 * an origin: one handover holds in the chain of every tenant, each from its own entry on.
 */
export function rotateKey(log: string, previous: NoteSigner, next: NoteSigner): Rotated {
  const message = sentence(log, previous.vkey, next.vkey);
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

/** Those of one name: a log that lost its key went on under another, and what the old one handed over is no business of the new. */
export function ofName(name: string, rotations: readonly FoundRotation[]): readonly FoundRotation[] {
  return rotations.filter(({ body }) => body.previous.startsWith(`${name}+`));
}

/** Keys of one chain by the sizes they may sign. */
export interface Keyring {
  keysFor(size: number): readonly NoteVerifier[];
  /** The key in force at the end. */
  readonly current: NoteVerifier;
}

export interface FoundRotation {
  readonly index: EntryIndex;
  readonly body: Rotated;
}

/** The key a handover leads to; null when it does not come from `previous` or is not signed by both. */
export function handedTo(log: string, previous: NoteVerifier, body: Rotated): NoteVerifier | null {
  const next = noteVerifier(body.next);
  if (next === null || body.previous !== previous.vkey || body.signatureByNext === undefined) return null;
  const message = sentence(log, body.previous, body.next);
  if (!previous.verify(message, Buffer.from(body.signatureByPrevious, 'base64'))) return null;
  return next.verify(message, Buffer.from(body.signatureByNext, 'base64')) ? next : null;
}

/**
 * The keys of a chain from a trusted one and the rotations found in it, in order. A key signs trees up to and including the
 * entry that retires it; the next signs trees that include that entry (LOG-13). The trusted key may be the first or any later one; what came before it is not
 * vouched for. null when a rotation is not signed by both.
 */
export function keyring(log: string, trusted: NoteVerifier, rotations: readonly FoundRotation[]): Keyring | null {
  const entered = rotations.findLastIndex(({ body }) => body.next === trusted.vkey);
  const spans: { readonly key: NoteVerifier; readonly from: number; readonly to: number }[] = [];
  let current = trusted;
  let from = entered === -1 ? -1 : (rotations[entered]?.index ?? 0);
  for (const { index, body } of rotations.slice(entered + 1)) {
    const next = handedTo(log, current, body);
    if (next === null) return null;
    spans.push({ key: current, from, to: index + 1 });
    from = index;
    current = next;
  }
  spans.push({ key: current, from, to: Number.MAX_SAFE_INTEGER });
  return {
    current,
    keysFor: (size) => spans.filter((span) => size > span.from && size <= span.to).map(({ key }) => key),
  };
}
