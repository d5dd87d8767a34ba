import { spawn } from 'node:child_process';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;

/** What a person sees and types at a terminal of its own: `script` gives the command a real one. */
export interface AtTerminal {
  readonly code: number;
  readonly seen: string;
}

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

type Answers = readonly (readonly [question: RegExp, typed: string])[];

/** Runs `aegis …` at a pseudo-terminal; each answer is typed once its question is seen. */
export const atTerminal = (args: readonly string[], place: Place, answers: Answers = []): Promise<AtTerminal> =>
  atOneTerminal([args], place, answers);

/** Several commands one after another at the same pseudo-terminal, up to the first that fails. */
export function atOneTerminal(commands: readonly (readonly string[])[], place: Place, answers: Answers = []): Promise<AtTerminal> {
  const command = commands
    .map((args) => [process.execPath, '--disable-warning=ExperimentalWarning', MAIN, ...args].map(quoted).join(' '))
    .join(' && ');
  const words = process.platform === 'darwin' ? ['-q', '/dev/null', '/bin/sh', '-c', command] : ['-qec', command, '/dev/null'];
  return new Promise((resolve, reject) => {
    const child = spawn('script', words, { ...place, env: { ...place.env, SHELL: '/bin/sh', TERM: 'dumb' }, stdio: ['pipe', 'pipe', 'inherit'] });
    let seen = '';
    let [next, ...rest] = answers;
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      seen += part;
      if (next === undefined || !next[0].test(seen)) return;
      child.stdin.write(next[1]);
      [next, ...rest] = rest;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, seen }));
  });
}
