/**
 * `npm run soak [-- --minutes 10]`: a well-behaved agent at every door beside peers that are silent, broken, slow, greedy or gone. Exit code 1
 * when the daemon died, complained of an error nobody caught, or gave the agent anything but a decision. Times are printed and not judged.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from '../figure.ts';
import { rssMb } from '../process.ts';
import { sendAgent } from './good-agent.ts';
import type { Seen } from './good-agent.ts';
import { hostilePeers } from './hostile.ts';
import type { Hostile } from './hostile.ts';
import { openPlace } from './place.ts';

const args = process.argv.slice(2);
const option = (name: string): number => Number(args[args.indexOf(name) + 1]);
const seconds = args.includes('--minutes') ? option('--minutes') * 60 : args.includes('--seconds') ? option('--seconds') : 60;
if (!(seconds > 0) || args.includes('--help')) {
  console.error('usage: npm run soak [-- --minutes 10 | --seconds 60]');
  process.exit(args.includes('--help') ? 0 : 2);
}
const QUIET_SECONDS = Math.min(10, seconds / 6);
const BREATH_MS = 50;

async function phase(place: Parameters<typeof sendAgent>[0], forSeconds: number, hostile: readonly Hostile[]): Promise<Seen> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), forSeconds * 1_000);
  const trouble = hostile.map(async ({ act }) => {
    for (let turn = 0; !stop.signal.aborted; turn++) {
      await act(turn);
      await pause(BREATH_MS);
    }
  });
  const [seen] = await Promise.all([sendAgent(place, stop.signal), ...trouble]);
  clearTimeout(timer);
  return seen;
}

const place = await openPlace();
let died = false;
place.child.once('exit', () => (died = true));
// What runs once is warm before it is measured.
const warm = await phase(place, Math.min(3, QUIET_SECONDS), []);
const quiet = await phase(place, QUIET_SECONDS, []);
const loud = await phase(place, seconds - QUIET_SECONDS, hostilePeers(place));
const memory = died ? Number.NaN : rssMb(place.child);
const survived = !died;
const code = await place.close();
const faults = place
  .complaints()
  .split('\n')
  .filter((line) => line.includes('nobody caught') || line.includes('stopping'));

const show = (ms: number): string => `${ms.toFixed(1)} ms`;
console.log(`${String(seconds)} s, ${String(Math.round(memory))} MB at the end`);
for (const [door, took] of Object.entries(loud.tookMs)) {
  const before = quantile(Float64Array.from(quiet.tookMs[door] ?? []), 0.99);
  const samples = Float64Array.from(took);
  const p99 = quantile(samples, 0.99);
  console.log(
    `${door.padEnd(7)} ${String(took.length).padStart(6)} answers   p50 ${show(quantile(samples, 0.5))}   p99 ${show(p99)}   quiet p99 ${show(before)}   ratio ${(p99 / before).toFixed(1)}`,
  );
}
const wrong = [...warm.wrong, ...quiet.wrong, ...loud.wrong];
for (const one of wrong.slice(0, 20)) console.error(`no decision: ${one}`);
for (const line of faults.slice(0, 20)) console.error(line);
const right = survived && code === 0 && wrong.length === 0 && faults.length === 0;
console.log(
  right
    ? 'The daemon stayed, and every answer was a decision.'
    : `FAILED: exit code ${String(code)}, ${String(wrong.length)} answers that were no decision.`,
);
process.exit(right ? 0 : 1);
