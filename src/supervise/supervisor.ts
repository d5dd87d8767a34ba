import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AegisError } from '../errors.ts';
import { findLevel } from './contain/levels.ts';
import type { LevelsFound } from './contain/levels.ts';
import { tellHandlers } from './handlers/handlers.ts';
import type { Handled, TripHandlers } from './handlers/handlers.ts';
import { webhookFault } from './handlers/webhook.ts';
import { limitFault } from './limits.ts';
import type { Limits } from './limits.ts';
import type { Use } from './meter.ts';
import { readReport } from './report.ts';
import type { Trip } from './trip.ts';
import type { DaemonPlace, FromWatcher, RunEnd, ToWatcher, WatchTerms } from './watch/messages.ts';

const WATCHER = fileURLToPath(new URL('watch/main.ts', import.meta.url));
/** What the watching process needs to find the daemon's socket and itself; never the keys of a provider. */
const WATCHER_ENV = ['PATH', 'HOME', 'XDG_RUNTIME_DIR', 'AEGIS_SOCKET', 'NODE_COMPILE_CACHE', 'NODE_DISABLE_COMPILE_CACHE', 'TMPDIR'] as const;
const GRACE_MS = 5_000;

export interface SupervisorTerms {
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the command; default that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly limits?: Limits;
  /** Descriptors of this process that become 0, 1 and 2 of the command; default its own. */
  readonly stdio?: readonly [number | 'ignore', number | 'ignore', number | 'ignore'];
  /** Milliseconds between asking to end and killing, and for what a command leaves behind; default 5,000. */
  readonly graceMs?: number;
  /** A terminal of its own between the command and the terminal that descriptors 0 and 1 are; default false. */
  readonly terminal?: boolean;
  /** Where the run is recorded, with the key of its agent; without it the run is not recorded. */
  readonly daemon?: DaemonPlace;
  /** The name of the run's session in that daemon; default the name of the run. */
  readonly session?: string;
  /** Called after the kill was ordered. It may block or throw: the kill does not wait for it. */
  readonly onTrip?: (trip: Trip) => void;
  /** Told once the tree is gone and the end is recorded, each within its time. What fails there is in `handled`. */
  readonly handlers?: TripHandlers;
  /** Whatever else happens. */
  readonly onEvent?: (event: FromWatcher) => void;
}

/**
 * Runs a command under a watching process of its own, which kills the whole tree when a limit is passed, when an operator halts the agent, and
 * when this process is gone. Nothing the caller does or fails to do on its own event loop delays that.
 */
export class Supervisor {
  /** Name of the run. */
  readonly run = randomUUID();
  /** Settles when the tree is gone and the end is recorded. Rejects when the run could not start. */
  readonly done: Promise<RunEnd>;
  /** What became of the handlers; empty where nothing tripped. Never rejects. */
  readonly handled: Promise<readonly Handled[]>;
  readonly #terms: SupervisorTerms;
  #watcher: ChildProcess | null = null;
  #settle: { readonly resolve: (end: RunEnd) => void; readonly reject: (error: Error) => void } | null = null;

  /** @throws AegisError REQUEST_INVALID for a limit that is none, and for a webhook that cannot be used */
  constructor(terms: SupervisorTerms) {
    const fault = limitFault({ ...terms.limits });
    if (fault !== null) throw new AegisError('REQUEST_INVALID', { detail: `The limit \`${fault.name}\` ${fault.why}` });
    const { webhook } = terms.handlers ?? {};
    const wrong = webhook === undefined ? null : webhookFault(webhook.url, webhook.secret);
    if (wrong !== null) throw new AegisError('REQUEST_INVALID', { detail: `The webhook cannot be used: ${wrong}` });
    this.#terms = terms;
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    // Whoever starts it hears of a failure from `start`.
    this.done.catch(() => undefined);
    this.handled = this.done.then(
      (end) => tellHandlers(terms.handlers ?? {}, end, terms.session ?? this.run),
      () => [],
    );
  }

