/** The scripted model as a program of its own: prints its address, and ends when its standard input closes. */
import { startModelServer } from '../model-server/server.ts';
import { bankScript } from './script.ts';

const model = await startModelServer(bankScript);
console.log(model.url);
process.stdin.on('end', () => void model.close()).resume();
