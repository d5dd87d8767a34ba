import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAt } from '../../supervise/contain/level.ts';
import { tripText } from '../../supervise/trip.ts';
import type { RunEnd } from '../../supervise/watch/messages.ts';
import { stateOf } from '../../supervise/watch/record.ts';

export interface Reported {
  readonly end: RunEnd;
  readonly agent: string | null;
  readonly session: string;
  readonly command: readonly string[];
  readonly limits: Readonly<Record<string, unknown>>;
  readonly startedAt: number;
}

/**
 * What was observed, and what proves it: the entry of the log, its inclusion proof and the signed checkpoint. Whatever could not be observed
 * is named so (RUN-15).
 */
export function certificateOf({ end, agent, session }: Reported): object {
  const { verdict, recorded, trip } = end;
  return {
    kind: 'aegis-run-certificate',
    version: 1,
    run: end.run,
    agent,
    session,
    observed: {
      state: stateOf(end),
      level: verdict?.level ?? end.level,
      empty: verdict?.empty ?? false,
      by: verdict?.by ?? 'nobody',
      killed: verdict?.killed ?? null,
      survivors: verdict?.survivors ?? [],
      microseconds: verdict?.us ?? null,
    },
    refusing: recorded?.halt == null ? null : { scope: 'agent', id: agent, entry: recorded.halt },
    tripped: trip,
    notObserved: openAt(verdict?.level ?? end.level, end.holder),
    proof: recorded === null ? null : { entry: recorded.index, receipt: recorded.receipt, note: recorded.note },
    unrecorded: end.unrecorded,
  };
}

/** One folder for a run that was stopped: everything known of it, the certificate and the story. */
export function writeReport(folder: string, reported: Reported): string {
  const path = join(folder, reported.end.run);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const put = (name: string, text: string): void => writeFileSync(join(path, name), text, { mode: 0o600 });
  put('run.json', `${JSON.stringify(reported, null, 2)}\n`);
  put('certificate.json', `${JSON.stringify(certificateOf(reported), null, 2)}\n`);
  put('story.txt', `${storyOf(reported).join('\n')}\n`);
  return path;
}

const MOST_TOLD = 12;
const mib = (bytes: number): string => `${Math.round(bytes / 1_048_576).toLocaleString('en-US')} MiB`;

/** The run in a page of text. */
export function storyOf({ end, agent, session, command, startedAt }: Reported): readonly string[] {
  const { trip, totals, looks, tree, last } = end;
  const most = (of: 'processes' | 'bytes'): number => Math.max(0, ...looks.map((one) => one[of]));
  return [
    `Run ${end.run}${agent === null ? '' : ` of agent ${agent}`}, session ${session}`,
    `Command: ${command.join(' ')}`,
    `Started ${new Date(startedAt).toISOString()}, ran ${(end.ranMs / 1000).toFixed(1)} s`,
    '',
    trip === null ? 'Nothing tripped.' : `${tripText(trip)} (${trip.code})`,
    ...endText(end),
    '',
    `Used: ${totals.tokens.toLocaleString('en-US')} tokens, $${totals.costUsd.toFixed(2)}, ${totals.calls.toLocaleString('en-US')} API calls, ${totals.steps.toLocaleString('en-US')} actions`,
    `Most at once: ${String(most('processes'))} processes, ${mib(most('bytes'))} of memory`,
    ...(last.length === 0 ? [] : ['', `Last of what it did (${String(Math.min(last.length, MOST_TOLD))} of ${String(last.length)} kept):`]),
    ...last.slice(-MOST_TOLD).map(({ at, ...use }) => `  ${(at / 1000).toFixed(2).padStart(8)} s  ${useText(use)}`),
    ...(tree.length === 0 ? [] : ['', `Its processes when they were last looked at (${String(tree.length)}):`]),
    ...tree.slice(0, MOST_TOLD).map(({ pid, parent, command: name }) => `  ${String(pid).padStart(8)}  of ${String(parent)}  ${name}`),
    ...(tree.length > MOST_TOLD ? [`  … and ${String(tree.length - MOST_TOLD)} more in run.json`] : []),
  ];
}

function useText({ tokens, call, action, costUsd, steps }: Omit<RunEnd['last'][number], 'at'>): string {
  const parts = [
    ...(action === undefined ? [] : [action]),
    ...(call === undefined || action !== undefined ? [] : [`called ${call}`]),
    ...(tokens === undefined ? [] : [`${tokens.toLocaleString('en-US')} tokens`]),
    ...(costUsd === undefined ? [] : [`$${costUsd.toFixed(4)}`]),
    ...(steps === undefined || action !== undefined ? [] : [`${String(steps)} steps`]),
  ];
  return parts.join(', ');
}

/** What was observed of the end, in sentences. */
export function endText(end: RunEnd): readonly string[] {
  const { verdict, recorded } = end;
  const state = stateOf(end);
  const counted = verdict?.killed == null ? '' : ` ${String(verdict.killed)} processes;`;
  const took = verdict === null ? '' : ` after ${(verdict.us / 1000).toFixed(1)} ms`;
  const seen = {
    ended: 'The command ended and left nothing behind.',
    killed: `Killed:${counted} seen to be gone${took} (level ${String(verdict?.level ?? 0)}, by ${verdict?.by ?? 'nobody'}).`,
    alive:
      verdict?.alive === 0
        ? `Killed as far as it could be seen (level 0): nobody can say what left its process group.`
        : `NOT DEAD: ${String(verdict?.alive ?? 0)} processes could not be killed: ${(verdict?.survivors ?? []).join(', ')}.`,
    unreachable: 'NOT OBSERVED: what held the tree was ended, so nobody saw whether everything is gone.',
  }[state];
  const halted = recorded?.halt == null ? [] : ['The agent stays halted until an operator resumes it.'];
  return [seen, ...halted, ...(end.unrecorded === null ? [] : [`Not recorded in a log: ${end.unrecorded}.`])];
}
