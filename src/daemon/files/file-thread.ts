import { parentPort } from 'node:worker_threads';
import type { FileQuestion } from '../../gate/deps.ts';
import { readNamed } from './read-named.ts';

parentPort?.on('message', (question: FileQuestion) => parentPort?.postMessage(readNamed(question)));
