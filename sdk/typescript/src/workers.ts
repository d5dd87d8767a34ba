import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { Worker, WorkerOptions } from 'node:worker_threads';
import { notice } from './notice.ts';
import type { Settings } from './settings.ts';

type Threads = { Worker: new (file: string | URL, options?: WorkerOptions) => Worker; readonly SHARE_ENV: symbol };

const WORKERS = Symbol.for('aegis.workers');

/** Threads load their own copies of every library, so each is set up as this process was, in the same session. */
export function guardWorkers({ url, key, agent, session, socket, answerKey, askTimeoutMs }: Settings): void {
  const shared = globalThis as Record<symbol, unknown>;
  if (shared[WORKERS] === true) return;
  shared[WORKERS] = true;
  const threads = createRequire(import.meta.url)('node:worker_threads') as Threads;
  const register = new URL(import.meta.url.endsWith('.ts') ? './register.ts' : './register.js', import.meta.url).href;
  const variables = {
    AEGIS_URL: url,
    AEGIS_KEY: key,
    AEGIS_AGENT: agent,
    AEGIS_SESSION: session,
    AEGIS_SOCKET: socket,
    AEGIS_ANSWER_KEY: answerKey,
    AEGIS_ASK_TIMEOUT_MS: String(askTimeoutMs),
  };
  const withGuard = (options: WorkerOptions = {}): WorkerOptions => {
    const env: unknown = options.env ?? process.env;
    if (env === threads.SHARE_ENV) {
      notice('not guarded: a worker thread that shares its environment (SHARE_ENV). Start it with execArgv: ["--import", "@aegis/sdk/auto"]');
      return options;
    }
    const own = env as NodeJS.ProcessEnv;
    const before = own['NODE_OPTIONS'] ?? '';
    const loaded =
      before.includes(register) || (options.execArgv ?? process.execArgv).some((word) => word.includes('@aegis/sdk/auto') || word.includes(register));
    return { ...options, env: { ...own, ...variables, ...(loaded ? {} : { NODE_OPTIONS: `${before} --import ${register}`.trim() }) } };
  };
  const Original = threads.Worker;
  threads.Worker = class extends Original {
    constructor(file: string | URL, options?: WorkerOptions) {
      super(file, withGuard(options));
    }
  };
  // Names that were bound by `import { Worker }` follow.
  syncBuiltinESMExports();
}
