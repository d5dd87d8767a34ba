import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliError, EXIT } from './exit.ts';
import { lockKey, openKey } from './key-lock.ts';
import type { LockedKey } from './key-lock.ts';
import { askPassphrase } from './passphrase.ts';
import { unlockedHere } from './unlocked.ts';

export interface Credentials {
  readonly url: string;
  readonly key: string;
  /** The daemon's answer key, kept at login. */
  readonly answerKey?: string;
}

/** What `aegis login` keeps: the key itself, or locked with a passphrase. */
export interface SavedCredentials {
  readonly url: string;
  readonly key?: string;
  readonly locked?: LockedKey;
  readonly answerKey?: string;
  /** Commands that loosen may run without a terminal. */
  readonly allowScripts?: true;
}

export const DEFAULT_URL = 'http://127.0.0.1:7411';

/** `$XDG_CONFIG_HOME/aegis/credentials.json`, readable by its owner only. */
export function credentialsPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'aegis', 'credentials.json');
}

/** AEGIS_URL and AEGIS_KEY win over what `aegis login` saved. */
export function loadCredentials(env: NodeJS.ProcessEnv = process.env): Credentials {
  const saved = readSaved(credentialsPath(env));
  const key = env['AEGIS_KEY'] ?? saved?.key ?? (saved?.locked === undefined ? undefined : unlocked(saved.locked));
  if (key === undefined || key === '') {
    throw new CliError(
      EXIT.refused,
      'NO_KEY',
      'Not logged in.',
      'Run `aegis login <token>` with the token that the first `npm start` or `aegis up` printed, or set AEGIS_KEY.',
    );
  }
  const url = addressOf(env['AEGIS_URL'] ?? saved?.url ?? DEFAULT_URL);
  // Another address is another daemon, whose key nobody kept.
  const answerKey = env['AEGIS_ANSWER_KEY'] ?? (saved?.url === url ? saved.answerKey : undefined);
  return { url, key, ...(answerKey === undefined || answerKey === '' ? {} : { answerKey }) };
}

/** @throws CliError for what is no address of HTTP */
export function addressOf(text: string): string {
  const scheme = URL.canParse(text) ? new URL(text).protocol : '';
  if (scheme === 'http:' || scheme === 'https:') return text.replace(/\/+$/, '');
  throw new CliError(EXIT.usage, 'INVALID_URL', `\`${text}\` is not an address.`, `Write it with http:// and the port, as in ${DEFAULT_URL}.`);
}

/** The key behind the passphrase, which is asked for where this terminal was not unlocked. @throws CliError KEY_LOCKED, WRONG_PASSPHRASE */
function unlocked(locked: LockedKey): string {
  const known = unlockedHere(Date.now());
  if (known !== null) return known;
  const passphrase = process.stdin.isTTY ? askPassphrase('Passphrase of your Aegis key: ') : null;
  if (passphrase === null)
    throw new CliError(
      EXIT.refused,
      'KEY_LOCKED',
      'The saved key is locked, and there is no terminal to ask for its passphrase.',
      'Run it in a terminal, or run `aegis unlock` there first.',
    );
  const key = openKey(locked, passphrase);
  if (key !== null) return key;
  throw new CliError(EXIT.refused, 'WRONG_PASSPHRASE', 'That is not the passphrase.', 'Try again. If you lost it, log in with another token.');
}

export function saveLocked(rest: Omit<SavedCredentials, 'key' | 'locked'>, key: string, passphrase: string): string {
  return saveCredentials({ ...rest, locked: lockKey(key, passphrase) });
}

export function saveCredentials(credentials: SavedCredentials, env: NodeJS.ProcessEnv = process.env): string {
  const path = credentialsPath(env);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return path;
}

export function forgetCredentials(env: NodeJS.ProcessEnv = process.env): void {
  rmSync(credentialsPath(env), { force: true });
}

/** What `aegis login` kept. */
export const savedCredentials = (env: NodeJS.ProcessEnv = process.env): SavedCredentials | undefined => readSaved(credentialsPath(env));

function readSaved(path: string): SavedCredentials | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as SavedCredentials;
  } catch {
    return undefined;
  }
}
