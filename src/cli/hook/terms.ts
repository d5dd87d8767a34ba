import type { Harness } from '../../intercept/hook/harness/harness.ts';
import type { HandlerKind, Scope } from '../../intercept/hook/harness/settings.ts';
import { CliError, EXIT } from '../exit.ts';
import { UNAVAILABLE_MODES, type UnavailableMode } from '../../kernel/agent.ts';

/** What a launcher can carry out: it has no terminal to ask at. */
export const HOOK_MODES = UNAVAILABLE_MODES.filter((mode) => mode !== 'local_approval');

/** Everything an installation is decided by. */
export interface InstallTerms {
  readonly harness: Harness;
  readonly scope: Scope;
  readonly agent: string;
  readonly handler: HandlerKind;
  readonly blocking: boolean;
  readonly onUnavailable: UnavailableMode;
  readonly ask: 'harness' | 'aegis';
  readonly autoApprove: boolean;
  readonly waitSeconds: number;
  readonly rotate: boolean;
}

/** What a person may say about it; the rest is the harness's own default. */
export interface InstallOptions {
  readonly user?: true;
  readonly project?: true;
  readonly agent?: string;
  readonly handler?: HandlerKind;
  readonly blocking?: true;
  readonly onUnavailable?: InstallTerms['onUnavailable'];
  readonly ask?: InstallTerms['ask'];
  readonly autoApprove?: true;
  readonly wait?: number;
  readonly rotate?: true;
}

/** @throws CliError USAGE, for options that exclude each other or that the harness has no place for */
export function installTerms(harness: Harness, options: InstallOptions): InstallTerms {
  if (options.user === true && options.project === true)
    throw new CliError(EXIT.usage, 'USAGE', '--user and --project exclude each other.', 'Install twice to have both.');
  const { handlers, waitSeconds } = harness.settings;
  const { onUnavailable = 'deny' } = options;
  // What is chosen for the time Aegis is away is carried out by the launcher, which only the command starts.
  const handler = options.handler ?? (onUnavailable === 'deny' ? handlers[0] : 'command');
  if (!handlers.includes(handler))
    throw new CliError(EXIT.usage, 'USAGE', `${harness.name} has no ${handler} handler that could be refused by.`, 'Leave --handler out.');
  if (handler === 'http' && onUnavailable !== 'deny')
    throw new CliError(
      EXIT.usage,
      'USAGE',
      'The http handler cannot decide anything while Aegis is not running.',
      'Use --handler command with --on-unavailable.',
    );
  return {
    harness,
    scope: options.project === true ? 'project' : 'user',
    agent: options.agent ?? harness.name,
    handler,
    blocking: options.blocking === true,
    onUnavailable,
    ask: options.ask ?? 'harness',
    autoApprove: options.autoApprove === true,
    waitSeconds: options.wait ?? waitSeconds,
    rotate: options.rotate === true,
  };
}
