import { join } from 'node:path';
import type { Server } from 'node:net';
import { byTools } from '../contain/by-tools.ts';
import { makeGroups } from '../contain/cgroups.ts';
import { contain } from '../contain/contain.ts';
import type { Contained } from '../contain/contain.ts';
import { inProcessGroup } from '../contain/process-group.ts';
import type { ContainEvent, Verdict } from '../contain/verdict.ts';
import { createMeter } from '../meter.ts';
import type { Meter, Use } from '../meter.ts';
import { readReport } from '../report.ts';
import type { Trip } from '../trip.ts';
import type { Json } from '../../kernel/json.ts';
import { followFeed } from './feed.ts';
import type { FromWatcher, Look, Recorded, RunEnd, TreeMember, WatchTerms } from './messages.ts';
import { recorderFor } from './record.ts';
import type { Recorder } from './record.ts';
import { listenForReports } from './report-socket.ts';
import { sweep } from './sweep.ts';
import { treeOf } from './tree.ts';
import type { Process } from './tree.ts';

const BEAT_MS = 800;
/** Beats without an answer after which the helper counts as stopped. */
const MOST_UNANSWERED = 6;
/** The helper kills the tree when its watcher said nothing for so long. */
const SILENT_MS = 5_000;
const VERIFY_MS = 5_000;
/** A helper that was told to kill and said nothing for so long is killed itself. */
const ABANDON_MS = VERIFY_MS + 1_000;
/** Between two looks at the tree: often where a limit depends on it. */
const LOOK_MS = { limited: 100, other: 1_000 } as const;
const MOST_LOOKS = 600;
const MOST_LAST = 100;
/** What the kernel still allows above the limit, so that passing it can be seen. */
const HEADROOM = { processes: 64, memory: 2 } as const;

/** One run as its watching process sees it. */
export interface Watched {
  use(use: Use): void;
  signal(number: number): void;
  resize(): void;
  resume(): void;
  stop(number: number): void;
  kill(): void;
}

interface State {
  readonly terms: WatchTerms;
  readonly say: (message: FromWatcher) => void;
  readonly begun: number;
  readonly looks: Look[];
  readonly last: (Use & { at: number })[];
  tree: readonly TreeMember[];
  /** Everybody of the last look, to be found again where the helper is gone. */
  known: readonly Process[];
  unanswered: number;
  first: number;
  contained: Contained | null;
  trip: Trip | null;
  verdict: Verdict | null;
  code: number | null;
  signal: number | null;
  failed: boolean;
  halt: Promise<number | null>;
  unrecorded: string | null;
}

/** Starts a command and watches it to its end. `said` gets everything that happens; the last is `ended`, `failed` or `refused`. */
export async function watch(terms: WatchTerms, say: (message: FromWatcher) => void): Promise<Watched | null> {
  const recorder = terms.daemon === null ? null : recorderFor(terms.daemon);
  const from = await firstEntry(recorder, terms, say);
  if (from === null) return null;
  const meter = createMeter(terms.limits);
  const state: State = {
    ...{
      terms,
      say,
      begun: performance.now(),
      looks: [],
      last: [],
      tree: [],
      known: [],
      unanswered: 0,
      first: 0,
      contained: null,
      trip: null,
      verdict: null,
    },
    ...{ code: null, signal: null, failed: false, halt: Promise.resolve(null), unrecorded: null },
  };
  const trip = (found: Trip | null): void => {
    if (found === null || state.trip !== null || state.verdict !== null) return;
    state.trip = found;
    // First of all the kill; whoever is told, is told afterwards.
    state.contained?.kill();
    setTimeout(() => (state.verdict === null ? state.contained?.abandon() : undefined), ABANDON_MS).unref();
    say({ from: 'trip', trip: found });
    if (recorder !== null) state.halt = recorder.tripped(terms.run, found).catch((error: unknown) => lost(state, error));
  };
  const use = (one: Use): void => {
    state.last.push({ ...one, at: Math.round(performance.now() - state.begun) });
    if (state.last.length > MOST_LAST) state.last.shift();
    trip(meter.use(one, performance.now()));
  };
  const reports = await listenForReports({ path: join(terms.folder, 'report.sock'), key: terms.reportKey, used: use });
  const unfollow = terms.daemon === null ? null : follow({ ...terms, daemon: terms.daemon }, { from, use, trip, say });
  const timers = startTimers(state, meter, trip);
  const contained = start(state, trip);
  state.contained = contained;
  void contained.done.then(() => finish(state, { recorder, reports, unfollow, timers, totals: () => meter.totals(performance.now()), trip }));
  return handles(state, contained, use);
}

