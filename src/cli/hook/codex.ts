import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'smol-toml';
import type { Json } from '../../kernel/json.ts';
import { valueAt } from '../install/edit.ts';

/** The part of Codex’s `config.toml` that speaks of hooks. */
export interface CodexConfig {
  readonly features?: { readonly hooks?: unknown; readonly codex_hooks?: unknown };
  readonly hooks?: Readonly<Record<string, unknown>> & {
    /** By `<file>:<event>:<group>:<handler>`; only the user’s own file counts. */
    readonly state?: Readonly<Record<string, { readonly trusted_hash?: unknown; readonly enabled?: unknown }>>;
  };
}

/** Null where there is none. @throws Error when it is not TOML */
export function codexConfig(folder: string): CodexConfig | null {
  const path = configPath(folder);
  return existsSync(path) ? (parse(readFileSync(path, 'utf8')) as CodexConfig) : null;
}

export const configPath = (folder: string): string => join(folder, 'config.toml');

export function turnsHooksOff(config: CodexConfig | null): boolean {
  return config?.features?.hooks === false || config?.features?.codex_hooks === false;
}

/**
 * Why Codex would not run our hook though it stands in `hooks.json`; null when it would. Codex runs what a person has trusted with `/hooks`,
 * and keeps that word beside the user’s settings (as Codex 0.169 does). Whether the word was given to this very command only Codex can tell.
 */
export function keptFromRunning(path: string, isWritten: (handler: Json) => boolean, env: NodeJS.ProcessEnv = process.env): string | null {
  const home = env['CODEX_HOME'] ?? join(env['HOME'] ?? homedir(), '.codex');
  for (const folder of new Set([dirname(path), home])) {
    try {
      if (turnsHooksOff(codexConfig(folder))) return `hooks are turned off in ${configPath(folder)}`;
    } catch {
      return `${configPath(folder)} cannot be read`;
    }
  }
  const states = codexConfig(home)?.hooks?.state ?? {};
  const files = [path, realpathSync(path)];
  for (const place of placesOf(readFileSync(path, 'utf8'), isWritten)) {
    const state = files.map((file) => states[`${file}:pre_tool_use:${place}`]).find((one) => one !== undefined);
    if (state?.enabled === false) return 'it is turned off in Codex: open Codex and type /hooks';
    if (typeof state?.trusted_hash !== 'string') return 'Codex does not run it until you trust it: open Codex and type /hooks';
  }
  return null;
}

/** `<group>:<handler>` of each of ours before a tool. */
function placesOf(text: string, isWritten: (handler: Json) => boolean): readonly string[] {
  const groups = valueAt(text, ['hooks', 'PreToolUse']);
  if (!Array.isArray(groups)) return [];
  return (groups as readonly { readonly hooks?: readonly Json[] }[]).flatMap(({ hooks = [] }, group) =>
    hooks.flatMap((handler, at) => (isWritten(handler) ? [`${String(group)}:${String(at)}`] : [])),
  );
}
