import { randomUUID } from 'node:crypto';
import { AegisError } from '../../errors.ts';
import { findLevel } from '../../supervise/contain/levels.ts';
import { Supervisor } from '../../supervise/supervisor.ts';
import type { FromWatcher, RunEnd } from '../../supervise/watch/messages.ts';
import { tripText } from '../../supervise/trip.ts';
import { CliError, EXIT } from '../exit.ts';
import { note, visible } from '../print.ts';
import { agentEnv } from './agent-env.ts';
import { handledText, handlersFrom } from './handlers.ts';
import type { HandlerOptions } from './handlers.ts';
import { limitsFrom } from './limits.ts';
import { runPlace, runsFolder } from './place.ts';
import type { PlaceOptions, RunPlace } from './place.ts';
import { certificateOf, endText, writeReport } from './report.ts';
import type { Reported } from './report.ts';
import { passSignals } from './signals.ts';

/** As of env(1) and timeout(1). */
const CODES = { cannotSupervise: 125, cannotRun: 126, notFound: 127, tripped: 137 } as const;

interface RunOptions extends Omit<PlaceOptions, 'session'>, HandlerOptions {
  readonly session?: string;
  readonly minLevel?: number;
  readonly grace?: number;
  readonly json?: true;
}

export async function run(words: readonly string[], options: RunOptions & Readonly<Record<string, unknown>>): Promise<void> {
  const [command, ...args] = words;
  if (command === undefined)
    throw new CliError(EXIT.usage, 'USAGE', 'No command is given.', 'Write it after `--`: `aegis run --max-cost 5 -- python my_agent.py`.');
  const limits = limitsFrom(options, process.env);
  const handlers = handlersFrom(options, process.env);
  refuseUnknown(process.env);
  const levels = findLevel();
  const { chosen } = await levels;
  const level = chosen?.level ?? 0;
  if (level < (options.minLevel ?? 0))
    throw new CliError(
      CODES.cannotSupervise,
      'LEVEL_TOO_LOW',
      `Only level ${String(level)} of containment works here, and --min-level is ${String(options.minLevel)}.`,
      '`aegis doctor` says why, and what to do.',
    );
  const session = options.session ?? randomUUID();
  const place = await runPlace({ ...options, session }, command, process.env);
  try {
    const terminal = process.stdin.isTTY && process.stdout.isTTY;
    const events: FromWatcher[] = [];
    const signals = passSignals();
    const supervisor = new Supervisor({
      ...{ command, args, limits, terminal, session },
      ...(options.grace === undefined ? {} : { graceMs: options.grace }),
      handlers: { ...handlers, agent: place.agent },
      env: agentEnv(process.env, place),
      daemon: { url: place.url, key: place.key, answerKey: place.answerKey },
      onEvent: (event) => {
        events.push(event);
        signals.event(event);
      },
    });
    signals.to(supervisor, terminal);
    const startedAt = Date.now();
    const end = await startedAndDone(supervisor, levels, command, place);
    for (const event of events) if (event.from === 'note') note(`aegis: ${visible(event.text)}`);
    report({ end, agent: place.agent, session, command: words, limits: { ...limits }, startedAt }, place, options.json === true);
    for (const text of handledText(await supervisor.handled)) note(`aegis: ${visible(text)}`);
    process.exitCode = codeOf(end, signals.asked());
  } finally {
    await place.close();
  }
}

/** Variables that would have switched something on: silently doing nothing is worse than refusing. */
function refuseUnknown(env: NodeJS.ProcessEnv): void {
  if (!['', '0', undefined].includes(env['AEGIS_NETWORK_NAMESPACE']))
    throw new CliError(
      EXIT.usage,
      'NOT_SUPPORTED',
      'AEGIS_NETWORK_NAMESPACE is set, and the network of a run cannot be severed yet.',
      'Unset it; docs/limits.md says what stays open.',
    );
}

async function startedAndDone(supervisor: Supervisor, levels: ReturnType<typeof findLevel>, command: string, place: RunPlace): Promise<RunEnd> {
  try {
    await supervisor.start(levels);
    return await supervisor.done;
  } catch (error) {
    if (!(error instanceof AegisError)) throw error;
    const exit = { COMMAND_NOT_FOUND: CODES.notFound, COMMAND_CANNOT_RUN: CODES.cannotRun, RUN_HALTED: EXIT.conflict }[String(error.code)];
    throw new CliError(exit ?? CODES.cannotSupervise, error.code, error.message, hintFor(error, place, command));
  }
}

function report(reported: Reported, place: RunPlace, asJson: boolean): void {
  const { end } = reported;
  const folder = end.trip === null && end.verdict?.empty === true ? null : writeReport(runsFolder(process.env), reported);
  if (asJson) return note(JSON.stringify({ ...certificateOf(reported), folder }));
  if (folder === null) return;
  if (end.trip !== null) note(`\naegis: ${visible(tripText(end.trip))} (${end.trip.code})`);
  for (const text of endText(end)) note(`aegis: ${visible(text)}`);
  if (end.recorded?.halt != null) note(`  → ${howToResume(place)}`);
  note(`  → What happened: \`aegis explain ${end.run}\``);
}

function howToResume({ agent, data }: RunPlace): string {
  const resume = `\`aegis resume agent ${agent} --reason <text>\``;
  return data === null ? `Resume it with ${resume}.` : `Start the daemon of this log with \`aegis up --data ${data}\`, log in, then ${resume}.`;
}

function hintFor(error: AegisError, place: RunPlace, command: string): string {
  if (error.code === 'RUN_HALTED') return howToResume(place);
  return error.code === 'COMMAND_NOT_FOUND' ? `Is \`${command}\` installed, and in PATH?` : error.hint;
}

/** 137 for a trip, 128 and the signal for what a signal ended, else the command's own. */
function codeOf({ trip, verdict, code, signal }: RunEnd, asked: number | null): number {
  if (trip !== null) return CODES.tripped;
  if (asked !== null) return 128 + asked;
  if (code !== null) return code;
  if (signal !== null) return 128 + signal;
  return verdict === null ? CODES.cannotSupervise : CODES.tripped;
}