/** What happens by itself: looks at the tree, beats, and the end of the time. */
function startTimers(state: State, meter: Meter, trip: (trip: Trip | null) => void): readonly NodeJS.Timeout[] {
  const { limits } = state.terms;
  const limited = limits.maxMemoryBytes !== undefined || limits.maxProcesses !== undefined;
  const look = (): void => {
    const seen = lookAt(state);
    if (limited) trip(meter.sample(seen));
  };
  const beat = (): void => {
    if (state.unanswered++ >= MOST_UNANSWERED)
      trip({ code: 'MONITOR_ERROR', detail: { message: 'the process that holds the tree does not answer' } });
    state.contained?.beat();
  };
  const late = (): void => trip(meter.elapsed(Math.ceil(performance.now() - state.begun + 1)));
  return [
    setInterval(look, limited ? LOOK_MS.limited : LOOK_MS.other),
    setInterval(beat, BEAT_MS),
    ...(limits.maxWallTimeMs === undefined ? [] : [setTimeout(late, limits.maxWallTimeMs)]),
  ];
}

async function firstEntry(recorder: Recorder | null, terms: WatchTerms, say: (message: FromWatcher) => void): Promise<number | null> {
  if (recorder === null) return 0;
  try {
    const started = await recorder.started(terms);
    if ('index' in started) return started.index + 1;
    say({ from: 'refused', code: started.status === 409 ? 'HALTED' : 'UNREACHABLE', message: started.detail });
  } catch (error) {
    say({ from: 'refused', code: 'UNREACHABLE', message: error instanceof Error ? error.message : String(error) });
  }
  recorder.close();
  return null;
}

interface Heard {
  readonly from: number;
  readonly use: (use: Use) => void;
  readonly trip: (trip: Trip) => void;
  readonly say: (message: FromWatcher) => void;
}

function follow(terms: WatchTerms & { readonly daemon: NonNullable<WatchTerms['daemon']> }, { from, use, trip, say }: Heard): () => void {
  const told = (said: Readonly<Record<string, Json>>): void => {
    const { halted } = said;
    if (halted === undefined) {
      const report = readReport(said);
      return 'use' in report ? use(report.use) : undefined;
    }
    if (said['scope'] === 'session' && said['session'] !== terms.session) return;
    trip({ code: halted === 'operator' ? 'OPERATOR_HALT' : 'POLICY_HALT', detail: { reason: String(said['reason']) } });
  };
  return followFeed({ daemon: terms.daemon, from, told, note: (text) => say({ from: 'note', text }) });
}

