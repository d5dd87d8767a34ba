import { setTimeout as pause } from 'node:timers/promises';
import { CliError, EXIT } from '../exit.ts';
import { line, tone } from '../print.ts';
import { time } from './when.ts';

/** `--watch [seconds]`, for a command that shows a screen. */
export const WATCH = ['--watch [seconds]', 'repeat every so many seconds (default 2) until Ctrl-C'] as const;

/** The option's value: seconds, or true where none were given. */
export type Watch = string | true;

/** Shows what `screen` makes, once or again and again until Ctrl-C. @throws CliError where a watcher has no terminal, or the seconds are none. */
export async function shown(watch: Watch | undefined, screen: () => Promise<string>): Promise<void> {
  if (watch === undefined) return line(await screen());
  const seconds = secondsOf(watch);
  if (!process.stdout.isTTY) throw new CliError(EXIT.usage, 'USAGE', '--watch needs a terminal.', 'A program follows `aegis log tail --json`.');
  const ended = new AbortController();
  process.once('SIGINT', () => ended.abort());
  process.once('SIGTERM', () => ended.abort());
  while (!ended.signal.aborted) {
    const text = await screen();
    // Home, the new screen, and nothing of the old one behind it: no flicker.
    const head = tone('dim', `Every ${String(seconds)} s · ${time(Date.now())} UTC · Ctrl-C ends`);
    process.stdout.write(`\u001b[H\u001b[2J${head}\n\n${text}\n`);
    await pause(seconds * 1_000, undefined, { signal: ended.signal }).catch(() => undefined);
  }
}

function secondsOf(watch: Watch): number {
  if (watch === true) return 2;
  if (!/^\d{1,4}$/.test(watch) || Number(watch) < 1)
    throw new CliError(EXIT.usage, 'INVALID_VALUE', `'${watch}' is not a value of --watch.`, 'Give whole seconds from 1 to 9999.');
  return Number(watch);
}
