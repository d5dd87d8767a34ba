import type { Command } from 'commander';
import type { Presence } from '../kernel/role.ts';
import { savedCredentials } from './credentials.ts';
import { CliError, EXIT } from './exit.ts';

/** Every command that lets more happen, or takes away what would be noticed or could be undone. */
export const LOOSENING: ReadonlySet<string> = new Set([
  'approvals grant',
  'policy activate',
  'resume',
  'endorse',
  'budgets set',
  'mcp accept',
  'mcp forget',
  'operators add',
  'operators remove',
  'operators reset-admin',
  'operators acknowledge-reset',
  'erase',
  'recover',
  'log rotate-key',
  'identity rotate',
  'open',
  'hook pin',
  'hook uninstall',
  'uninstall',
]);

/** How the person at this command is there: at a terminal, or behind a program that runs it. A key in the environment is a program's. */
export function presence(env: NodeJS.ProcessEnv = process.env): Presence {
  return hasTerminal() && (env['AEGIS_KEY'] ?? '') === '' ? 'terminal' : 'script';
}

export const hasTerminal = (): boolean => process.stdin.isTTY;

/** `approvals grant`, of the command that is about to run. */
export function pathOf(command: Command): string {
  const words: string[] = [];
  for (let one: Command | null = command; one?.parent !== null && one !== null; one = one.parent) words.unshift(one.name());
  return words.join(' ');
}

/**
 * What loosens is a person's to do: without a terminal it needs the word given at login, or a key that somebody put into the environment (AUTH-17).
 * @throws CliError NEEDS_TERMINAL
 */
export function requirePresence(path: string, env: NodeJS.ProcessEnv = process.env): void {
  if (!LOOSENING.has(path) || hasTerminal() || (env['AEGIS_KEY'] ?? '') !== '') return;
  const saved = savedCredentials(env);
  if (saved === undefined || saved.allowScripts === true) return;
  throw new CliError(
    EXIT.refused,
    'NEEDS_TERMINAL',
    `\`aegis ${path}\` needs a person at a terminal, and its standard input is not one.`,
    path === 'operators reset-admin'
      ? 'Run it in a terminal; no setting lets a script run it.'
      : 'Run it in a terminal. To let scripts run it, log in with `aegis login <token> --allow-scripts`, or put the key in AEGIS_KEY.',
  );
}
