import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';

/** A key that only a passphrase opens: scrypt (RFC 7914), then AES-256-GCM. Texts are base64url. */
export interface LockedKey {
  readonly kdf: 'scrypt';
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  readonly nonce: string;
  readonly sealed: string;
}

/** About a tenth of a second and 32 MiB for each guess. */
const COST = { n: 32_768, r: 8, p: 1 } as const;
const MOST_MEMORY = 268_435_456;

function derived(passphrase: string, salt: Buffer, { n, r, p }: Pick<LockedKey, 'n' | 'r' | 'p'>): Buffer {
  return scryptSync(passphrase.normalize('NFC'), salt, 32, { N: n, r, p, maxmem: MOST_MEMORY });
}

export function lockKey(key: string, passphrase: string): LockedKey {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', derived(passphrase, salt, COST), nonce);
  const sealed = Buffer.concat([cipher.update(key, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { kdf: 'scrypt', ...COST, salt: salt.toString('base64url'), nonce: nonce.toString('base64url'), sealed: sealed.toString('base64url') };
}

/** The key; null for another passphrase, and for what was changed since. */
export function openKey({ salt, nonce, sealed, ...cost }: LockedKey, passphrase: string): string | null {
  try {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', derived(passphrase, Buffer.from(salt, 'base64url'), cost), Buffer.from(nonce, 'base64url'));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
