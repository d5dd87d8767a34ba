import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HarnessName } from '../../intercept/hook/harness.ts';
import { connection } from '../connection.ts';
import { loadCredentials } from '../credentials.ts';
import { CliError, EXIT } from '../exit.ts';
import { HOME } from '../files.ts';
import { carryOut, checkEditable } from '../install/change.ts';
import type { Planned } from '../install/change.ts';
import { valueAt } from '../install/edit.ts';
import { ownFolder } from '../install/ledger.ts';
import type { Installation } from '../install/ledger.ts';
import { codexConfig, configPath, turnsHooksOff } from './codex.ts';
import type { CodexConfig } from './codex.ts';
import { hookEdits, settingsPath } from './layout.ts';
import type { Scope } from './layout.ts';

export interface InstallTerms {
  readonly harness: HarnessName;
  readonly scope: Scope;
  readonly agent: string;
  readonly handler: 'http' | 'command';
  readonly blocking: boolean;
  readonly onUnavailable: 'deny' | 'allow_readonly' | 'allow';
  readonly ask: 'harness' | 'aegis';
  readonly autoApprove: boolean;
  readonly waitSeconds: number;
  readonly rotate: boolean;
}

export const LAUNCHER = join(HOME, 'bin/aegis-hook.mjs');

/** `hook-codex-user`, or of a project by the digest of its folder. */
export function hookId(harness: HarnessName, scope: Scope, cwd: string): string {
  const where = scope === 'user' ? 'user' : createHash('sha256').update(cwd).digest('hex').slice(0, 12);
  return `hook-${harness}-${where}`;
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
  const notes = conflicts(harness, path);
  const id = hookId(harness, scope, cwd);
  // Everything that can be refused is, before a key is made.
  const settings = join(ownFolder(), 'hooks', `${id}.json`);
  const query = `?wait=${String(terms.waitSeconds * 1000)}${terms.ask === 'aegis' ? '&ask=aegis' : ''}${terms.autoApprove ? '&allow=explicit' : ''}`;
  const { handler, blocking, waitSeconds } = terms;
  const place = { harness, settings, launcher: LAUNCHER, node: process.execPath, handler, blocking, query, waitSeconds };
  checkEditable(path, hookEdits({ ...place, url: '', key: '' }));
  const { url, key } = await agentKey(terms);
  const edits = hookEdits({ ...place, url, key });
  const launcher = { url, key, query, deadlineMs: waitSeconds * 1000 + 5_000, onUnavailable: terms.onUnavailable };
  const journal = join(ownFolder(), 'hooks', `${id}.journal.jsonl`);
  const planned: readonly Planned[] = [
    { path: settings, whole: `${JSON.stringify({ ...launcher, journal }, null, 2)}\n`, private: true },
    // With the http handler the key stands in the settings themselves.
    { path, edits: withoutKnown(path, edits), private: handler === 'http' },
  ];
  const { agent, onUnavailable } = terms;
  const detail = { harness, scope, folder: cwd, agent, handler, blocking: String(blocking), onUnavailable, settings, path };
  return { installation: carryOut({ id, kind: 'hook', label: `${harness} (${scope})`, detail }, planned), notes };
}

/** A member that is there already is nobody's to add: `version: 1` of an existing file stays its own. */
function withoutKnown(path: string, edits: ReturnType<typeof hookEdits>): ReturnType<typeof hookEdits> {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return edits.filter((edit) => edit.kind === 'append' || valueAt(text, edit.at) === undefined);
}

/** The agent's own key when one is set, otherwise one made with a person's login. */
async function agentKey({ agent, harness, onUnavailable, rotate }: InstallTerms): Promise<{ readonly url: string; readonly key: string }> {
  const credentials = loadCredentials();
  if (credentials.key.startsWith('aegis_agent_')) {
    await connection(credentials).get('/v1/agents/self');
    return credentials;
  }
  try {
    const made = await connection(credentials).post('/v1/agents', { agent, framework: harness, onUnavailable, ...(rotate ? { rotate: true } : {}) });
    return { url: credentials.url, key: (made as { key: string }).key };
  } catch (error) {
    if (error instanceof CliError && error.code === 'CONFLICT')
      throw new CliError(
        EXIT.conflict,
        'AGENT_EXISTS',
        `The agent ${agent} is registered already, and its key is not kept anywhere.`,
        'Give it a new one with --rotate (its old key stops working), or name another agent with --agent.',
      );
    throw error;
  }
}

/** What in the harness's own configuration would keep hooks from running. @throws CliError HOOKS_OFF, BAD_SETTINGS */
function conflicts(harness: HarnessName, path: string): readonly string[] {
  if (harness !== 'codex') return [];
  const folder = dirname(path);
  const toml = configPath(folder);
  const trust = 'Codex runs new hooks only after you trust them: open it and type /hooks.';
  let config: CodexConfig | null;
  try {
    config = codexConfig(folder);
  } catch {
    throw new CliError(EXIT.failed, 'BAD_SETTINGS', `${toml} is not TOML.`, 'Nothing was changed. Mend the file and try again.');
  }
  if (turnsHooksOff(config))
    throw new CliError(
      EXIT.failed,
      'HOOKS_OFF',
      `${toml} turns hooks off ([features] hooks = false).`,
      'Nothing was changed. Turn them on and try again.',
    );
  const own = Object.keys(config?.hooks ?? {}).some((key) => key !== 'state');
  return own ? [trust, `${toml} has [hooks] of its own; Codex runs those and these.`] : [trust];
}
