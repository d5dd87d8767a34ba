/** Work that waits for programs, a few at a time; what the programs of one piece of work say is printed in one piece when it has ended. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';

const said = new AsyncLocalStorage();

/** Runs a program to its end; its output is the terminal's, or its lane's. @throws where it does not end with exit code 0 */
export async function run(file, args, options = {}) {
  const lines = said.getStore();
  const stdio = lines === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'];
  const program = spawn(file, args, { stdio, ...(lines === undefined ? options : { ...options, stdio }) });
  for (const stream of [program.stdout, program.stderr]) stream?.on('data', (text) => lines?.push(text));
  const ended = await new Promise((resolve, reject) => {
    program.once('error', reject);
    program.once('close', (code, signal) => resolve(code ?? signal));
  });
  if (ended !== 0) throw new Error(`${[file, ...args].join(' ').slice(0, 200)} failed with exit code ${String(ended)}.`);
}

/** Does all of the work, `width` pieces at a time, in this order. @throws the first fault, once everything has ended */
export async function inLanes(work, width = 2) {
  const left = [...work];
  const faults = [];
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const lines = [];
      const began = Date.now();
      try {
        await said.run(lines, next.do);
      } catch (error) {
        faults.push(error);
      }
      console.log(`== ${next.name} (${((Date.now() - began) / 1000).toFixed(0)} s)\n${Buffer.concat(lines).toString().trimEnd()}`);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  if (faults.length > 0) throw faults[0];
}
