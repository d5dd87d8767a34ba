import type { Digest } from '../kernel/ids.ts';
import { fromDigest, toDigest } from './tree-hash.ts';
import type { NoteSigner, NoteVerifier } from './note-key.ts';

/** What a checkpoint says: this log had this many entries and this root (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Which log: `<log name>/<tenant>`. */
  readonly origin: string;
  readonly size: number;
  readonly root: Digest;
}

export type Opened = { readonly ok: true; readonly checkpoint: Checkpoint; readonly key: string } | { readonly ok: false; readonly detail: string };

/** Signs a checkpoint: the note's text, an empty line, one signature line. */
export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  const text = textOf(checkpoint);
  const signature = Buffer.concat([Buffer.from(signer.id, 'hex'), signer.sign(Buffer.from(text, 'utf8'))]);
  return `${text}\n\u2014 ${signer.name} ${signature.toString('base64')}\n`;
}

function textOf({ origin, size, root }: Checkpoint): string {
  if (origin === '' || /[\r\n]/.test(origin)) throw new TypeError('an origin is one line');
  return `${origin}\n${String(size)}\n${fromDigest(root).toString('base64')}\n`;
}

/** A checkpoint and its signatures, nothing believed yet; null when it is not one. */
export function parseCheckpoint(note: string): (Checkpoint & { readonly text: string; readonly signatures: readonly NoteSignature[] }) | null {
  const gap = note.indexOf('\n\n');
  if (gap === -1 || note.length > 65_536 || !note.endsWith('\n')) return null;
  const text = note.slice(0, gap + 1);
  const [origin, size, root, ...extensions] = text.slice(0, -1).split('\n');
  if (origin === undefined || origin === '' || size === undefined || root === undefined) return null;
  const raw = Buffer.from(root, 'base64');
  if (!/^(?:0|[1-9]\d{0,15})$/.test(size) || raw.length !== 32 || raw.toString('base64') !== root || extensions.includes('')) return null;
  const signatures = note
    .slice(gap + 2, -1)
    .split('\n')
    .map(signatureOf);
  if (signatures.some((signature) => signature === null)) return null;
  return { origin, size: Number(size), root: toDigest(raw), text, signatures: signatures.filter((signature) => signature !== null) };
}

interface NoteSignature {
  readonly name: string;
  readonly id: string;
  readonly bytes: Uint8Array;
}

function signatureOf(line: string): NoteSignature | null {
  const parts = line.split(' ');
  const [dash, name, encoded] = parts;
  if (parts.length !== 3 || dash !== '\u2014' || name === undefined || name === '' || encoded === undefined) return null;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length < 5 || bytes.toString('base64') !== encoded) return null;
  return { name, id: bytes.toString('hex', 0, 4), bytes: bytes.subarray(4) };
}

/**
 * Opens a signed checkpoint with the keys that may have signed it. `keysFor` names them for a size, so that a retired key
 * cannot sign what came after it (LOG-13). Signatures of unknown keys are passed over; a wrong one of a known key is fatal.
 */
export function openCheckpoint(note: string, keysFor: (size: number, origin: string) => readonly NoteVerifier[]): Opened {
  const parsed = parseCheckpoint(note);
  if (parsed === null) return { ok: false, detail: 'it is not a signed checkpoint' };
  const { origin, size, root } = parsed;
  let signer: NoteVerifier | null = null;
  for (const key of keysFor(size, origin)) {
    for (const signature of parsed.signatures) {
      if (signature.name !== key.name || signature.id !== key.id) continue;
      if (!key.verify(Buffer.from(parsed.text, 'utf8'), signature.bytes)) return { ok: false, detail: `the signature of ${key.name} is wrong` };
      signer = key;
    }
  }
  if (signer === null) return { ok: false, detail: 'no key that is valid for this size signed it' };
  return { ok: true, checkpoint: { origin, size, root }, key: signer.vkey };
}
