import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documentOf } from '../../intercept/hook/documents.ts';
import type { Terminal } from '../terminal.ts';

/** Where a harness keeps that consent; a name that nobody uses where it has none. */
export function trustedIn(shell: Terminal, harness: string): string {
  const { control, settings } = documentOf(harness);
  return join(dirname(settings.user.replace('/home/ann', shell.folder)), control?.file ?? 'no-such-file');
}

/** What a person's consent leaves in the file beside a harness's settings, where it has one (`control` of its document). */
export function trust(shell: Terminal, harness: string, more = ''): void {
  const { control, settings } = documentOf(harness);
  if (control === undefined) return;
  const path = settings.user.replace('/home/ann', shell.folder);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(trustedIn(shell, harness), `${more}\n${control.runs.replaceAll('{settings}', path)}`);
}
