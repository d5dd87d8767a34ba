import { readFileSync } from 'node:fs';
import type { Installation } from '../install/ledger.ts';
import { installations, saveInstallation } from '../install/ledger.ts';
import { writeWhole } from '../install/file.ts';
import { createHash } from 'node:crypto';
import { CliError, EXIT } from '../exit.ts';
import { publishedKey } from '../published-key.ts';

/** What a hook's launcher has to go by. */
export interface LauncherSettings {
  readonly url: string;
  readonly key: string;
  readonly answerKey?: string;
}

/** `unchecked`: the harness asks by itself, without a launcher. `pinned`: answers must be signed with the key the daemon has. `mismatch`: with another. `unpinned`: with none, so over HTTP there are none. */
export type Pinned = 'unchecked' | 'pinned' | 'mismatch' | 'unpinned' | 'unknown';

export function launcherSettings({ detail: { settings = '' } }: Installation): LauncherSettings | null {
  try {
    return JSON.parse(readFileSync(settings, 'utf8')) as LauncherSettings;
  } catch {
    return null;
  }
}

/** Whether a hook would believe the daemon it asks. */
export async function pinnedState(installation: Installation): Promise<Pinned> {
  if (installation.detail['handler'] === 'http') return 'unchecked';
  const settings = launcherSettings(installation);
  if (settings === null) return 'unknown';
  if (settings.answerKey === undefined) return 'unpinned';
  const published = await publishedKey(settings.url);
  if (published === null) return 'unknown';
  return published.answerKey === settings.answerKey ? 'pinned' : 'mismatch';
}

/**
 * Gives installed hooks the daemon's answer key. It is taken from the local socket, where no other user can stand in for the daemon, or from a
 * person who names it; what a port says of itself proves nothing.
 * @throws CliError NOT_PROVEN where neither is there
 */
export async function pinHooks(
  harness: string | undefined,
  given: string | undefined,
): Promise<readonly { readonly label: string; readonly answerKey: string }[]> {
  const hooks = installations().filter(({ kind, detail }) => kind === 'hook' && (harness === undefined || detail['harness'] === harness));
  const pinned: { label: string; answerKey: string }[] = [];
  for (const installation of hooks) {
    const settings = launcherSettings(installation);
    if (settings === null) continue;
    const answerKey = given ?? (await overSocket(settings.url));
    writeSettings(installation, { ...settings, answerKey });
    pinned.push({ label: installation.label, answerKey });
  }
  return pinned;
}

async function overSocket(url: string): Promise<string> {
  const published = await publishedKey(url);
  if (published?.over === 'socket') return published.answerKey;
  throw new CliError(
    EXIT.failed,
    'NOT_PROVEN',
    published === null
      ? `Aegis does not answer at ${url}.`
      : `Whoever answers at ${url} could not be told from Aegis: its local socket is not there.`,
    'Run `aegis identity` on the machine of the daemon, and give the key: `aegis hook pin --answer-key <key>`.',
  );
}

/** The installation's record names the bytes that were left, so it goes along. */
function writeSettings(installation: Installation, settings: LauncherSettings): void {
  const { settings: path = '' } = installation.detail;
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  writeWhole(path, text, 0o600);
  const left = createHash('sha256').update(text).digest('hex');
  saveInstallation({ ...installation, files: installation.files.map((file) => (file.path === path ? { ...file, left } : file)) });
}
