import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { trackCalls } from '../../src/calls.ts';
import {
  AegisBlockedError,
  AegisHaltedError,
  AegisRefusedError,
  AegisSetupError,
  AegisTimeoutError,
  AegisUnavailableError,
  AegisWithheldError,
  connect,
  guard,
  wrap,
  type AegisClient,
  type AegisOptions,
  type Json,
  type JsonObject,
} from '../../src/index.ts';
import { BASE, type Call, type Case, type Data, type Step } from './case.ts';
import type { Gateway } from './gateway.ts';
import { filled, madeOf, misfit } from './match.ts';
import type { Script } from './script.ts';

export interface Stage {
  readonly one: Case;
  readonly script: Script;
  readonly gateway: Gateway;
  readonly folder: string;
  /** What was written to stderr since it was last read. */
  readonly stderr: string[];
}

interface Started {
  readonly given: unknown;
  readonly controller: AbortController;
  readonly done: Promise<unknown>;
}

/** Runs the steps of a case and compares what came of each. */
export class Program {
  readonly #stage: Stage;
  readonly #started = new Map<string, Started>();
  #client: AegisClient | null = null;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async run(): Promise<void> {
    for (const [at, step] of this.#stage.one.program.entries()) {
      const controller = new AbortController();
      const given = madeOf(step.args ?? {});
      const work = async (): Promise<unknown> => this.#do(step, given, controller.signal);
      if (step.as !== undefined) this.#started.set(step.as, { given, controller, done: work() });
      else this.#compare(at, step, await work());
    }
  }

  #compare(at: number, step: Step, got: unknown): void {
    const fault = step.expect === undefined ? null : misfit(step.expect, got, this.#stage.script.names);
    assert.equal(fault, null, `step ${String(at)}, ${step.do}: ${fault ?? ''} (${this.#stage.script.faults.join('; ')})`);
  }

  async #do(step: Step, given: unknown, signal: AbortSignal): Promise<unknown> {
    const { script } = this.#stage;
    switch (step.do) {
      case 'await':
        return this.#started.get(step.of ?? '')?.done;
      case 'cancel':
        return this.#started.get(step.of ?? '')?.controller.abort();
      case 'change':
        return void Object.assign(this.#started.get(step.of ?? '')?.given as object, madeOf(step.args));
      case 'arrived':
        return script.arrived(step.exchange ?? 0);
      case 'signal':
        return script.signal(step.name ?? '');
      case 'away':
        return void (script.away = true);
      case 'back':
        return script.back();
      case 'journal':
        return { entries: this.#journal() };
      case 'journal_write':
        return this.#writeJournal(step.lines ?? []);
      case 'stderr':
        return this.#stderr(step);
      default:
        return this.#ask(step, given, signal);
    }
  }

  async #ask(step: Step, given: unknown, signal: AbortSignal): Promise<unknown> {
    const { name = '', call_id: callId, action = '', resource, ttl_ms: ttlMs = 0 } = step;
    try {
      if (step.do === 'client') return (this.#client = this.#connect(step.options ?? {})) && {};
      const client = (this.#client ??= this.#connect({}));
      switch (step.do) {
        case 'guard':
          return await guarded(client, step as Call, given as JsonObject, signal);
        case 'guard_all': {
          const calls = (step.calls ?? []).map((call) => ({ id: call.call_id ?? '', name: call.name, args: call.args as JsonObject }));
          return { calls: await trackCalls(client).decide(calls) };
        }
        case 'decide': {
          const proposal = { name, args: given as JsonObject, callId, ...(step.id === undefined ? {} : { id: step.id }) };
          return { decision: await client.decide({ ...proposal, ...(resource === undefined ? {} : { resource: resource as never }) }, signal) };
        }
        case 'settle': {
          const result = step.result === undefined ? {} : { result: step.result as Json };
          const settled = await client.settle(action, { status: step.status as 'succeeded', ...result });
          return { findings: settled === false ? false : settled.findings };
        }
        case 'label':
          return await client.label(step.source as 'user_input', step.value as Json, step.trusted);
        case 'renew':
          return { held: await client.renew(String(resource ?? ''), step.fence ?? 0, ttlMs) };
        case 'child':
          return (this.#client = await client.child(step.session)) && {};
        default:
          throw assert.fail(`no step is called ${step.do}`);
      }
    } catch (error) {
      return { error: told(error, signal) };
    }
  }

  #connect(more: Data): AegisClient {
    const { one, gateway, folder } = this.#stage;
    const journalPath = this.#journalPath();
    if (one.env !== undefined) return connect({ journalPath, ...optionsOf(more) });
    const options = optionsOf({ ...BASE.client, socket: gateway.socket, ...one.client, ...more });
    if (options.socket === '$OPEN_SOCKET') chmodSync(folder, 0o755);
    const socket = options.socket === '$OPEN_SOCKET' ? { socket: gateway.socket } : {};
    return connect({ url: gateway.url, ...options, ...socket, journalPath });
  }

  #journalPath(): string {
    const { one, folder } = this.#stage;
    if (one.client?.['journal'] !== '$UNWRITABLE') return join(folder, 'journal', 'bot.jsonl');
    writeFileSync(join(folder, 'file'), '');
    return join(folder, 'file', 'bot.jsonl');
  }

  #journal(): readonly unknown[] {
    const folder = join(this.#stage.folder, 'journal');
    const files = existsSync(folder) ? readdirSync(folder).filter((name) => !name.includes('.refused')) : [];
    const lines = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
  }

  #writeJournal(lines: readonly string[]): void {
    mkdirSync(join(this.#stage.folder, 'journal'), { mode: 0o700 });
    writeFileSync(this.#journalPath(), lines.join('\n'), { mode: 0o600 });
  }

  #stderr({ expect }: Step): unknown {
    const lines = this.#stage.stderr
      .splice(0)
      .join('')
      .split('\n')
      .filter((line) => line !== '');
    const wanted = filled(expect?.['lines'] ?? [], this.#stage.script.names) as readonly (readonly string[])[];
    assert.equal(lines.length, wanted.length, lines.join('\n'));
    for (const [at, parts] of wanted.entries())
      for (const part of parts) assert.ok(lines[at]?.includes(part), `${String(lines[at])} has not ${part}`);
    return expect;
  }
}

async function guarded(client: AegisClient, call: Call, given: JsonObject, signal: AbortSignal): Promise<unknown> {
  let ran: unknown = false;
  const run = (args: unknown): unknown => {
    ran = args;
    if (call.throws !== undefined) throw new Error(call.throws.message);
    return madeOf(call.returns);
  };
  const { name, call_id: callId, resource, declaration } = call;
  const more = { ...(resource === undefined ? {} : { resource }), ...(declaration === undefined ? {} : { declaration }) };
  const plain = callId === undefined && Object.keys(more).length === 0 && !name.startsWith('pay');
  try {
    const result = plain
      ? await wrap(client, name, run)(given)
      : await guard(client, { callId, name, args: given, ...(more as object) }, run, signal);
    return { ran, result };
  } catch (error) {
    return { ran, error: told(error, signal) };
  }
}

const CLASSES = [
  ['halted', AegisHaltedError],
  ['timeout', AegisTimeoutError],
  ['blocked', AegisBlockedError],
  ['unavailable', AegisUnavailableError],
  ['refused', AegisRefusedError],
  ['withheld', AegisWithheldError],
  ['setup', AegisSetupError],
] as const;

/** An error under its neutral name, with its fields spelled as the cases spell them. */
function told(error: unknown, signal: AbortSignal): Data {
  if (signal.aborted && error === signal.reason) return { class: 'cancelled' };
  const found = CLASSES.find(([, kind]) => error instanceof kind);
  if (error instanceof AegisHaltedError || error instanceof AegisTimeoutError) assert.ok(error instanceof AegisBlockedError);
  const own = Object.entries(Object.getOwnPropertyDescriptors(error as object)).map(([key, { value }]) => [snake(key), value as unknown]);
  if (found !== undefined) assert.equal((error as Error).name, found[1].name);
  const code = (error as { code?: unknown }).code;
  return { ...Object.fromEntries(own), ...(code === undefined ? {} : { code }), message: (error as Error).message, class: found?.[0] ?? 'own' };
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function optionsOf(options: Data): AegisOptions {
  const { key, agent, session, ask_timeout_ms, timeout_ms, answer_key, socket } = options;
  const named = { key, agentId: agent, session, askTimeoutMs: ask_timeout_ms, timeoutMs: timeout_ms, socket };
  const pinned = answer_key === '$ANSWER_KEY' ? { answerKey: BASE.answerKey.public } : {};
  return { ...(Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined && value !== null)) as AegisOptions), ...pinned };
}