function start(state: State, trip: (trip: Trip) => void): Contained {
  const { terms, say } = state;
  const { limits } = terms;
  const wanted = {
    processes: limits.maxProcesses === undefined ? undefined : limits.maxProcesses + HEADROOM.processes,
    memoryBytes: limits.maxMemoryBytes === undefined ? undefined : limits.maxMemoryBytes * HEADROOM.memory,
  };
  const groups =
    (terms.contain?.level ?? 0) >= 3 || wanted.processes !== undefined || wanted.memoryBytes !== undefined
      ? makeGroups(`aegis-${terms.run}`, wanted)
      : { unified: null, why: null, others: [], holds: [] };
  const heard = (event: ContainEvent): void => {
    if (event.event === 'started') {
      state.first = event.first;
      say({ from: 'started', level: event.level, first: event.first });
    } else if (event.event === 'beat') state.unanswered = 0;
    else if (event.event === 'stopped') say({ from: 'stopped', signal: event.signal });
    else if (event.event === 'exited') {
      state.code = event.code ?? null;
      state.signal = event.signal ?? null;
    } else if (event.event === 'failed') {
      state.failed = true;
      say({ from: 'failed', step: event.step, errno: event.errno, message: event.message });
    } else {
      const { event: _, ...verdict } = event;
      state.verdict = verdict;
      if (verdict.cause === 'silent' || verdict.cause === 'fault')
        trip({ code: 'MONITOR_ERROR', detail: { message: 'the watcher said nothing for 5 s' } });
    }
  };
  const stdio = [4, 5, 6] as const;
  const common = { groups, command: terms.command, env: terms.env, cwd: terms.cwd, stdio, terminal: terms.terminal } as const;
  const times = {
    silentMs: SILENT_MS,
    graceMs: terms.graceMs,
    verifyMs: VERIFY_MS,
    ...(groups.holds.includes('processes') ? {} : { processes: wanted.processes }),
  };
  if (terms.contain === null) return inProcessGroup({ ...common, ...times }, heard);
  const { holder, level, userNamespace, program } = terms.contain;
  const all = { ...common, ...times, userNamespace };
  return holder === 'helper' ? contain({ ...all, program, level }, heard) : byTools({ ...all, holder }, heard);
}

function lookAt(state: State): { readonly processes: number; readonly bytes: number } {
  const tree: readonly Process[] = state.first === 0 ? [] : treeOf(state.first);
  // PID 1 of the namespace is the helper's.
  const own = (state.terms.contain?.level ?? 0) >= 2 ? tree.slice(1) : tree;
  const seen = { processes: own.length, bytes: own.reduce((sum, { bytes }) => sum + bytes, 0) };
  if (tree.length > 0) state.known = tree;
  if (own.length > 0) state.tree = own.slice(0, 512).map(({ pid, parent, command }) => ({ pid, parent, command }));
  state.looks.push({ at: Math.round(performance.now() - state.begun), ...seen });
  if (state.looks.length > MOST_LOOKS) state.looks.shift();
  return seen;
}

function lost(state: State, error: unknown): null {
  state.unrecorded = error instanceof Error ? error.message : String(error);
  return null;
}

interface Ending {
  readonly recorder: Recorder | null;
  readonly reports: Server;
  readonly unfollow: (() => void) | null;
  readonly timers: readonly NodeJS.Timeout[];
  readonly totals: () => RunEnd['totals'];
  readonly trip: (trip: Trip) => void;
}

async function finish(state: State, { recorder, reports, unfollow, timers, totals, trip }: Ending): Promise<void> {
  const { terms } = state;
  for (const timer of timers) clearTimeout(timer);
  reports.close();
  unfollow?.();
  // It went without a word: whatever is left is unknown, and nothing is called killed.
  if (state.verdict === null && !state.failed) await sweep(terms.run, state.known, VERIFY_MS);
  if (state.verdict === null && !state.failed) trip({ code: 'MONITOR_ERROR', detail: { message: 'the process that held the tree was ended' } });
  const halt = await state.halt;
  const end = {
    ...{ run: terms.run, trip: state.trip, verdict: state.verdict, code: state.code, signal: state.signal, level: terms.contain?.level ?? 0 },
    holder: terms.contain?.holder ?? null,
    ...{ totals: totals(), ranMs: Math.round(performance.now() - state.begun), looks: state.looks, tree: state.tree, last: state.last },
  } as const;
  let recorded: Recorded | null = null;
  if (recorder !== null) recorded = await recorder.ended(end, halt).catch((error: unknown) => lost(state, error));
  recorder?.close();
  state.say({ from: 'ended', end: { ...end, recorded, unrecorded: recorder === null ? 'no daemon was joined' : state.unrecorded } });
}

function handles(state: State, contained: Contained, use: (use: Use) => void): Watched {
  let asked = false;
  return {
    use,
    signal: (number) => contained.signal(number),
    resize: () => contained.resize(),
    resume: () => contained.resume(),
    kill: () => contained.kill(),
    stop: (number) => {
      // Whoever asks twice means it.
      if (asked) return contained.kill();
      asked = true;
      contained.signal(number);
      setTimeout(() => contained.kill(), state.terms.graceMs).unref();
    },
  };
}
