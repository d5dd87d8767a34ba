import type { ContentSearch } from '../path/read-search.ts';
import type { Category, Detector, Operation, PathFact, Risk } from '../../kernel/finding.ts';

/** Stands for every part of a word that only the running shell knows; no shell word can hold it (POSIX: arguments are NUL-terminated). */
export const UNKNOWN = '\u0000';

/** How a text that is parsed once more writes it, and what quotes make of that. */
const WRITTEN = '${_UNKNOWN_}';
export const writeUnknown = (text: string): string => (text.includes(UNKNOWN) ? text.replaceAll(UNKNOWN, () => WRITTEN) : text);
export const readUnknown = (text: string): string => (text.includes(WRITTEN) ? text.replaceAll(WRITTEN, UNKNOWN) : text);

/** One field after expansion. */
export interface Arg {
  /** Quotes removed; unknown parts are `UNKNOWN`. */
  readonly text: string;
  /** true when an unquoted pattern character stands in it. */
  readonly glob: boolean;
  /** true when its value came out of a file that holds secrets. */
  readonly secret?: boolean;
  /** true when its value is of a variable whose name says that it is a credential. */
  readonly credential?: boolean;
  /** true when it holds a copy of a database, an archive or a file of people's data. */
  readonly bulk?: boolean;
  /** true when a part of it is what a command prints that only the running shell knows. */
  readonly printed?: boolean;
}

/** What a program finds on its standard input, as far as the text says. */
export interface Stream {
  readonly text?: string;
  readonly origin: 'none' | 'static' | 'remote' | 'decoded' | 'computed' | 'file';
  readonly secret: boolean;
  /** The file it comes from, where it is one. */
  readonly from?: string;
  /** true for a whole project that was fetched to be worked on. */
  readonly project?: boolean;
  /** The files whose content it is, as the text names them. */
  readonly carries?: readonly string[];
  /** As `Arg` says them. */
  readonly credential?: boolean;
  readonly bulk?: boolean;
  /** true when an interactive shell writes it: sent to the network it is a reverse shell. */
  readonly shell?: boolean;
  /** A copy of this program: what runs it runs the program. */
  readonly program?: string;
  /** Where it is names of files: what was searched for them. */
  readonly names?: readonly ContentSearch[];
}

/** One program about to run. */
export interface Call {
  readonly bin: string;
  readonly args: readonly Arg[];
  readonly stdin: Stream;
  /** The folder it runs in; empty: the one the command was given in. */
  readonly at: string;
  /** false for an inner call whose operands arrive later (xargs, find -exec). */
  readonly complete: boolean;
}

export type Language = 'python' | 'node' | 'perl' | 'ruby' | 'php' | 'lua' | 'r' | 'awk' | 'powershell' | 'cmd';

/** What a reader saw in one call: plain data; the walker follows what has an inside. */
export type Seen =
  | {
      readonly see: 'harm';
      readonly code: string;
      readonly risk: Risk;
      readonly operation?: Operation;
      readonly category?: Category;
      readonly detector?: Detector;
      readonly target?: string;
      readonly inspected?: boolean;
    }
  | { readonly see: 'argv'; readonly argv: readonly Arg[]; readonly complete?: boolean; readonly stdin?: Stream }
  /** `given`: what the script is called with, `$1` and so on. */
  | { readonly see: 'script'; readonly text: string; readonly stdin?: Stream; readonly given?: readonly string[] }
  /** A text Bash expands once more, as arithmetic and subscripts are. */
  | { readonly see: 'again'; readonly text: string }
  | { readonly see: 'code'; readonly language: Language; readonly text: string }
  | { readonly see: 'sql'; readonly text: string; readonly dialect: string }
  | { readonly see: 'path'; readonly path: Arg; readonly access: PathFact['access']; readonly origin?: 'remote'; readonly from?: readonly Arg[] }
  | { readonly see: 'search'; readonly search: ContentSearch }
  | { readonly see: 'url'; readonly url: string }
  | { readonly see: 'env'; readonly name: string; readonly value: string };

/** The one shape of every program's semantics: pure, total, linear in its arguments. */
export type ProgramReader = (call: Call) => readonly Seen[];

export type ProgramTable = Readonly<Record<string, ProgramReader>>;

export type Harm = Extract<Seen, { see: 'harm' }>;

/** Shorthand for the commonest answer. */
export function harm(code: string, risk: Risk, more: Partial<Harm> = {}): Harm {
  return { see: 'harm', code, risk, ...more };
}

export const isDynamic = (arg: Arg): boolean => arg.text.includes(UNKNOWN);

export const literal = (text: string): Arg => ({ text, glob: false });
