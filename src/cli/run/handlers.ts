import type { Handled, TripHandlers } from '../../supervise/handlers/handlers.ts';
import { webhookFault } from '../../supervise/handlers/webhook.ts';
import { CliError, EXIT } from '../exit.ts';

export interface HandlerOptions {
  readonly onTrip?: string;
  readonly onTripWebhook?: string;
}

/** Whom a person named to be told after a kill. @throws CliError for an address or a secret that cannot be used, before anything runs */
export function handlersFrom({ onTrip, onTripWebhook }: HandlerOptions, env: NodeJS.ProcessEnv): TripHandlers {
  if (onTrip?.trim() === '')
    throw new CliError(EXIT.usage, 'USAGE', '--on-trip is empty.', 'Give a shell command, as in --on-trip "notify-send stopped".');
  const command = onTrip === undefined ? {} : { command: onTrip };
  if (onTripWebhook === undefined) return command;
  const secret = env['AEGIS_TRIP_SECRET'] ?? '';
  const fault = webhookFault(onTripWebhook, secret);
  if (fault !== null)
    throw new CliError(
      EXIT.usage,
      'USAGE',
      `The trip webhook cannot be used: ${fault}.`,
      'The secret stands in AEGIS_TRIP_SECRET; whoever receives the message checks its `Aegis-Signature` with it.',
    );
  return { ...command, webhook: { url: onTripWebhook, secret } };
}

/** What a person reads of a handler that failed: the kill stands. */
export function handledText(handled: readonly Handled[]): readonly string[] {
  return handled.flatMap(({ handler, failure }) =>
    failure === null ? [] : [`The trip ${handler} failed: ${failure}. The run was killed before it was tried.`],
  );
}
