import { setTimeout as pause } from 'node:timers/promises';
import type { Define } from './define.ts';
import { connection } from './connection.ts';
import { whole } from './numbers.ts';
import { jsonText, line } from './print.ts';
import { history } from './top/burn.ts';
import { figures, plainLines } from './top/picture.ts';
import { sampleOf } from './top/sample.ts';
import { screen } from './top/screen.ts';

interface Options {
  readonly every: number;
  readonly count?: number;
  readonly json?: true;
}

/** `aegis top`: what agents use right now. */
export const define: Define = (command) => {
  command
    .option('--every <seconds>', 'look again every so many seconds', whole(1, 3600), 2)
    .option('--count <n>', 'print this many times and end; lines instead of a screen', whole(1, 1_000_000))
    .option('--json', 'one JSON object per agent and look, a line each')
    .addHelpText(
      'after',
      '\nIn a terminal: ↑ ↓ or j k select an agent, h halts it, q quits. In a pipe it prints lines until it is ended.\n\nExamples:\n  $ aegis top\n  $ aegis top --every 10 | tee usage.txt\n  $ aegis top --json --count 1',
    )
    .action(async ({ every, count, json }: Options) => {
      const aegis = connection();
      if (json !== true && count === undefined && process.stdout.isTTY && process.stdin.isTTY) return screen(aegis, every);
      const past = history();
      for (let left = count ?? Infinity; left > 0; left--) {
        const sample = await sampleOf(aegis, Date.now());
        past.add(sample);
        for (const one of json === true ? figures(sample, past).map((figure) => jsonText(figure)) : plainLines(sample, past)) line(one);
        if (left > 1) await pause(every * 1_000);
      }
    });
};
