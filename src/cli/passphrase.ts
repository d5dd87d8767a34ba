import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const LONGEST = 1_024;

/** Asks at the terminal a person sits at, whatever the standard streams are, and shows nothing of the answer. Null where there is no terminal. */
export function askPassphrase(question: string): string | null {
  let terminal: number;
  try {
    terminal = openSync('/dev/tty', 'r+');
  } catch {
    return null;
  }
  const echo = (setting: 'echo' | '-echo'): boolean => spawnSync('stty', [setting], { stdio: [terminal, 'ignore', 'ignore'] }).status === 0;
  const restore = (): void => void echo('echo');
  try {
    if (!echo('-echo')) return null;
    process.once('exit', restore);
    writeSync(terminal, question);
    const answer = lineFrom(terminal);
    writeSync(terminal, '\n');
    return answer;
  } finally {
    restore();
    process.off('exit', restore);
    closeSync(terminal);
  }
}

function lineFrom(terminal: number): string {
  const held: Buffer[] = [];
  const piece = Buffer.alloc(256);
  for (let length = 0; length < LONGEST;) {
    const count = readSync(terminal, piece, 0, piece.length, null);
    const end = piece.subarray(0, count).indexOf(10);
    held.push(Buffer.from(piece.subarray(0, end < 0 ? count : end)));
    if (count === 0 || end >= 0) break;
    length += count;
  }
  return Buffer.concat(held).toString('utf8').replace(/\r$/, '');
}
