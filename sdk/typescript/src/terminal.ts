import { constants, openSync, readSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { Unanswered, Waits } from './away.ts';

/** Of longer arguments a person is shown the beginning, and how much more there is. */
const MOST_SHOWN = 2_000;

let last: Promise<unknown> = Promise.resolve();

/** The terminal the agent was started from. */
export const terminal = {
  /** Whether the person there typed yes; false where there is no terminal, or no answer in time. One question after another. */
  ask(action: Unanswered, waits: Waits): Promise<boolean> {
    const asked = last.then(() => typed(questionOf(action), waits));
    last = asked.catch(() => undefined);
    return asked;
  },
};

/** On one line, and without what a terminal would obey. */
function questionOf({ name, args }: Unanswered): string {
  const plain = `${name} ${JSON.stringify(args)}`.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, ' ');
  const left = plain.length - MOST_SHOWN;
  const shown = left > 0 ? `${plain.slice(0, MOST_SHOWN)}… (${String(left)} more characters)` : plain;
  return `aegis: Aegis is away, so nobody else checks this call: ${shown}\naegis: Type yes to run it, anything else to block it: `;
}

async function typed(question: string, { askTimeoutMs, signal }: Waits): Promise<boolean> {
  signal?.throwIfAborted();
  const file = openTerminal();
  if (file === null) return false;
  const input = new ReadStream(file);
  const ends = AbortSignal.any([AbortSignal.timeout(askTimeoutMs), ...(signal === undefined ? [] : [signal])]);
  try {
    writeSync(file, question);
    const line = await new Promise<string>((resolve) => {
      let text = '';
      input.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (text.includes('\n')) resolve(text);
      });
      input.once('end', () => resolve('')).once('error', () => resolve(''));
      ends.addEventListener('abort', () => resolve(''), { once: true });
    });
    signal?.throwIfAborted();
    return line.trim().toLowerCase() === 'yes';
  } finally {
    input.destroy();
  }
}

/** Null where the program has no terminal. What was typed before the question is no answer to it. */
function openTerminal(): number | null {
  try {
    const file = openSync('/dev/tty', constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      while (readSync(file, Buffer.alloc(4_096)) > 0);
    } catch {
      // Nothing was typed yet.
    }
    return file;
  } catch {
    return null;
  }
}
