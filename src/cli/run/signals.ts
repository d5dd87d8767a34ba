import { constants } from 'node:os';
import type { Supervisor } from '../../supervise/supervisor.ts';
import type { FromWatcher } from '../../supervise/watch/messages.ts';
import { starterGone } from '../stopped.ts';

/** What ends a command from outside: it is asked once, and killed after the grace or when asked again. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** What a program may be told without being ended. */
const TOLD = ['SIGUSR1', 'SIGUSR2'] as const;

export interface PassedSignals {
  to(supervisor: Supervisor, terminal: boolean): void;
  event(event: FromWatcher): void;
  /** The signal that asked the run to end. */
  asked(): number | null;
}

/** Passes what this process is told on to the command. Heard from the first line on, so that nothing ends this process alone. */
export function passSignals(): PassedSignals {
  let supervisor: Supervisor | null = null;
  let first: number | null = null;
  let withTerminal = false;
  const end = (number: number): void => {
    first ??= number;
    supervisor?.stop(number);
  };
  for (const name of ENDING) process.on(name, () => end(constants.signals[name]));
  for (const name of TOLD) process.on(name, () => supervisor?.signal(constants.signals[name]));
  starterGone(() => end(constants.signals.SIGHUP));
  process.on('SIGWINCH', () => supervisor?.resize());
  // `fg` after a stop.
  process.on('SIGCONT', () => (withTerminal ? supervisor?.resume() : undefined));
  return {
    to: (one, terminal) => {
      supervisor = one;
      withTerminal = terminal;
    },
    event: (event) => {
      if (event.from === 'started' && first !== null) supervisor?.stop(first);
      // The whole job stops, as the shell expects: the command did, and its terminal was given back.
      if (event.from === 'stopped' && withTerminal) process.kill(0, 'SIGSTOP');
    },
    asked: () => first,
  };
}
