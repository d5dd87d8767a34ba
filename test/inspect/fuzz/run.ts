import { fc } from '../../random.ts';
import { prepareSql } from '../../../src/inspect/sql/read-sql.ts';
import { action } from './actions.ts';
import { fault } from './held.ts';

/**
 * `npm run fuzz -- [inputs] [seed]`: calls of tools made of grammars, mixed and lying encodings and bytes that are no text, through all readers.
 * Prints every input on which a reading threw, answered differently the second time, was silent on what it did not read, or took too many steps,
 * and the inputs that cost the most CPU time; ends with 1 when there was a fault.
 */
const DRAWN = 1_000;
const SHOWN = 20;
const SLOWEST = 5;

const [inputs = 100_000, seed = 1] = process.argv.slice(2).map(Number);
const slowest: { readonly ms: number; readonly text: string }[] = [];
const count = { inputs: 0, characters: 0, faults: 0, cpuMs: 0 };
await prepareSql();

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

for (let drawn = 0; count.inputs < inputs; drawn++) {
  for (const subject of fc.sample(action, { seed: seed * 1_000_003 + drawn, numRuns: Math.min(DRAWN, inputs - count.inputs) })) {
    const text = JSON.stringify(subject);
    const before = cpu();
    const went = fault(subject);
    const ms = cpu() - before;
    count.inputs++;
    count.characters += text.length;
    count.cpuMs += ms;
    if (went !== null && count.faults++ < SHOWN) console.log(went, text.slice(0, 1_000));
    if (ms > (slowest.at(-1)?.ms ?? 0) || slowest.length < SLOWEST) {
      slowest.push({ ms, text: `${String(text.length)} characters: ${text.slice(0, 160)}` });
      slowest.sort((a, b) => b.ms - a.ms);
      slowest.length = Math.min(slowest.length, SLOWEST);
    }
  }
}
for (const { ms, text } of slowest) console.log(`${ms.toFixed(0)} ms`, text);
console.log(JSON.stringify({ ...count, cpuMs: Math.round(count.cpuMs) }));
process.exitCode = count.faults > 0 ? 1 : 0;
