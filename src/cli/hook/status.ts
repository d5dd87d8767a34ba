import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { harnessOf } from '../../intercept/hook/harness/harnesses.ts';
import { valueAt } from '../install/settings-text.ts';
import { installations } from '../install/ledger.ts';
import type { Installation } from '../install/ledger.ts';
import { notRunBecause } from './control-file.ts';
import { pinnedState } from './pin.ts';
import type { Pinned } from './pin.ts';
import { writtenUnder } from './written.ts';

export interface HookRow {
  readonly harness: string;
  readonly scope: string;
  readonly handler: string;
  /** `there`: every entry stands as it was written. `changed`: some do not. `missing`: none, or no file. `untrusted`: the harness does not run it. */
  readonly state: 'there' | 'changed' | 'missing' | 'untrusted';
  readonly label: 'advisory';
  readonly fails: string;
  readonly path: string;
  readonly agent: string;
  /** Whether it believes the daemon it asks; `unknown` while that does not answer. */
  readonly answers: Pinned;
}

/** What is installed, read from the harnesses' own files. */
export function hookStatus(): Promise<readonly HookRow[]> {
  const rows = installations()
    .filter(({ kind }) => kind === 'hook')
    .map(async (installation): Promise<HookRow> => {
      const { harness = '', scope = '', handler = '', path = '', agent = '' } = installation.detail;
      const [state, fails, answers] = [stateOf(installation), failsHow(installation), await pinnedState(installation)];
      return { harness, scope, handler, state, label: 'advisory', fails, path, agent, answers };
    });
  return Promise.all(rows);
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
  const { harness: name = '', path = '' } = detail;
  const harness = harnessOf(name);
  if (harness === undefined) return 'there';
  return notRunBecause(harness, path, writtenUnder(installation, harness.canary.event)) === null ? 'there' : 'untrusted';
}

/** What happens to a call nobody could decide; docs/how-to/govern-a-coding-agent.md has the whole table. */
export function failsHow({ detail }: Installation): string {
  const { harness: name = '', handler, onUnavailable = 'deny' } = detail;
  const harness = harnessOf(name);
  const setting = detail['blocking'] === 'true' ? harness?.settings.blocking : undefined;
  if (handler === 'http') return setting === undefined ? 'open' : `closed (${harness?.title ?? name} ≥ ${setting.since ?? '0'})`;
  return onUnavailable === 'deny' ? `closed${setting === undefined ? ', open on a host timeout' : ''}` : onUnavailable;
}
