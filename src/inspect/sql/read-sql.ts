import { loadModule, parseSync } from 'libpg-query';
import type { Finding, Operation } from '../../kernel/finding.ts';
import { dynamicTexts } from './dynamic.ts';
import type { Lexed } from './lex.ts';
import { lex } from './lex.ts';
import { readPostgres } from './postgres.ts';
import { allSteps, take } from '../steps.ts';
import type { Steps } from '../steps.ts';
import type { Sight } from './sight.ts';
import { findings, readStatements } from './statements.ts';
import { temporaryTables } from './temporary.ts';

export interface SqlOptions {
  /** false for text that is stored or shown, not run: what cannot be read is then MEDIUM. Default true. */
  readonly executing?: boolean;
  /** What reading the whole action may still cost; without it, what one action may. */
  readonly steps?: Steps;
}

export interface SqlReading {
  readonly findings: Finding[];
  /** Lower-case, dotted, without duplicates. */
  readonly tables: string[];
  readonly operations: Operation[];
}

/** Longer or deeper texts are read by the tokenizer alone, which sees the same harm (INSPECT-57). */
const PARSER_CHARS = 16_384;
const PARSER_DEPTH = 200;
const MAX_NESTING = 4;
/** What parsing costs, however short a text is. */
const PARSED = 64;
/** Characters of SQL that are read; what a longer text goes on with is said to be unread, and asked about (INSPECT-82). */
const LONGEST = 524_288;

let ready = false;

/** Loads the PostgreSQL 18 grammar (wasm) once. Before it has resolved, `readSql` reads with the tokenizer alone. */
export async function prepareSql(): Promise<void> {
  await loadModule();
  ready = true;
}

/**
 * Reads SQL of any dialect that is about to run. Pure, synchronous, total, linear.
 * What is destructive, leaves the database, or could not be read comes back as findings at `pointer`.
 */
export function readSql(text: string, pointer: string, options: SqlOptions = {}): SqlReading {
  const sights: Sight[] = [];
  const tables = new Set<string>();
  const operations = new Set<Operation>();
  const steps = options.steps ?? allSteps();
  collect({ text: text.slice(0, LONGEST), sights, tables, operations, nesting: 0, steps });
  if (text.length > LONGEST) sights.push(unread(LONGEST, text.length));
  const judged =
    options.executing === false ? sights.map((sight) => (sight.inspected === false ? { ...sight, risk: 'MEDIUM' as const } : sight)) : sights;
  return { findings: findings(judged, text, pointer), tables: [...tables], operations: [...operations] };
}

function unread(start: number, end: number): Sight {
  const token = { kind: 'comment', text: '', start, end, depth: 0 } as const;
  return { code: 'UNINSPECTABLE', risk: 'HIGH', operation: 'execute', token, inspected: false };
}

interface Collection {
  readonly text: string;
  readonly sights: Sight[];
  readonly tables: Set<string>;
  readonly operations: Set<Operation>;
  readonly nesting: number;
  readonly steps: Steps;
}

function collect(into: Collection): void {
  const { text, sights, nesting } = into;
  if (!take(into.steps, text.length + PARSED, 'tokens')) return void sights.push(unread(0, text.length));
  const standard = lex(text);
  const readings = standard.ambiguous ? [standard, lex(text, 'mysql')] : [standard];
  const postgres = parsed(text, standard, temporaryTables(standard.tokens));
  readings.forEach((lexed, index) => {
    const reading = readStatements(lexed);
    const lost = index === 0 ? unclosedFrom(readings) : Infinity;
    const foreign = postgres !== null || index > 0;
    // What one grammar has understood whole is inspected, whatever another makes of it.
    sights.push(
      ...reading.sights.filter(
        (sight) =>
          (sight.token.start < lost || sight.limit === true) &&
          !(lost < Infinity && sight.inspected === false) &&
          !(foreign && sight.inspected === false && sight.limit !== true && !(index > 0 && !standard.clean && postgres === null)),
      ),
    );
    for (const operation of reading.operations) into.operations.add(operation);
    if (postgres === null) for (const table of reading.tables) into.tables.add(table);
  });
  if (postgres !== null) {
    sights.push(...postgres.sights);
    for (const table of postgres.tables) into.tables.add(table);
  }
  nested(into, standard, nesting);
}

/**
 * Where the statement begins that this grammar cannot close and the other one can: no server of this grammar runs it, for it does not end.
 * Statements before it may have run.
 */
function unclosedFrom(readings: readonly Lexed[]): number {
  const [standard, other] = readings;
  if (standard === undefined || standard.clean || other?.clean !== true) return Infinity;
  const last = standard.tokens.findLast((token) => token.kind === 'semi');
  return last?.end ?? 0;
}

function parsed(text: string, lexed: Lexed, temporaries: ReadonlySet<string>): ReturnType<typeof readPostgres> | null {
  if (!ready || text.length > PARSER_CHARS || lexed.maxDepth > PARSER_DEPTH || lexed.tokens.length === 0) return null;
  try {
    return readPostgres(parseSync(text), temporaries);
  } catch {
    return null; // not PostgreSQL: the tokenizer's reading stands
  }
}

/** SQL inside strings that a statement runs: DO, EXECUTE IMMEDIATE, PREPARE … FROM, sp_executesql (INSPECT-54). */
function nested(into: Collection, lexed: Lexed, nesting: number): void {
  for (const { token, text } of dynamicTexts(lexed)) {
    if (text === null || nesting >= MAX_NESTING) {
      into.sights.push({ code: 'SQL_DYNAMIC', risk: 'HIGH', operation: 'execute', token, inspected: false });
      continue;
    }
    const inner: Sight[] = [];
    collect({ ...into, text, sights: inner, nesting: nesting + 1 });
    into.sights.push({ code: 'SQL_DYNAMIC', risk: 'MEDIUM', operation: 'execute', token }, ...inner.map((sight) => ({ ...sight, token })));
  }
}
