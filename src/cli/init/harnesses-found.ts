import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Harness } from '../../intercept/hook/harness/harness.ts';
import { HARNESSES } from '../../intercept/hook/harness/harnesses.ts';
import { hookId } from '../hook/install.ts';
import { homeOf, settingsPath } from '../hook/settings-file.ts';
import { installations } from '../install/ledger.ts';

export interface HarnessFound {
  readonly harness: Harness;
  readonly path: string;
  readonly installed: boolean;
}

/** Coding agents that have been run here: each makes a folder of its own at its first start. */
export function harnessesFound(cwd: string, env: NodeJS.ProcessEnv = process.env): readonly HarnessFound[] {
  const home = env['HOME'] ?? homedir();
  return HARNESSES.flatMap((harness) => {
    const folder = homeOf(harness, env);
    if (folder === home || !existsSync(folder)) return [];
    const id = hookId(harness, 'user', cwd);
    return [{ harness, path: settingsPath(harness, 'user', { cwd, env }), installed: installations().some((one) => one.id === id) }];
  });
}
