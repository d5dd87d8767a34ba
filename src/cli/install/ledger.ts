import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Edit } from './edit.ts';
import { writeWhole } from './file.ts';
import type { Scaffold } from './trim.ts';

/** What was done to one file, and all that is needed to undo it. */
export interface FileRecord {
  readonly path: string;
  readonly real: string;
  /** Base64 of the bytes before; null when there was no file. */
  readonly original: string | null;
  readonly mode: number | null;
  /** SHA-256, hex, of the bytes Aegis left. */
  readonly left: string;
  readonly edits: readonly Edit[];
  /** Kept under this name by every version. */
  readonly bed: Scaffold;
  /** A file of Aegis alone, which goes whatever is in it by then. */
  readonly own: boolean;
  /** Folders made for it, outermost first. */
  readonly folders: readonly string[];
}

/** One installation: everything `aegis uninstall` takes back. */
export interface Installation {
  readonly v: 1;
  /** `hook-claude-code-user`, `mcp-<digest>` … */
  readonly id: string;
  readonly kind: 'hook' | 'mcp' | 'init';
  readonly at: number;
  /** For people. */
  readonly label: string;
  readonly detail: Readonly<Record<string, string>>;
  readonly files: readonly FileRecord[];
}

/** `$XDG_CONFIG_HOME/aegis`, where agents may not write (INSPECT: agent-config). */
export function ownFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'aegis');
}

const folder = (): string => join(ownFolder(), 'installed');

const pathOf = (id: string): string => join(folder(), `${id}.json`);

export function installations(): readonly Installation[] {
  if (!existsSync(folder())) return [];
  const all = readdirSync(folder()).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  return all.map((name) => JSON.parse(readFileSync(join(folder(), name), 'utf8')) as Installation).toSorted((a, b) => a.at - b.at);
}

export function saveInstallation(installation: Installation): void {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  writeWhole(pathOf(installation.id), `${JSON.stringify(installation, null, 2)}\n`, 0o600);
}

export function forgetInstallation(id: string): void {
  rmSync(pathOf(id), { force: true });
}
