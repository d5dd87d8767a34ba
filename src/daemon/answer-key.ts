import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AegisError } from '../errors.ts';
import type { AnswerKey } from '../http/answer-signing.ts';
import { answerKeyText } from '../wire/answer-proof.ts';

const FILE = 'answer.key';

/**
 * The key the daemon proves its answers with, made at the first start (DOOR-28). Several daemons on one store answer with the same one.
 * @throws AegisError CONFIG_INVALID for a file that holds none
 */
export function openAnswerKey(dataDir: string): AnswerKey {
  const path = join(dataDir, FILE);
  if (!existsSync(path)) placed(path, (made) => linkSync(made, path));
  const key = readKey(path);
  return { publicKey: answerKeyText(createPublicKey(key)), sign: (bytes) => sign(null, bytes, key) };
}

/** Puts a new key in the place of the old; a running daemon takes it at its next start. */
export function replaceAnswerKey(dataDir: string): { readonly previous: string | null; readonly next: string } {
  const path = join(dataDir, FILE);
  const previous = existsSync(path) ? answerKeyText(createPublicKey(readKey(path))) : null;
  placed(path, (made) => renameSync(made, path));
  return { previous, next: answerKeyText(createPublicKey(readKey(path))) };
}

function readKey(path: string): KeyObject {
  try {
    const key = createPrivateKey(readFileSync(path));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below, without what the file holds.
  }
  throw new AegisError('CONFIG_INVALID', { detail: `${path} is not an Ed25519 key. Restore the file, or move it away; Aegis then makes a new one` });
}

/** A key appears whole and private, or not at all. Where another daemon was first, its key stands. */
function placed(path: string, put: (made: string) => void): void {
  const { privateKey } = generateKeyPairSync('ed25519');
  const made = `${path}.${randomUUID()}`;
  writeFileSync(made, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' });
  try {
    put(made);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(made, { force: true });
  }
}
