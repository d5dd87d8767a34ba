import { startModelServer } from '../../../../examples/model-server/server.ts';
import type { Turn } from '../../../../examples/model-server/script.ts';

/** Says what the user's words are: a turn in JSON, or plain text to repeat. Results of tools end the run. It ends with its standard input. */
const model = await startModelServer(({ user, results }) => {
  if (results.length > 0) return { text: `done after: ${results.join('; ')}` };
  return user.startsWith('{') ? (JSON.parse(user) as Turn) : { text: `You said: ${user}` };
});
process.stdin.resume().on('end', () => void model.close());
console.log(model.url);
