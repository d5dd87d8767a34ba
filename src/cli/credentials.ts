import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliError, EXIT } from './exit.ts';

export interface Credentials {
  readonly url: string;
  readonly key: string;
  /** The daemon's answer key, kept at login. */
  readonly answerKey?: string;
}

export const DEFAULT_URL = 'http://127.0.0.1:7411';

/** `$XDG_CONFIG_HOME/aegis/credentials.json`, readable by its owner only. */
export function credentialsPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'aegis', 'credentials.json');
}

/** AEGIS_URL and AEGIS_KEY win over what `aegis login` saved. */
export function loadCredentials(env: NodeJS.ProcessEnv = process.env): Credentials {
  const saved = readSaved(credentialsPath(env));
  const key = env['AEGIS_KEY'] ?? saved?.key;
  if (key === undefined || key === '') {
    throw new CliError(
      EXIT.refused,
      'NO_KEY',
      'No key to talk to Aegis with.',
      'Run `aegis login <token>` with the token that the first `aegis up` printed, or set AEGIS_KEY.',
    );
  }
  const url = (env['AEGIS_URL'] ?? saved?.url ?? DEFAULT_URL).replace(/\/+$/, '');
  // Another address is another daemon, whose key nobody kept.
  const answerKey = env['AEGIS_ANSWER_KEY'] ?? (saved?.url === url ? saved.answerKey : undefined);
  return { url, key, ...(answerKey === undefined || answerKey === '' ? {} : { answerKey }) };
}

export function saveCredentials(credentials: Credentials, env: NodeJS.ProcessEnv = process.env): string {
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
export const savedCredentials = (env: NodeJS.ProcessEnv = process.env): Credentials | undefined => readSaved(credentialsPath(env));

function readSaved(path: string): Credentials | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Credentials;
  } catch {
    return undefined;
  }
}
