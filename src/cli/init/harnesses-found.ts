import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { HARNESSES } from '../../intercept/hook/harness.ts';
import type { HarnessName } from '../../intercept/hook/harness.ts';
import { settingsPath } from '../hook/layout.ts';
import { installations } from '../install/ledger.ts';

export interface HarnessFound {
  readonly harness: HarnessName;
  readonly path: string;
  readonly installed: boolean;
}

/** Coding agents that have been run here: each makes a folder of its own at its first start. */
export function harnessesFound(cwd: string, env: NodeJS.ProcessEnv = process.env): readonly HarnessFound[] {
  const home = env['HOME'] ?? homedir();
  return HARNESSES.flatMap((harness) => {
    const path = settingsPath(harness, 'user', { cwd, env });
    // Copilot’s hooks lie one folder deeper than its own.
    const folder = harness === 'copilot' ? dirname(dirname(path)) : dirname(path);
    if (folder === home || !existsSync(folder)) return [];
    return [{ harness, path, installed: installations().some(({ id }) => id === `hook-${harness}-user`) }];
  });
}
