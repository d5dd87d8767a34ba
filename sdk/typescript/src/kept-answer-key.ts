import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The answer key that `aegis login` kept for this address, on this machine and for this user; '' for none. */
export function keptAnswerKey(url: string): string {
  const folder = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  try {
    const kept = JSON.parse(readFileSync(join(folder, 'aegis', 'credentials.json'), 'utf8')) as {
      readonly url?: unknown;
      readonly answerKey?: unknown;
    };
    return kept.url === url.replace(/\/+$/, '') && typeof kept.answerKey === 'string' ? kept.answerKey : '';
  } catch {
    return '';
  }
}