  /** Starts the command; resolves with the level that holds it. @throws AegisError RUN_FAILED */
  async start(found: Promise<LevelsFound> = findLevel()): Promise<number> {
    const folder = mkdtempSync(join(tmpdir(), 'aegis-run-'));
    const { stdio = [0, 1, 2] } = this.#terms;
    const env = Object.fromEntries(WATCHER_ENV.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
    // A session of its own: what the terminal sends to this process does not stop or end the one that watches.
    const watcher = spawn(process.execPath, ['--max-semi-space-size=1', '--disable-warning=ExperimentalWarning', WATCHER], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', ...stdio],
      env,
      cwd: '/',
      detached: true,
    });
    this.#watcher = watcher;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        this.#settle?.reject(error);
        reject(error);
      };
      watcher.on('message', (message: FromWatcher) => {
        this.#heard(message, {
          resolve,
          fail,
          begin: () => void found.then((levels) => this.#send({ to: 'start', terms: this.#watchTerms(levels, folder) })),
        });
      });
      watcher.once('error', (error) => fail(new AegisError('RUN_FAILED', { detail: `the watching process cannot start (${error.message})` })));
      watcher.once('exit', () => {
        rmSync(folder, { recursive: true, force: true });
        fail(new AegisError('RUN_FAILED', { detail: 'the watching process ended; the helper kills the tree, and nobody observed it' }));
      });
    });
  }

  reportTokens(tokens: number): void {
    this.#use({ tokens });
  }

  reportApiCall(name: string): void {
    this.#use({ call: name });
  }

  reportAction(signature: string): void {
    this.#use({ action: signature });
  }

  reportCost(usd: number): void {
    this.#use({ costUsd: usd });
  }

  /** To the command and its process group. */
  signal(number: number): void {
    this.#send({ to: 'signal', number });
  }

  /** Asks the command to end; after the grace, or when asked again, the tree is killed. */
  stop(number = 15): void {
    this.#send({ to: 'stop', number });
  }

  kill(): void {
    this.#send({ to: 'kill' });
  }

  resize(): void {
    this.#send({ to: 'resize' });
  }

  resume(): void {
    this.#send({ to: 'resume' });
  }

  /** @throws AegisError REQUEST_INVALID: a report that says nothing, or not a number, is a mistake of the caller */
  #use(use: Use): void {
    const report = readReport({ ...use });
    if ('fault' in report) throw new AegisError('REQUEST_INVALID', { detail: report.fault });
    this.#send({ to: 'use', use });
  }

  #send(message: ToWatcher): void {
    if (this.#watcher?.connected === true) this.#watcher.send(message);
  }

  #heard(
    message: FromWatcher,
    { resolve, fail, begin }: { resolve: (level: number) => void; fail: (error: Error) => void; begin: () => void },
  ): void {
    const { onTrip, onEvent } = this.#terms;
    if (message.from === 'ready') return begin();
    if (message.from === 'started') resolve(message.level);
    if (message.from === 'refused') fail(new AegisError(message.code === 'HALTED' ? 'RUN_HALTED' : 'RUN_FAILED', { detail: message.message }));
    if (message.from === 'failed') fail(failureOf(message, this.#terms.command));
    if (message.from === 'ended') {
      this.#settle?.resolve(message.end);
      // It may have been killed before it ever ran.
      resolve(message.end.level);
    }
    onEvent?.(message);
    if (message.from !== 'trip') return;
    try {
      onTrip?.(message.trip);
    } catch (error) {
      // The kill was ordered long before; what fails here is the caller's, and is shown to the caller.
      process.emitWarning(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #watchTerms({ chosen }: LevelsFound, folder: string): WatchTerms {
    const {
      command,
      args = [],
      cwd = process.cwd(),
      env = process.env,
      limits = {},
      graceMs = GRACE_MS,
      terminal = false,
      daemon,
      session,
    } = this.#terms;
    const reportKey = randomBytes(24).toString('base64url');
    const own = { AEGIS_RUN: this.run, AEGIS_REPORT_SOCKET: join(folder, 'report.sock'), AEGIS_REPORT_KEY: reportKey };
    const told = Object.fromEntries(Object.entries({ ...env, ...own }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    return {
      ...{
        run: this.run,
        command: [command, ...args],
        cwd,
        env: told,
        limits,
        contain: chosen,
        terminal: terminal && chosen?.holder === 'helper',
        graceMs,
        folder,
        reportKey,
      },
      ...{ session: session ?? this.run, daemon: daemon ?? null },
    };
  }
}

function failureOf({ step, errno, message }: Extract<FromWatcher, { from: 'failed' }>, command: string): AegisError {
  if (step === 'exec')
    return errno === 2 ? new AegisError('COMMAND_NOT_FOUND', { command }) : new AegisError('COMMAND_CANNOT_RUN', { command, detail: message });
  return new AegisError('RUN_FAILED', { detail: `${step}: ${message}` });
}
