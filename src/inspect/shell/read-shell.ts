import type { CommandFact, Finding, PathFact } from '../../kernel/finding.ts';
import { runRisk } from '../written-files.ts';
import { UNKNOWN, harm, literal } from './call.ts';
import type { Language, Stream } from './call.ts';
import { addHarm, collector } from './collect.ts';
import type { ReadSql, Reading } from './reading.ts';
import { EMPTY } from './reading.ts';
import { runCall } from './run.ts';
import { allSteps } from '../steps.ts';
import type { Steps } from '../steps.ts';
import { atStart } from './standing.ts';
import { walkText } from './walk.ts';

/** Linux hands exec(2) no argument longer than this (MAX_ARG_STRLEN), so no honest `sh -c` text is. */
export const LONGEST_COMMAND = 131_072;

export interface ShellReading {
  readonly findings: readonly Finding[];
  /** Every program that would run, inner ones after the outer one that starts them. */
  readonly commands: readonly CommandFact[];
  readonly paths: readonly PathFact[];
  readonly urls: readonly string[];
}

export interface ShellOptions {
  /** The folder the text starts in. */
  readonly at?: string;
  /** Reads an SQL text a database client would send (`psql -c`, `mysql -e`, a here-document). */
  readonly readSql?: ReadSql;
  /** What reading the whole action may still cost; without it, what one action may. */
  readonly steps?: Steps;
}

/**
 * What a command line would do, without running it. Pure, synchronous, total, linear. `pointer` is the RFC 6901 pointer of the
 * text. What cannot be read is an `UNINSPECTABLE` finding of risk HIGH; a text longer than `LONGEST_COMMAND` is CRITICAL and not read.
 */
export function readShell(text: string, pointer: string, options: ShellOptions = {}): ShellReading {
  const reading = begin(text, pointer, options);
  if (text.length > LONGEST_COMMAND) return refuse(text, reading);
  walkText(text, reading, EMPTY);
  return finish(reading);
}

/** How each interpreter is told to run a text. */
const RUNS = {
  python: ['python3', '-c'],
  node: ['node', '-e'],
  perl: ['perl', '-e'],
  ruby: ['ruby', '-e'],
  php: ['php', '-r'],
  lua: ['lua', '-e'],
  r: ['Rscript', '-e'],
  awk: ['awk'],
  powershell: ['powershell', '-Command'],
  cmd: ['cmd', '/c'],
} as const satisfies Record<Language, readonly string[]>;

/** The same for code given straight to an interpreter's tool (`run_python {code}`): read as `python3 -c` would be. */
export function readSource(language: Language, text: string, pointer: string, options: ShellOptions = {}): ShellReading {
  const reading = begin(text, pointer, options);
  if (text.length > LONGEST_COMMAND) return refuse(text, reading);
  runCall([...RUNS[language], text.replaceAll(UNKNOWN, ' ')].map(literal), EMPTY, reading);
  return finish(reading);
}

function refuse(text: string, reading: Reading): ShellReading {
  addHarm(reading.into, harm('UNINSPECTABLE', 'CRITICAL', { inspected: false, detector: 'limit' }), [literal(text.slice(0, 100))]);
  return finish(reading);
}

function finish({ into: { findings, commands, paths, urls }, written, sources, steps }: Reading, again = false): ShellReading {
  const told = (fact: PathFact): PathFact => withSources(withRuns(fact, written.get(fact.path), steps), sources.get(fact.path));
  return { findings, commands, paths: again ? paths : paths.map(told), urls };
}

const withSources = (fact: PathFact, from: readonly string[] | undefined): PathFact =>
  from === undefined || (fact.access !== 'write' && fact.access !== 'execute') ? fact : { ...fact, from };

/** What running a file would be judged as that this text fetched, copied from a program or wrote out. */
function withRuns(fact: PathFact, content: Stream | undefined, steps: Steps): PathFact {
  if (fact.access !== 'write' || content === undefined || content.project === true) return fact;
  if (content.origin === 'remote' || content.origin === 'decoded' || content.program !== undefined) return { ...fact, runs: 'HIGH' };
  if (content.text === undefined || !/\.(?:ba|z|da|k)?sh$|\.command$|(?:^|\/)[^./]+$/.test(fact.path)) return fact;
  const runs = runRisk(readAgain(content.text, fact.pointer, steps));
  return runs === undefined ? fact : { ...fact, runs };
}

/** The findings of a text that was written, which writes nothing itself yet. */
function readAgain(text: string, pointer: string, steps: Steps): readonly Finding[] {
  const reading = begin(text.slice(0, LONGEST_WRITTEN), pointer, { steps });
  walkText(reading.source, reading, EMPTY);
  return finish(reading, true).findings;
}

const LONGEST_WRITTEN = 16_384;

function begin(text: string, pointer: string, options: ShellOptions): Reading {
  return {
    into: collector(pointer),
    readSql: options.readSql,
    readInner: walkText,
    source: text,
    depth: 0,
    nesting: { now: 0 },
    conditional: false,
    standing: atStart(options.at),
    variables: new Map(),
    several: new Set(),
    exported: new Set(),
    functions: new Map(),
    written: new Map(),
    sources: new Map(),
    aliases: new Map(),
    hunt: { own: false, defences: false, waits: false, remotes: new Set() },
    substituted: new Map(),
    steps: options.steps ?? allSteps(),
    fuel: { left: 8 * LONGEST_COMMAND },
  };
}
