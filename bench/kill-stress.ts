/**
 * From the breach to the tree seen to be empty, with 150 processes, beside 200 processes that use all the processor time there is. They run
 * only between the moment the tree is up and the moment it is gone, and no round starts once the time for it is over.
 */
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { findLevel } from '../src/supervise/contain/levels.ts';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { killRounds, nameOf, started } from './kill-rounds.ts';

const ROUNDS = 200;
const MOST_MS = 240_000;
/** So long the spinners run before the order to kill. */
const UNDER_LOAD_MS = 100;
const [STOP, CONTINUE] = [19, 18] as const;

const SPINNERS = `
import os
for at in range(199):
    if os.fork() == 0: break
else: os.write(1, b'up\\n')
while True: pass`;

export async function run(): Promise<readonly Figure[]> {
  const { chosen, helper } = await findLevel();
  if (chosen === null || !('path' in helper)) throw new Error('no level works here');
  const tools = (await findLevel({ helper: { why: 'tools are measured here' } })).chosen;
  try {
    // As the process that watches a run does.
    setPriority(-10);
  } catch {
    // Only root may.
  }
  // Held like an agent: whatever ends this process ends them.
  const spinners = started(chosen, helper.path, ['python3', '-c', SPINNERS], () => undefined);
  if (spinners.stdio.stdout === null) throw new Error('no output');
  await once(createInterface({ input: spinners.stdio.stdout }), 'line');
  spinners.signal(STOP);
  const figures: Figure[] = [];
  try {
    for (const way of [chosen, ...(tools === null ? [] : [tools])]) {
      const before = async (): Promise<void> => {
        spinners.signal(CONTINUE);
        await new Promise((resolve) => setTimeout(resolve, UNDER_LOAD_MS));
      };
      const ms = await killRounds(way, helper.path, { most: ROUNDS, until: performance.now() + MOST_MS, before, after: () => spinners.signal(STOP) });
      const [median, p99] = [quantile(ms, 0.5), quantile(ms, 0.99)];
      const name = `${nameOf(way)}, beside 200 spinners`;
      figures.push({ name, unit: 'ms', n: ms.length, median, ...(ms.length >= ROUNDS ? { p99 } : {}), goal: 'p99 ≤ 1,000 ms', holds: p99 <= 1_000 });
    }
  } finally {
    spinners.kill();
    await spinners.done;
  }
  return figures;
}
