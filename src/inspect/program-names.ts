import { PLAIN_PROGRAMS, WORDY_PROGRAMS } from './command/programs.ts';
import { PROGRAMS } from './shell/programs/all.ts';

/** Whether this is the name of a program the readers know, so that it says nothing of who wrote it. */
export function isKnownProgram(name: string): boolean {
  return Object.hasOwn(PROGRAMS, name) || PLAIN_PROGRAMS.has(name) || WORDY_PROGRAMS.has(name);
}
