import { startModelServer } from '../../../../examples/model-server/server.ts';
import type { Turn } from '../../../../examples/model-server/script.ts';

/** Says what the user's words are: a turn in JSON, alone or at the end of a line, or plain text to repeat. Results of tools end the run. */
const model = await startModelServer(({ user, results }) => {
  if (results.length > 0) return { text: `done after: ${results.join('; ')}` };
  const line = user.split('\n').find((one) => one.includes('{"') && one.endsWith('}'));
  return line === undefined ? { text: `You said: ${user}` } : (JSON.parse(line.slice(line.indexOf('{"'))) as Turn);
});
// It ends with its standard input.
process.stdin.resume().on('end', () => void model.close());
console.log(model.url);
