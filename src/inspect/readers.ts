import type { CommandFact, Finding, Operation, PathFact, UrlFact } from '../kernel/finding.ts';
import type { ContentSearch } from './path/read-search.ts';
import type { Language } from './shell/call.ts';

/** The parsers the orchestrator calls, behind one shape so that it can be tested without any of them. */
export interface Readers {
  /** `at`: the folder the command starts in, where it is not the project's. */
  readonly shell: (text: string, pointer: string, at?: string) => ShellSight;
  /** Code handed to an interpreter. */
  readonly source: (language: Language, text: string, pointer: string) => ShellSight;
  readonly path: (text: string, pointer: string, access: PathFact['access']) => PathSight;
  /** A search in the contents of files. */
  readonly search: (search: ContentSearch, pointer: string) => PathSight;
  readonly sql: (text: string, pointer: string) => SqlSight;
  /** SQL-injection fragments in a plain value. */
  readonly fragment: (text: string, pointer: string) => readonly Finding[];
  readonly url: (text: string, pointer: string) => UrlSight;
}

export interface ShellSight {
  readonly findings: readonly Finding[];
  readonly commands: readonly CommandFact[];
  readonly paths: readonly PathFact[];
  readonly urls: readonly string[];
}

export interface PathSight {
  readonly findings: readonly Finding[];
  readonly paths: readonly PathFact[];
}

export interface SqlSight {
  readonly findings: readonly Finding[];
  readonly tables: readonly string[];
  readonly operations: readonly Operation[];
}

export interface UrlSight {
  readonly findings: readonly Finding[];
  readonly urls: readonly UrlFact[];
}
