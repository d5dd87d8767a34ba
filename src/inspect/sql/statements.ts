import { riskRank } from '../../kernel/finding.ts';
import type { Finding, Operation } from '../../kernel/finding.ts';
import { constantCondition } from './condition/always-true.ts';
import { destruction } from './destruction.ts';
import type { Lexed, Token } from './lex.ts';
import { cypher } from './cypher.ts';
import { exported } from './exported.ts';
import { reach } from './reach.ts';
import { replaced, swapped } from './replaced.ts';
import { rights } from './rights.ts';
import type { Sight, Statement } from './sight.ts';
import { temporaryTables } from './temporary.ts';
import { KNOWN_VERBS, POWER_WORDS, READ_VERBS } from './vocabulary.ts';

export interface StatementReading {
  readonly sights: readonly Sight[];
  readonly tables: readonly string[];
  readonly operations: readonly Operation[];
}

/** Cuts tokens at semicolons. */
export function statements(lexed: Lexed): Statement[] {
  const found: Statement[] = [];
  const temporaries = temporaryTables(lexed.tokens);
  const calls = callsIn(lexed.tokens);
  let start = 0;
  for (let i = 0; i <= lexed.tokens.length; i += 1) {
    if (i < lexed.tokens.length && lexed.tokens[i]?.kind !== 'semi') continue;
    if (i > start) {
      const tokens = lexed.tokens.slice(start, i);
      const verb = verbOf(tokens);
      found.push({ tokens, verb, temporaries, called: verb === 'CREATE' && defines(tokens, calls) });
    }
    start = i + 1;
  }
  return found;
}

/** Names of procedures that a text calls. */
function callsIn(tokens: readonly Token[]): ReadonlySet<string> {
  const calls = new Set<string>();
  for (let i = 1; i < tokens.length && calls.size < 64; i += 1) {
    if (tokens[i - 1]?.kind !== 'word' || !/^(?:CALL|EXEC|EXECUTE|PERFORM)$/.test(tokens[i - 1]?.text ?? '')) continue;
    let at = i;
    while (tokens[at + 1]?.kind === 'dot') at += 2;
    calls.add(tokens[at]?.text.toUpperCase() ?? '');
  }
  return calls;
}

/** `CREATE PROCEDURE p`, which the text calls. */
function defines(tokens: readonly Token[], calls: ReadonlySet<string>): boolean {
  const object = tokens.findIndex((token, i) => i < 5 && /^(?:PROCEDURE|PROC|FUNCTION)$/.test(token.text));
  if (object < 0 || calls.size === 0) return false;
  let at = object + 1;
  while (tokens[at + 1]?.kind === 'dot') at += 2;
  return calls.has(tokens[at]?.text.toUpperCase() ?? '');
}

function verbOf(tokens: readonly Token[]): string {
  let i = 0;
  while (i < tokens.length && tokens[i]?.kind === 'open') i += 1;
  const first = tokens[i];
  return first?.kind === 'word' ? first.text : '';
}

const WRITE = new Set(['INSERT', 'UPDATE', 'MERGE', 'REPLACE', 'UPSERT', 'CREATE', 'COMMENT', 'LOAD', 'COPY', 'RENAME']);
const ADMIN = new Set(['GRANT', 'REVOKE', 'DENY', 'SYSTEM', 'KILL', 'SHUTDOWN', 'RESET', 'ALTER']);
const RUN = new Set(['CALL', 'EXEC', 'EXECUTE', 'DO']);
const ERASE = new Set(['DELETE', 'DROP', 'TRUNCATE', 'DEL']);

/** Reads every statement of one lexical reading (INSPECT-50). */
export function readStatements(lexed: Lexed): StatementReading {
  const sights: Sight[] = [];
  const operations = new Set<Operation>();
  const tables = new Set<string>();
  const all = statements(lexed);
  sights.push(...swapped(all));
  for (const statement of all) {
    operations.add(operationOf(statement.verb));
    for (const sight of [
      ...destruction(statement),
      ...replaced(statement),
      ...reach(statement),
      ...rights(statement),
      ...exported(statement),
      ...cypher(statement),
      ...tautologies(statement),
      ...unread(statement, lexed),
    ]) {
      sights.push(sight);
      operations.add(sight.operation);
    }
    collectTables(statement, tables);
  }
  return { sights, tables: [...tables], operations: [...operations] };
}

