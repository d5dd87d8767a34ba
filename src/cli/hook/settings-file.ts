import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Harness } from '../../intercept/hook/harness/harness.ts';
import type { Meaning } from '../../intercept/hook/harness/protocol.ts';
import type { HandlerKind, Scope } from '../../intercept/hook/harness/settings.ts';
import type { Edit } from '../install/edit.ts';
import { guarded } from './command-line.ts';

/** What the entries of one installation are made of. */
export interface EditTerms {
  readonly url: string;
  readonly key: string;
  /** Path of the launcher's settings. */
  readonly settings: string;
  readonly launcher: string;
  readonly node: string;
  readonly handler: HandlerKind;
  /** Use what the harness has against a hook that fails. */
  readonly blocking: boolean;
  readonly query: string;
  readonly waitSeconds: number;
}

/** Seconds the harness grants beyond the time a person is waited for. */
const MARGIN_SECONDS = 30;

/** Seconds for the end of a session: Codex grants no more, and says so when more is asked. */
const END_SECONDS = 3;

/** The folder a harness keeps in the user's home, there or not. */
export function homeOf({ settings: { home } }: Harness, env: NodeJS.ProcessEnv): string {
  const moved = home.variable === undefined ? undefined : env[home.variable];
  return moved ?? join(env['HOME'] ?? homedir(), home.folder);
}

/** The file of a harness that our entries go into. What names a daemon on this machine and an agent's key is personal, so projects get their personal file. */
export function settingsPath(harness: Harness, scope: Scope, { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): string {
  return join(scope === 'user' ? homeOf(harness, env) : cwd, harness.settings.files[scope]);
}

/** Everything that goes into the settings file, in its own shape. */
export function hookEdits({ name, protocol, settings }: Harness, terms: EditTerms): readonly Edit[] {
  const beside = Object.entries(settings.beside ?? {}).map(([key, value]): Edit => ({ kind: 'set', at: [key], value }));
  const entries = Object.entries(protocol.events).map(([event, meaning]): Edit => {
    const { blocking } = settings;
    const value = settings.entry({
      event,
      meaning,
      handler: terms.handler,
      command: guarded({ node: terms.node, launcher: terms.launcher, harness: name, event, settings: terms.settings }, meaning),
      endpoint: `${terms.url}/v1/hooks/${name}/${event}${terms.query}`,
      key: terms.key,
      seconds: secondsFor(meaning, terms.waitSeconds),
      blocking: blocking !== undefined && terms.blocking && meaning === 'decide' ? { [blocking.setting]: blocking.value } : {},
    });
    return { kind: 'append', at: ['hooks', event], value };
  });
  return [...beside, ...entries];
}

function secondsFor(meaning: Meaning, waitSeconds: number): number {
  if (meaning === 'decide') return waitSeconds + MARGIN_SECONDS;
  return meaning === 'ended' ? END_SECONDS : MARGIN_SECONDS;
}
