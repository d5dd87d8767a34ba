import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Harness } from '../../intercept/hook/harness/harness.ts';
import type { Scope } from '../../intercept/hook/harness/settings.ts';
import { socketsFor } from '../../client/socket-place.ts';
import { connection } from '../connection.ts';
import { loadCredentials } from '../credentials.ts';
import type { Credentials } from '../credentials.ts';
import { publishedKey } from '../published-key.ts';
import { CliError, EXIT } from '../exit.ts';
import { HOME } from '../files.ts';
import { carryOut, checkEditable } from '../install/change.ts';
import type { Planned } from '../install/change.ts';
import { valueAt } from '../install/settings-text.ts';
import type { Edit } from '../install/edit.ts';
import { ownFolder } from '../install/ledger.ts';
import type { Installation } from '../install/ledger.ts';
import { controlNotes } from './control-file.ts';
import { hookEdits, settingsPath } from './settings-file.ts';
import type { InstallTerms } from './terms.ts';

export const LAUNCHER = join(HOME, 'bin/aegis-hook.mjs');

/** `hook-codex-user`, or of a project by the digest of its folder. */
export function hookId({ name }: Harness, scope: Scope, cwd: string): string {
  const where = scope === 'user' ? 'user' : createHash('sha256').update(cwd).digest('hex').slice(0, 12);
  return `hook-${name}-${where}`;
}

/**
 * Edits the harness's settings and writes the launcher's own, both undone by `uninstall`. The agent's key is made here, and lies in files
 * only this user can read (HOOK-12).
 * @throws CliError
 */
export async function installHook(
  terms: InstallTerms,
  cwd: string,
): Promise<{ readonly installation: Installation; readonly notes: readonly string[] }> {
  if (process.platform === 'win32')
    throw new CliError(
      EXIT.usage,
      'POSIX_ONLY',
      'Hooks are installed on Linux and macOS only.',
      'On Windows run the harness in WSL. See docs/limits.md.',
    );
  const { harness, scope } = terms;
  const path = settingsPath(harness, scope, { cwd, env: process.env });
  const notes = controlNotes(harness, path);
  const id = hookId(harness, scope, cwd);
  // Everything that can be refused is, before a key is made.
  const settings = join(ownFolder(), 'hooks', `${id}.json`);
  const query = `?wait=${String(terms.waitSeconds * 1000)}${terms.ask === 'aegis' ? '&ask=aegis' : ''}${terms.autoApprove ? '&allow=explicit' : ''}`;
  const { handler, blocking, waitSeconds } = terms;
  const place = { settings, launcher: LAUNCHER, node: process.execPath, handler, blocking, query, waitSeconds };
  checkEditable(path, hookEdits(harness, { ...place, url: '', key: '' }));
  const { url, key, answerKey } = await agentKey(terms);
  // Found now and written down: what runs a hook may hold anything in its environment.
  const sockets = socketsFor(url);
  const launcher = { url, sockets, key, answerKey, query, deadlineMs: waitSeconds * 1000 + 5_000, onUnavailable: terms.onUnavailable };
  const journal = join(ownFolder(), 'hooks', `${id}.journal.jsonl`);
  const planned: readonly Planned[] = [
    { path: settings, whole: `${JSON.stringify({ ...launcher, journal }, null, 2)}\n`, private: true },
    // With the http handler the key stands in the settings themselves.
    { path, edits: withoutKnown(path, hookEdits(harness, { ...place, url, key })), private: handler === 'http' },
  ];
  const { agent, onUnavailable } = terms;
  const detail = { harness: harness.name, scope, folder: cwd, agent, handler, blocking: String(blocking), onUnavailable, settings, path };
  return { installation: carryOut({ id, kind: 'hook', label: `${harness.name} (${scope})`, detail }, planned), notes };
}

/** A member that is there already is nobody's to add: `version: 1` of an existing file stays its own. */
function withoutKnown(path: string, edits: readonly Edit[]): readonly Edit[] {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return edits.filter((edit) => edit.kind === 'append' || valueAt(text, edit.at) === undefined);
}

/** The agent's own key when one is set, otherwise one made with a person's login. */
async function agentKey({ agent, harness, onUnavailable, rotate }: InstallTerms): Promise<Credentials> {
  const loaded = loadCredentials();
  // A daemon on this machine says its own key through its socket; another one is believed as the login believes it.
  const answerKey = loaded.answerKey ?? (await publishedKey(loaded.url))?.answerKey;
  const credentials = { ...loaded, ...(answerKey === undefined ? {} : { answerKey }) };
  if (credentials.key.startsWith('aegis_agent_')) {
    await connection(credentials).get('/v1/agents/self');
    return credentials;
  }
  try {
    const agentTerms = { agent, framework: harness.name, onUnavailable, ...(rotate ? { rotate: true } : {}) };
    const made = await connection(credentials).post('/v1/agents', agentTerms);
    return { ...credentials, key: (made as { key: string }).key };
  } catch (error) {
    if (error instanceof CliError && error.code === 'CONFLICT')
      throw new CliError(
        EXIT.conflict,
        'AGENT_EXISTS',
        `The agent ${agent} is registered already, and its key is not saved on this machine.`,
        'Give it a new key with --rotate (the old one stops working), or choose another name with --agent.',
      );
    throw error;
  }
}