function operationOf(verb: string): Operation {
  if (ERASE.has(verb)) return 'delete';
  if (WRITE.has(verb)) return 'write';
  if (ADMIN.has(verb)) return 'admin';
  return RUN.has(verb) ? 'execute' : 'read';
}

/** `OR 1=1` in a statement an agent composed is what an injected value looks like once it is inside (INSPECT-56). */
function tautologies({ tokens, verb }: Statement): Sight[] {
  if (verb !== 'SELECT' && verb !== 'WITH') return [];
  for (let i = 0; i + 3 < tokens.length; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word' || (token.text !== 'OR' && token.text !== 'XOR')) continue;
    const [left, operator, right] = [tokens[i + 1], tokens[i + 2], tokens[i + 3]];
    if (left === undefined || operator?.kind !== 'op' || right === undefined || (left.kind !== 'number' && left.kind !== 'string')) continue;
    if (constantCondition([left, operator, right]) === 'true') return [{ code: 'SQL_TAUTOLOGY', risk: 'HIGH', operation: 'read', token }];
  }
  return [];
}

/** A statement whose verb no dialect we know has, and that holds words of power, was not understood (INSPECT-52). */
function unread({ tokens, verb }: Statement, lexed: Lexed): Sight[] {
  const first = tokens[0];
  if (first === undefined || READ_VERBS.has(verb)) return [];
  if (KNOWN_VERBS.has(verb) && (lexed.clean || verb === 'CREATE')) return [];
  const power = tokens.some(
    (token, i) => i > 0 && token.kind === 'word' && POWER_WORDS.has(token.text) && tokens[i + 1]?.kind !== 'open' && tokens[i - 1]?.kind !== 'dot',
  );
  if (KNOWN_VERBS.has(verb)) return [{ code: 'UNINSPECTABLE', risk: 'HIGH', operation: 'execute', token: first, inspected: false }];
  const expression = verb === '' || tokens[1]?.kind === 'open' || tokens[1]?.kind === 'dot' || tokens[1]?.kind === 'op' || tokens.length === 1;
  const risk = power || !expression ? 'HIGH' : 'MEDIUM';
  return [{ code: 'UNINSPECTABLE', risk, operation: 'execute', token: first, inspected: false }];
}

const BEFORE_TABLE = new Set(['FROM', 'JOIN', 'INTO', 'UPDATE', 'TABLE']);
const NOT_TABLE = new Set('SELECT VALUES SET IF ONLY LATERAL UNNEST TABLE EXISTS OUTFILE DUMPFILE WHERE ON USING'.split(' '));

function collectTables({ tokens }: Statement, tables: Set<string>): void {
  for (let i = 0; i + 1 < tokens.length && tables.size < 200; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word' || !BEFORE_TABLE.has(token.text)) continue;
    let at = i + 1;
    while (at < tokens.length && at < i + 5 && tokens[at]?.kind === 'word' && /^(?:IF|NOT|EXISTS|ONLY|TABLE|OVERWRITE)$/.test(tokens[at]?.text ?? ''))
      at += 1;
    const name = tableName(tokens, at);
    if (name !== '') tables.add(name);
  }
}

/** A dotted name, lower-case, at most four parts. */
export function tableName(tokens: readonly Token[], at: number): string {
  const parts: string[] = [];
  for (let i = at; i < tokens.length && parts.length < 4; i += 2) {
    const part = tokens[i];
    if (part === undefined || (part.kind !== 'word' && part.kind !== 'quoted') || (part.kind === 'word' && NOT_TABLE.has(part.text))) break;
    parts.push(part.text.toLowerCase());
    if (tokens[i + 1]?.kind !== 'dot') break;
  }
  return parts.join('.');
}

/** Turns what was seen into findings, one per code, the strictest kept. */
export function findings(sights: readonly Sight[], text: string, pointer: string): Finding[] {
  const best = new Map<string, Sight>();
  for (const sight of sights) {
    const known = best.get(sight.code);
    if (known === undefined || riskRank(sight.risk) > riskRank(known.risk)) best.set(sight.code, sight);
  }
  return [...best.values()].map((sight) => ({
    detector: 'sql',
    code: sight.code,
    risk: sight.risk,
    category: 'database',
    operation: sight.operation,
    pointer,
    span: [sight.token.start, sight.token.end] as const,
    evidence: text.slice(sight.token.start, sight.token.start + 60),
    confidence: sight.inspected === false ? 0.5 : 0.95,
    inspected: sight.inspected ?? true,
  }));
}
