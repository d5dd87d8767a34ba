import type { Trip } from '../trip.ts';
import { tripText } from '../trip.ts';
import type { RunEnd } from '../watch/messages.ts';
import { stateOf } from '../watch/record.ts';
import { runCommand } from './command.ts';
import type { TripMessage } from './message.ts';
import { postWebhook } from './webhook.ts';

/** Who is told after a kill. Neither is waited for before it, and neither can undo it. */
export interface TripHandlers {
  /** Run by `sh -c`, with the message on its standard input. */
  readonly command?: string;
  readonly webhook?: { readonly url: string; readonly secret: string };
  /** Name of the agent, for the message. */
  readonly agent?: string;
  /** Milliseconds each of them has; default 10,000. */
  readonly timeoutMs?: number;
}

export interface Handled {
  readonly handler: 'command' | 'webhook';
  /** Null: it did what it should. */
  readonly failure: string | null;
}

const TIMEOUT_MS = 10_000;

/** Tells everybody named, side by side; never rejects. Nothing where the run was not killed. */
export async function tellHandlers(handlers: TripHandlers, end: RunEnd, session: string): Promise<readonly Handled[]> {
  if (end.trip === null) return [];
  const { command, webhook, timeoutMs = TIMEOUT_MS } = handlers;
  const message = messageOf(end, end.trip, { session, agent: handlers.agent ?? null });
  const body = JSON.stringify(message);
  const told: Promise<Handled>[] = [];
  if (command !== undefined) told.push(outcome('command', runCommand(command, message, { body, timeoutMs })));
  if (webhook !== undefined) told.push(outcome('webhook', postWebhook(webhook, body, timeoutMs)));
  return Promise.all(told);
}

const outcome = (handler: Handled['handler'], done: Promise<void>): Promise<Handled> =>
  done.then(
    () => ({ handler, failure: null }),
    (error: unknown) => ({ handler, failure: error instanceof Error ? error.message : String(error) }),
  );

function messageOf(end: RunEnd, trip: Trip, { session, agent }: { readonly session: string; readonly agent: string | null }): TripMessage {
  return {
    ...{ kind: 'aegis-trip', version: 1, run: end.run, agent, session, code: trip.code, detail: trip.detail, text: tripText(trip) },
    ...{ state: stateOf(end), level: end.verdict?.level ?? end.level, survivors: end.verdict?.survivors ?? [], entry: end.recorded?.index ?? null },
  };
}
