import { fc } from '../../../random.ts';
import { list } from './grammar.ts';
import { executable, recorder } from './recorder.ts';
import { unseen } from './seen.ts';

/**
 * `npm run differential -- [lines] [seed]`: the shell reader against a real Bash over as many lines of the grammar as one likes. Prints the lines
 * on which Bash started a program that was not seen, and ends with 1 when there are more than one in a thousand.
 */
const LONGEST = 400;
const AT_ONCE = 4;
const SHOWN = 20;
const DRAWN = 2_000;

const [lines = 50_000, seed = 1] = process.argv.slice(2).map(Number);
const bash = executable('bash');
if (bash === null) throw new Error('There is no Bash on this machine.');

const recording = recorder(bash);
const count = { drawn: 0, compared: 0, programs: 0, missed: 0, unreadable: 0, unfinished: 0 };
const seen = new Set<string>();
let waiting: string[] = [];

/** Drawn anew, and none twice, until so many were compared as were asked for. */
function next(): string | undefined {
  while (waiting.length === 0 && count.compared < lines) {
    waiting = fc.sample(list, { seed: seed * 1_000_003 + count.drawn, numRuns: DRAWN }).filter((line) => line.length <= LONGEST && !seen.has(line));
    waiting = [...new Set(waiting)];
    for (const line of waiting) seen.add(line);
    count.drawn += DRAWN;
  }
  return count.compared < lines ? waiting.pop() : undefined;
}

async function work(): Promise<void> {
  for (let line = next(); line !== undefined; line = next()) {
    const started = await recording.run(line);
    if (started === null) {
      count.unfinished++;
      continue;
    }
    count.compared++;
    count.programs += started.length;
    const { missed, flagged } = unseen(line, started);
    if (flagged) count.unreadable++;
    if (missed.length === 0) continue;
    if (count.missed++ < SHOWN) console.log(JSON.stringify(line), '=>', JSON.stringify(missed));
  }
}

try {
  await Promise.all(Array.from({ length: AT_ONCE }, work));
} finally {
  recording.close();
}
console.log(JSON.stringify(count));
process.exitCode = count.missed > count.compared / 1_000 ? 1 : 0;
