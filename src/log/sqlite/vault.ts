import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, randomFillSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

/** Encrypts payloads under one key per subject; the keys lie wrapped by a master key in a file only the owner reads. */
export interface Vault {
  /** Another process may have destroyed a key since; what is remembered is then looked up anew. */
  refresh(): void;
  /** Makes sure each subject has a key on disk; must be called before a payload of theirs is committed. What is remembered is believed. */
  provide(subjects: readonly Subject[]): void;
  seal(subject: Subject, digest: string, bytes: Uint8Array): Uint8Array;
  /** null when the subject's key is gone: the payload is unreadable for ever. Throws when the bytes were altered. */
  open(subject: Subject, digest: string, sealed: Uint8Array): Uint8Array | null;
  /** Destroys the subject's key. */
  destroy(subject: Subject): void;
}

export interface Subject {
  readonly tenant: string;
  readonly subject: string;
}

const NONCE = 12;
const TAG = 16;

/** Reads the 32-byte master key, making it (mode 0600, synced) when there is none, unless it is to be read as it is. @throws when others may read it. */
export function masterKey(path: string, how: 'made' | 'as it is' = 'made'): Buffer {
  if (how === 'made' && !existsSync(path)) makeMasterKey(path);
  if ((statSync(path).mode & 0o077) !== 0) throw new Error(`the master key ${path} may be read by others; set its mode to 0600`);
  const key = readFileSync(path);
  if (key.length !== 32) throw new Error(`the master key ${path} is not 32 bytes`);
  return key;
}

/** The key gets its name only when it is whole and synced: of two processes that start at once one wins, and neither reads half a key. */
function makeMasterKey(path: string): void {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, randomBytes(32));
    fsyncSync(file);
    linkSync(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    rmSync(draft, { force: true });
  }
}

/** Makes a new name in a folder durable. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The vault over an opened key file. */
export function openVault(database: DatabaseSync, masterBytes: Buffer): Vault {
  // As an object a key is taken apart once, not for each payload.
  const master = createSecretKey(masterBytes);
  const select = database.prepare('SELECT wrapped FROM subject_key WHERE tenant = ? AND subject = ?');
  // Of two processes that meet a new subject at once, the first one's key is everybody's.
  const insert = database.prepare('INSERT INTO subject_key (tenant, subject, wrapped) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const version = database.prepare('PRAGMA data_version');
  const remove = database.prepare('DELETE FROM subject_key WHERE tenant = ? AND subject = ?');
  const known = new Map<string, KeyObject>();
  let seen: unknown = null;
  const forgetWhatChanged = (): void => {
    const now = version.get()?.['data_version'];
    if (now !== seen) known.clear();
    seen = now;
  };
  const name = (of: Subject): string => `${of.tenant}\n${of.subject}`;
  const find = (of: Subject): KeyObject | null => {
    const cached = known.get(name(of));
    if (cached !== undefined) return cached;
    const row = select.get(of.tenant, of.subject);
    if (row === undefined) return null;
    const bytes = decrypt(master, `key\n${name(of)}`, row['wrapped'] as Uint8Array);
    const key = createSecretKey(bytes);
    bytes.fill(0);
    remember(known, name(of), key);
    return key;
  };
  return {
    refresh: forgetWhatChanged,
    provide: (subjects) => {
      const missing = subjects.filter((of) => find(of) === null);
      if (missing.length === 0) return;
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const of of new Map(missing.map((of) => [name(of), of])).values()) {
          insert.run(of.tenant, of.subject, encrypt(master, `key\n${name(of)}`, randomBytes(32)));
        }
        database.exec('COMMIT');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    seal: (of, digest, bytes) => {
      const key = find(of);
      if (key === null) throw new Error('a subject has no key');
      return encrypt(key, `payload\n${of.tenant}\n${digest}`, bytes);
    },
    open: (of, digest, sealed) => {
      const key = find(of);
      return key === null ? null : decrypt(key, `payload\n${of.tenant}\n${digest}`, sealed);
    },
    destroy: (of) => {
      known.delete(name(of));
      remove.run(of.tenant, of.subject);
    },
  };
}

/** Keys of recent subjects stay in memory; the oldest leaves first, so that many sessions do not fill it. */
function remember(known: Map<string, KeyObject>, name: string, key: KeyObject): void {
  const oldest = known.size >= 4096 ? known.keys().next() : null;
  if (oldest !== null && oldest.done !== true) known.delete(oldest.value);
  known.set(name, key);
}

/** Random bytes are drawn for many nonces at once; each is handed out once. */
const drawn = Buffer.alloc(NONCE * 256);
let used = drawn.length;

function freshNonce(): Buffer {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += NONCE;
  return Buffer.from(drawn.subarray(used - NONCE, used));
}

/** nonce (12) ‖ ciphertext ‖ tag (16), AES-256-GCM, bound to what it is by the additional data. */
function encrypt(key: KeyObject, bound: string, bytes: Uint8Array): Buffer {
  const nonce = freshNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(bound, 'utf8'));
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: KeyObject, bound: string, sealed: Uint8Array): Buffer {
  if (sealed.length < NONCE + TAG) throw new Error('sealed bytes are too short');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(bound, 'utf8'));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  const bytes = decipher.update(sealed.subarray(NONCE, sealed.length - TAG));
  // In this mode the last step adds no bytes; it is where a wrong tag throws.
  decipher.final();
  return bytes;
}
