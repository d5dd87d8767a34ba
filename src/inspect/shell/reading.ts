import type { Function, Script } from 'unbash';
import type { Finding } from '../../kernel/finding.ts';
import type { Stream } from './call.ts';
import { harm } from './call.ts';
import type { Collector } from './collect.ts';
import { addHarm } from './collect.ts';
import type { Substitution } from './substitution.ts';
import type { Hunt } from './programs/own.ts';
import type { Steps } from '../steps.ts';
import type { Standing } from './standing.ts';
import type { Variables } from './values.ts';

/** How deep commands inside commands are followed; deeper is opaque. */
export const MOST_DEPTH = 24;
/** How deep commands may stand inside each other in all of these together: less than any stack holds, so that it is never the machine that decides. */
export const MOST_NESTING = 300;

export type ReadSql = (text: string, pointer: string, dialect: string) => readonly Finding[];

/** Given with the reading, because the readers of programs and the walk over a text each need the other. */
export type ReadInner = (text: string, reading: Reading, stdin?: Stream) => Stream;

/** Everything one walk over a text carries; what is mutable is shared by all its parts. */
export interface Reading {
  readonly into: Collector;
  readonly readSql: ReadSql | undefined;
  /** Reads a text that one of the programs runs as shell; answers what it leaves on its standard output. */
  readonly readInner: ReadInner;
  readonly source: string;
  readonly depth: number;
  /** Commands inside each other that are being read. */
  readonly nesting: { now: number };
  /** On a path that may not be taken: an assignment joins, it does not replace. */
  readonly conditional: boolean;
  /** The folder the line stands in. */
  readonly standing: Standing;
  readonly variables: Variables;
  /** Names that hold more than one possible value. */
  readonly several: Set<string>;
  /** Names that programs started from here get too. */
  readonly exported: Set<string>;
  readonly functions: Map<string, Function['body']>;
  /** Files this text writes, with what it puts there, for when it runs them (resolved path → content). */
  readonly written: Map<string, Stream>;
  /** Files this text moves, copies, unpacks or changes, with the files whose content they hold then (resolved paths). */
  readonly sources: Map<string, readonly string[]>;
  /** Other names of programs: aliases and what `hash -p` says. */
  readonly aliases: Map<string, readonly string[]>;
  /** Whether what is read runs as root of this machine. */
  readonly elevated?: boolean;
  /** Whether what it prints goes to the standard input of a login. */
  readonly handsOver?: boolean;
  readonly hunt: Hunt;
  readonly substituted: Map<Script, Substitution>;
  /** What reading may still cost; every inner text pays for its length. */
  readonly steps: Steps;
  /** Characters constant folding may still produce. */
  readonly fuel: { left: number };
}

export const EMPTY: Stream = { origin: 'none', secret: false };

/** Says that something about to run could not be read. */
export function unreadable(reading: Reading, text: string): Stream {
  const shown = text.length > 200 ? text.slice(0, 200) : text;
  addHarm(reading.into, harm('UNINSPECTABLE', 'HIGH', { inspected: false }), [{ text: shown, glob: false }]);
  return { origin: 'computed', secret: false };
}
