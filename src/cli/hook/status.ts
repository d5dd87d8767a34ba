import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { valueAt } from '../install/edit.ts';
import { installations } from '../install/ledger.ts';
import type { Installation } from '../install/ledger.ts';
import { keptFromRunning } from './codex.ts';
import { writtenUnder } from './written.ts';

export interface HookRow {
  readonly harness: string;
  readonly scope: string;
  readonly handler: string;
  /** `there`: every entry stands as it was written. `changed`: some do not. `missing`: none, or no file. `untrusted`: Codex does not run it. */
  readonly state: 'there' | 'changed' | 'missing' | 'untrusted';
  readonly label: 'advisory';
  readonly fails: string;
  readonly path: string;
  readonly agent: string;
}

/** What is installed, read from the harnesses' own files. */
export function hookStatus(): readonly HookRow[] {
  return installations()
    .filter(({ kind }) => kind === 'hook')
    .map((installation) => {
      const { harness = '', scope = '', handler = '', path = '', agent = '' } = installation.detail;
      return { harness, scope, handler, state: stateOf(installation), label: 'advisory', fails: failsHow(installation), path, agent };
    });
}

/** Whether the entries stand in the harness's files as they were written. */
export function stateOf(installation: Installation): HookRow['state'] {
  const { files, detail } = installation;
  const edits = files.flatMap((file) => file.edits.map((edit) => ({ edit, file })));
  const there = edits.filter(({ edit, file }) => {
    const held = existsSync(file.real) ? valueAt(readFileSync(file.real, 'utf8'), edit.at) : undefined;
    return edit.kind === 'set' ? isDeepStrictEqual(held, edit.value) : Array.isArray(held) && held.some((one) => isDeepStrictEqual(one, edit.value));
  });
  if (there.length !== edits.length) return there.length === 0 ? 'missing' : 'changed';
  const { harness, path = '' } = detail;
  return harness === 'codex' && keptFromRunning(path, writtenUnder(installation, 'PreToolUse')) !== null ? 'untrusted' : 'there';
}

/** What happens to a call nobody could decide; docs/how-to/govern-a-coding-agent.md has the whole table. */
export function failsHow({ detail }: Installation): string {
  const { harness, handler, blocking, onUnavailable = 'deny' } = detail;
  if (handler === 'http') return blocking === 'true' ? 'closed (Claude Code ≥ 2.1.295)' : 'open';
  // Only these two have a setting against a hook that hangs.
  const held = blocking === 'true' && (harness === 'claude-code' || harness === 'cursor');
  return onUnavailable === 'deny' ? `closed${held ? '' : ', open on a host timeout'}` : onUnavailable;
}
