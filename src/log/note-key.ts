import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A key that checks signed notes (C2SP signed-note, signature type 0x01 Ed25519). */
export interface NoteVerifier {
  readonly name: string;
  /** First 4 bytes of SHA-256(name ‖ LF ‖ 0x01 ‖ public key), hex. */
  readonly id: string;
  /** `<name>+<id>+<base64(0x01 ‖ public key)>`: how the key is handed about. */
  readonly vkey: string;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

export interface NoteSigner extends NoteVerifier {
  sign(message: Uint8Array): Uint8Array;
}

const ED25519 = 1;
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** A signer from a 32-byte Ed25519 seed. `name` has no space and no plus, as the format asks. */
export function noteSigner(name: string, seed: Uint8Array): NoteSigner {
  if (seed.length !== 32) throw new TypeError('an Ed25519 seed has 32 bytes');
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return { ...fromPublic(name, spki.subarray(SPKI.length)), sign: (message) => sign(null, message, key) };
}

/** Reads a verifier key; null when it is malformed or its id does not fit its bytes. */
export function noteVerifier(vkey: string): NoteVerifier | null {
  const [name, id, encoded, ...more] = vkey.split('+');
  // base64 may hold a plus itself.
  const data = Buffer.from([encoded ?? '', ...more].join('+'), 'base64');
  if (name === undefined || name === '' || data.length !== 33 || data[0] !== ED25519) return null;
  const verifier = fromPublic(name, data.subarray(1));
  return verifier.id === id && verifier.vkey === vkey ? verifier : null;
}

function fromPublic(name: string, raw: Uint8Array): NoteVerifier {
  if (name === '' || /[\s+]/.test(name)) throw new TypeError('a key name has no space and no plus');
  const typed = Buffer.concat([Buffer.from([ED25519]), raw]);
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), typed]), 'hex').slice(0, 8);
  const key: KeyObject = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' });
  return {
    name,
    id,
    vkey: `${name}+${id}+${typed.toString('base64')}`,
    verify: (message, signature) => signature.length === 64 && verify(null, message, key, signature),
  };
}
