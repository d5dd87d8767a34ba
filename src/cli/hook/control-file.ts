import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'smol-toml';
import type { Harness } from '../../intercept/hook/harness/harness.ts';
import type { ControlFile } from '../../intercept/hook/harness/settings.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { CliError, EXIT } from '../exit.ts';
import { valueAt } from '../install/settings-text.ts';
import { homeOf } from './settings-file.ts';

/** Null where there is none. @throws Error when it is not TOML */
function read({ name }: ControlFile, folder: string): JsonObject | null {
  const path = join(folder, name);
  return existsSync(path) ? (parse(readFileSync(path, 'utf8')) as JsonObject) : null;
}

/** Refuses an installation that would not run, and says what a person must do besides. @throws CliError HOOKS_OFF, BAD_SETTINGS */
export function controlNotes({ settings: { control } }: Harness, settingsFile: string): readonly string[] {
  if (control === undefined) return [];
  const path = join(dirname(settingsFile), control.name);
  let config: JsonObject | null;
  try {
    config = read(control, dirname(settingsFile));
  } catch {
    throw new CliError(EXIT.failed, 'BAD_SETTINGS', `${path} is not TOML.`, 'Nothing was changed. Correct the file and try again.');
  }
  const off = config === null ? null : control.turnsOff(config);
  if (off !== null)
    throw new CliError(EXIT.failed, 'HOOKS_OFF', `${path} turns hooks off (${off}).`, 'Nothing was changed. Turn them on and try again.');
  return control.notes(config, path);
}

/** Why a harness would not run our hook though it stands in its settings file; null when it would. */
export function notRunBecause(
  harness: Harness,
  settingsFile: string,
  isWritten: (handler: Json) => boolean,
  env: NodeJS.ProcessEnv = process.env,
): string | null {
  const { control } = harness.settings;
  if (control === undefined) return null;
  const home = homeOf(harness, env);
  for (const folder of new Set([dirname(settingsFile), home])) {
    const path = join(folder, control.name);
    try {
      const config = read(control, folder);
      if (config !== null && control.turnsOff(config) !== null) return `hooks are turned off in ${path}`;
    } catch {
      return `${path} cannot be read`;
    }
  }
  const config = read(control, home) ?? {};
  const files = [settingsFile, realpathSync(settingsFile)];
  const { event } = harness.canary;
  for (const place of placesOf(valueAt(readFileSync(settingsFile, 'utf8'), ['hooks', event]), isWritten)) {
    const reason = control.untrusted(config, { files, event, ...place });
    if (reason !== null) return reason;
  }
  return null;
}

/** Where each handler of ours stands in a list of groups. */
function placesOf(groups: Json | undefined, isWritten: (handler: Json) => boolean): readonly { readonly group: number; readonly handler: number }[] {
  if (!Array.isArray(groups)) return [];
  return (groups as readonly { readonly hooks?: readonly Json[] }[]).flatMap(({ hooks = [] }, group) =>
    hooks.flatMap((one, handler) => (isWritten(one) ? [{ group, handler }] : [])),
  );
}
