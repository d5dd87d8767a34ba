import type { RunLevel, TripCode } from '../../kernel/words/runs.ts';
import type { Limits } from '../limits.ts';
import type { Totals, Use } from '../meter.ts';
import type { Trip } from '../trip.ts';
import type { Chosen, Holder } from '../contain/level.ts';
import type { Verdict } from '../contain/verdict.ts';

/** How a run reaches the daemon that records it. The key is the agent's. */
export interface DaemonPlace {
  readonly url: string;
  readonly key: string;
  readonly answerKey?: string | undefined;
}

/** All the watching process is told about a run. */
export interface WatchTerms {
  readonly run: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: Limits;
  /** Null: nothing on this machine contains; the command runs in a process group of its own. */
  readonly contain: Chosen | null;
  readonly terminal: boolean;
  readonly graceMs: number;
  /** A folder of mode 0700 for the socket of reports. */
  readonly folder: string;
  readonly reportKey: string;
  readonly session: string;
  readonly daemon: DaemonPlace | null;
}

export type ToWatcher =
  | { readonly to: 'start'; readonly terms: WatchTerms }
  | { readonly to: 'signal'; readonly number: number }
  | { readonly to: 'resize' }
  | { readonly to: 'resume' }
  /** The command is asked to end by this signal, and killed after the grace. */
  | { readonly to: 'stop'; readonly number: number }
  | { readonly to: 'kill' }
  | { readonly to: 'use'; readonly use: Use };

/** One look at the tree while it ran. */
export interface Look {
  /** Milliseconds since the start. */
  readonly at: number;
  readonly processes: number;
  readonly bytes: number;
}

export interface TreeMember {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** What the daemon recorded of the end, with its proof. */
export interface Recorded {
  readonly index: number;
  readonly receipt: unknown;
  readonly note: string | null;
  /** The entry of the halt; null where nothing tripped. */
  readonly halt: number | null;
}

/** Everything known of a run that is over. */
export interface RunEnd {
  readonly run: string;
  readonly trip: Trip | null;
  /** Null where nobody observed the end. */
  readonly verdict: Verdict | null;
  readonly code: number | null;
  readonly signal: number | null;
  readonly level: RunLevel;
  /** What held it; null where nothing did. */
  readonly holder: Holder | null;
  readonly totals: Totals;
  readonly ranMs: number;
  readonly looks: readonly Look[];
  /** The tree at the last look, with host process ids. */
  readonly tree: readonly TreeMember[];
  /** The last things that were used or done, newest last. */
  readonly last: readonly (Use & { readonly at: number })[];
  readonly recorded: Recorded | null;
  /** Why it is not recorded. */
  readonly unrecorded: string | null;
}

export type FromWatcher =
  | { readonly from: 'ready' }
  | { readonly from: 'started'; readonly level: RunLevel; readonly first: number }
  | { readonly from: 'failed'; readonly step: string; readonly errno: number; readonly message: string }
  | { readonly from: 'stopped'; readonly signal: number }
  | { readonly from: 'trip'; readonly trip: Trip }
  | { readonly from: 'refused'; readonly code: TripCode | 'HALTED' | 'UNREACHABLE'; readonly message: string }
  | { readonly from: 'note'; readonly text: string }
  | { readonly from: 'ended'; readonly end: RunEnd };
