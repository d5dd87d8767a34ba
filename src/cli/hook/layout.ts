import { homedir } from 'node:os';
import { join } from 'node:path';
import type { HarnessName, Meaning } from '../../intercept/hook/harness.ts';
import { harnessOf } from '../../intercept/hook/harnesses.ts';
import type { Json } from '../../kernel/json.ts';
import type { Edit } from '../install/edit.ts';
import { guarded } from './command-line.ts';

export type Scope = 'user' | 'project';

export interface Terms {
  readonly harness: HarnessName;
  readonly url: string;
  readonly key: string;
  /** Path of the launcher's settings. */
  readonly settings: string;
  readonly launcher: string;
  readonly node: string;
  readonly handler: 'http' | 'command';
  /** Use what the harness has against a hook that fails. */
  readonly blocking: boolean;
  readonly query: string;
  readonly waitSeconds: number;
}

/** Seconds the harness grants beyond the time a person is waited for. */
const MARGIN = 30;

/** Seconds for the end of a session: Codex grants no more, and says so when more is asked. */
const FAREWELL = 3;

/** The settings file of a harness. What names a daemon on this machine and an agent's key is personal, so projects get their personal file. */
export function settingsPath(harness: HarnessName, scope: Scope, terms: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): string {
  const { cwd, env } = terms;
  const home = env['HOME'] ?? homedir();
  switch (harness) {
    case 'claude-code':
      return scope === 'user' ? join(env['CLAUDE_CONFIG_DIR'] ?? join(home, '.claude'), 'settings.json') : join(cwd, '.claude/settings.local.json');
    case 'codex':
      return scope === 'user' ? join(env['CODEX_HOME'] ?? join(home, '.codex'), 'hooks.json') : join(cwd, '.codex/hooks.json');
    case 'cursor':
      return scope === 'user' ? join(home, '.cursor/hooks.json') : join(cwd, '.cursor/hooks.json');
    case 'gemini':
      return scope === 'user' ? join(home, '.gemini/settings.json') : join(cwd, '.gemini/settings.json');
    case 'copilot':
      return scope === 'user' ? join(env['COPILOT_HOME'] ?? join(home, '.copilot'), 'hooks/aegis.json') : join(cwd, '.github/hooks/aegis.json');
  }
}

/** Everything that goes into the settings file, in its own shape. */
export function hookEdits(terms: Terms): readonly Edit[] {
  const events = Object.entries(harnessOf(terms.harness)?.events ?? {});
  const edits = events.map(([event, meaning]): Edit => ({ kind: 'append', at: ['hooks', event], value: entryOf(terms, event, meaning) }));
  const versioned = terms.harness === 'cursor' || terms.harness === 'copilot';
  return versioned ? [{ kind: 'set', at: ['version'], value: 1 }, ...edits] : edits;
}

function entryOf(terms: Terms, event: string, meaning: Meaning): Json {
  const seconds = meaning === 'decide' ? terms.waitSeconds + MARGIN : meaning === 'ended' ? FAREWELL : MARGIN;
  const command = commandOf(terms, event, meaning);
  switch (terms.harness) {
    case 'claude-code': {
      const matcher = meaning === 'decide' ? { matcher: '*' } : {};
      return { ...matcher, hooks: [claudeHandler(terms, { event, meaning, command, seconds })] };
    }
    case 'codex':
      return { hooks: [{ type: 'command', command, timeout: seconds }] };
    case 'gemini':
      return { hooks: [{ name: 'aegis', type: 'command', command, timeout: seconds * 1000 }] };
    case 'cursor':
      // Its documents disagree whether a timeout is in seconds or milliseconds, so its own default stands.
      return { command, ...(terms.blocking && meaning === 'decide' ? { failClosed: true } : {}) };
    case 'copilot':
      return { type: 'command', bash: command, timeoutSec: seconds };
  }
}

/** A session's start runs the launcher in any case: it tells what was let go while Aegis was away. */
function claudeHandler(
  { handler, url, query, key, blocking }: Terms,
  { event, meaning, command, seconds }: { event: string; meaning: Meaning; command: string; seconds: number },
): Json {
  const closed = blocking && meaning === 'decide' ? { onFailure: 'block' } : {};
  if (handler === 'command' || meaning === 'started') return { type: 'command', command, timeout: seconds, ...closed };
  return {
    type: 'http',
    url: `${url}/v1/hooks/claude-code/${event}${query}`,
    headers: { Authorization: `Bearer ${key}` },
    timeout: seconds,
    ...closed,
  };
}

function commandOf({ node, launcher, harness, settings }: Terms, event: string, meaning: Meaning): string {
  return guarded({ node, launcher, harness, event, settings }, meaning);
}
