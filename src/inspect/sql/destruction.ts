import type { Risk } from '../../kernel/finding.ts';
import { constantCondition } from './condition/always-true.ts';
import type { Token } from './lex.ts';
import type { Sight, Statement } from './sight.ts';
import { isTemporaryName, nameAt } from './temporary.ts';
import { DATA_OBJECTS, GUARD_OBJECTS, PLAIN_OBJECTS } from './vocabulary.ts';

const NONE: ReadonlySet<string> = new Set();

/** Verbs whose statement only names the destructive words: a body to be run later, a privilege, a description. */
const NAMES_ONLY = new Set(['GRANT', 'REVOKE', 'DENY', 'COMMENT', 'SHOW', 'ANALYZE']);

/**
 * Loss of data anywhere in a statement, also without a semicolon before it (T-SQL), in a CTE, or in a branch (INSPECT-50, INSPECT-53).
 */
export function destruction(statement: Statement): Sight[] {
  const { tokens, verb } = statement;
  const sights: Sight[] = [];
  if (named(statement)) return sights;
  const first = tokens[0];
  const budget = { left: 8 * tokens.length + 64 };
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word' || tokens[i - 1]?.kind === 'dot' || tokens[i + 1]?.kind === 'dot') continue;
    const start = token === first || opens(tokens, i);
    const sight = judge({ tokens, at: i, token, start, verb, budget, temporaries: statement.temporaries ?? NONE });
    if (sight !== null) sights.push(sight);
  }
  return sights;
}

/** What only names the words: a privilege, a description, a plan that is shown, an object whose body something else runs later (INSPECT-127). */
function named({ tokens, verb, called }: Statement): boolean {
  if (verb === 'CREATE') return !runsItself(tokens) && !called;
  if (verb === 'ALTER' && tokens[1]?.text === 'DEFAULT') return true;
  if (verb === 'EXPLAIN' || verb === 'DESCRIBE' || verb === 'DESC') return !explainsByRunning(tokens);
  return NAMES_ONLY.has(verb);
}

/** Events, tasks, jobs and triggers run their body without being called. */
function runsItself(tokens: readonly Token[]): boolean {
  for (let i = 1; i < tokens.length && i < 8; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word') return false;
    if (/^(?:EVENT|TASK|TRIGGER|JOB|PIPE|ALERT)$/.test(token.text)) return true;
  }
  return false;
}

/** `EXPLAIN ANALYZE` runs what it explains, `EXPLAIN (ANALYZE false)` does not. */
function explainsByRunning(tokens: readonly Token[]): boolean {
  for (let i = 1; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token?.kind === 'word' && (token.text === 'ANALYZE' || token.text === 'ANALYSE')) return !/^(?:FALSE|OFF|0)$/.test(tokens[i + 1]?.text ?? '');
    if (token?.kind === 'word' && token.depth === 0 && /^(?:DELETE|UPDATE|INSERT|DROP|TRUNCATE|SELECT|WITH|MERGE|CREATE|REPLACE)$/.test(token.text))
      return false;
  }
  return false;
}

interface Place {
  readonly tokens: readonly Token[];
  readonly at: number;
  readonly token: Token;
  /** A statement may begin here. */
  readonly start: boolean;
  readonly verb: string;
  readonly temporaries: ReadonlySet<string>;
  /** Tokens that looking ahead may still cost; spent, a change counts as whole, so that hostile nesting is linear and not excused. */
  readonly budget: { left: number };
}

const STARTERS = new Set(['INSTEAD', 'ALSO', 'BEGIN', 'THEN', 'ELSE', 'AS', 'DO', 'EXPLAIN', 'ANALYZE', 'VERBOSE', 'GO', 'LOOP', 'IMMEDIATE']);

function opens(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  return (
    before === undefined ||
    before.kind === 'open' ||
    (before.kind === 'word' && STARTERS.has(before.text)) ||
    (before.kind === 'close' && tokens[0]?.text === 'WITH')
  );
}

function judge(place: Place): Sight | null {
  switch (place.token.text) {
    case 'DROP':
      return place.verb === 'ALTER' ? alterDrop(place) : drop(place);
    case 'TRUNCATE':
      return truncate(place);
    case 'DELETE':
    case 'DEL':
      return remove(place);
    case 'CLEAR':
      return place.verb === 'ALTER' && nextWord(place) === 'COLUMN' ? sight('SQL_DROP_COLUMN', 'HIGH', place.token) : null;
    case 'UPDATE':
      return update(place);
    default:
      return null;
  }
}

const sight = (code: string, risk: Risk, token: Token): Sight => ({ code, risk, operation: 'delete', token });

/** What a session or a step made for itself is no loss. */
function temporary({ tokens, temporaries }: Place, at: number): boolean {
  const name = nameAt(tokens, at);
  const ifExists = tokens.slice(Math.max(0, at - 1), at + 2).some((token) => token.kind === 'word' && token.text === 'EXISTS');
  return name !== '' && (isTemporaryName(name, ifExists) || temporaries.has(name));
}
const nextWord = ({ tokens, at }: Place, ahead = 1): string => (tokens[at + ahead]?.kind === 'word' ? (tokens[at + ahead]?.text ?? '') : '');

function drop(place: Place): Sight | null {
  for (let ahead = 1; ahead <= 4; ahead += 1) {
    const object = nextWord(place, ahead);
    if (object === 'DATABASE' || object === 'DATABASES') return sight('SQL_DROP', 'CRITICAL', place.token);
    if (object === 'SCHEMA') return sight('SQL_DROP', cascades(place) ? 'CRITICAL' : 'HIGH', place.token);
    if (object === 'TABLE' && dropsTemporary(place, ahead)) return sight('SQL_DROP', 'MEDIUM', place.token);
    if (DATA_OBJECTS.has(object) || GUARD_OBJECTS.has(object)) return sight('SQL_DROP', 'HIGH', place.token);
    // What depends on a type goes with it: the columns that have it.
    if (/^(?:TYPE|DOMAIN|EXTENSION)$/.test(object) && cascades(place)) return sight('SQL_DROP', 'HIGH', place.token);
    if (PLAIN_OBJECTS.has(object)) return sight('SQL_DROP_OBJECT', 'MEDIUM', place.token);
    if (object === '') break;
  }
  return place.start && place.at + 1 < place.tokens.length ? sight('SQL_DROP', 'HIGH', place.token) : null;
}

/** Every table of the list, for one drop may name many. */
function dropsTemporary(place: Place, ahead: number): boolean {
  const { tokens, at } = place;
  if (/^(?:TEMP|TEMPORARY)$/.test(tokens[at + 1]?.text ?? '')) return true;
  let start = at + ahead + 1;
  // Nothing is named: the mark of a session's table begins a comment for this grammar.
  if (tokens.slice(start, start + 3).every((token) => token.text === 'IF' || token.text === 'EXISTS')) return tokens.length <= start + 2;
  for (let i = start; i <= tokens.length && i < start + 64; i += 1) {
    if (i < tokens.length && tokens[i]?.kind !== 'comma') continue;
    if (!temporary(place, start)) return false;
    if (i >= tokens.length) return true;
    start = i + 1;
  }
  return temporary(place, start);
}

function cascades({ tokens, at }: Place): boolean {
  for (let i = at; i < tokens.length && i < at + 16; i += 1) if (tokens[i]?.text === 'CASCADE') return true;
  return false;
}

const ALTER_HARMLESS = new Set(
  'CONSTRAINT INDEX KEY PRIMARY FOREIGN DEFAULT NOT IDENTITY EXPRESSION CHECK PROJECTION STATISTICS CLUSTERING SORTKEY UNIQUE TAG COMPRESSION SEARCH FEATURE MASK MASKED GENERATED'.split(
    ' ',
  ),
);

/** `ALTER TABLE t DROP c`: everything but a constraint, an index or a default is data. */
function alterDrop(place: Place): Sight | null {
  const object = nextWord(place);
  const target = place.tokens[1]?.text ?? '';
  if (place.tokens[place.at + 1] === undefined) return null;
  // `ALTER COLUMN c DROP …` takes a property from a column, never the column.
  const property = place.tokens[place.at - 2]?.text === 'COLUMN' && /^(?:ALTER|MODIFY|CHANGE)$/.test(place.tokens[place.at - 3]?.text ?? '');
  if (property || ALTER_HARMLESS.has(object) || /^(?:VIEW|INDEX|FUNCTION|SEQUENCE|DOMAIN|TYPE|USER|ROLE|WAREHOUSE|SESSION)$/.test(target)) {
    return { code: 'SQL_ALTER', risk: 'MEDIUM', operation: 'admin', token: place.token };
  }
  return sight('SQL_DROP_COLUMN', 'HIGH', place.token);
}

function truncate(place: Place): Sight | null {
  const next = place.tokens[place.at + 1];
  if (next === undefined || next.kind === 'open' || (next.text === 'TABLE' && place.tokens[place.at + 2] === undefined)) return null;
  const object = nextWord(place);
  if (place.start || place.verb === 'ALTER' || object === 'TABLE')
    return temporary(place, place.at + 1)
      ? sight('SQL_TRUNCATE', 'MEDIUM', place.token)
      : sight('SQL_TRUNCATE', object === 'DATABASE' ? 'CRITICAL' : 'HIGH', place.token);
  return null;
}

const BEFORE_ROW_ACTION = new Set(['ON', 'FOR', 'OR', 'AFTER', 'BEFORE', 'OF', 'KEY', 'INSTEAD']);

function remove(place: Place): Sight | null {
  const { tokens, at, verb } = place;
  const before = tokens[at - 1];
  if (before?.kind === 'word' && BEFORE_ROW_ACTION.has(before.text)) return null;
  const next = tokens[at + 1];
  if (verb === 'MERGE' || (before?.text === 'THEN' && next?.text !== 'FROM')) return merged(place);
  if (next === undefined || next.kind === 'comma' || next.kind === 'close' || (next.kind === 'op' && next.text !== '#')) return null;
  if (next.kind === 'open' && next.text !== '[') return null;
  if (!place.start && next.text !== 'FROM' && verb !== 'ALTER') return null;
  if (next.text === 'FROM' && tokens[at + 2] === undefined) return null;
  return whole(place, 'SQL_DELETE_ALL', 'SQL_DELETE');
}

/** `THEN DELETE`, and Oracle's `THEN UPDATE SET … DELETE WHERE …`. */
function merged(place: Place): Sight | null {
  const { tokens, at, token } = place;
  if (tokens[at - 1]?.text === 'THEN') return mergeDelete(token, mergesAll(place));
  if (place.verb !== 'MERGE' || tokens[at + 1]?.text !== 'WHERE') return null;
  return mergeDelete(token, constantCondition(tokens.slice(at + 2, nextWhen(tokens, at))) === 'true' && mergesAll(place));
}

const mergeDelete = (token: Token, all: boolean): Sight => ({ code: 'SQL_MERGE_DELETE', risk: all ? 'HIGH' : 'MEDIUM', operation: 'delete', token });

const nextWhen = (tokens: readonly Token[], at: number): number => {
  const when = tokens.findIndex((token, i) => i > at && token.kind === 'word' && token.text === 'WHEN');
  return when < 0 ? tokens.length : when;
};

/** `MERGE … ON true`: every row is matched; `ON false … NOT MATCHED BY SOURCE`: none is. */
function mergesAll({ tokens, at }: Place): boolean {
  const on = tokens.findIndex((token) => token.kind === 'word' && token.text === 'ON' && token.depth === (tokens[0]?.depth ?? 0));
  const when = tokens.findIndex((token, i) => i > on && token.kind === 'word' && token.text === 'WHEN' && token.depth === (tokens[0]?.depth ?? 0));
  if (on < 0 || when < 0 || when > at || tokens.length > 4_096) return false;
  const branch = tokens.findLastIndex((token, i) => i < at && token.kind === 'word' && token.text === 'WHEN');
  const words = tokens.slice(branch, at).map((token) => token.text);
  if (words.includes('AND')) return false;
  const [none] = tokens.slice(on, on + 1);
  const unmatched = words.includes('NOT') && words.includes('SOURCE') && none !== undefined;
  const condition = tokens.slice(on + 1, when);
  return constantCondition(unmatched ? negated(none, condition) : condition) === 'true';
}

/** NOT before a condition in brackets. */
function negated(at: Token, condition: readonly Token[]): Token[] {
  const here = (kind: Token['kind'], text: string): Token => ({ ...at, kind, text });
  return [here('word', 'NOT'), here('open', '('), ...condition, here('close', ')')];
}

function update(place: Place): Sight | null {
  const { tokens, at } = place;
  const before = tokens[at - 1];
  const next = tokens[at + 1];
  if (next === undefined || next.text === 'SET' || (before?.kind === 'word' && BEFORE_ROW_ACTION.has(before.text))) return null;
  if (next.kind === 'comma' || next.kind === 'close' || next.kind === 'op') return null;
  const named = next.kind === 'word' || next.kind === 'quoted' || next.text === '[' || next.kind === 'variable';
  // ClickHouse: `ALTER TABLE t UPDATE a = 1 WHERE 1`.
  const mutates = place.verb === 'ALTER' && tokens[at + 2]?.text === '=';
  if (!named || (!place.start && !mutates && tokens[at + 2]?.text !== 'SET')) return null;
  return whole(place, 'SQL_UPDATE_ALL', null);
}

/** Without a WHERE, or with one that holds for every row, a change is of the whole table. */
function whole(place: Place, all: string, some: string | null): Sight | null {
  const { tokens, at, token } = place;
  const chosen = some === null ? null : sight(some, 'MEDIUM', token);
  if (temporary(place, at + 1)) return chosen;
  const clause = whereOf(place);
  if (clause === null || clause.condition.length === 0) return sight(all, 'HIGH', token);
  const says = constantCondition(clause.condition, place.verb === 'ALTER' ? nameAt(tokens, 2) : nameAt(tokens, at + 1));
  if (says === 'true') return sight(all, 'HIGH', token);
  return says === 'deep' ? { code: 'UNINSPECTABLE', risk: 'HIGH', operation: 'delete', token, inspected: false, limit: true } : chosen;
}

/** The condition of the statement at a place; null where it has none, or looking for it costs more than there is. */
function whereOf(place: Place): { readonly condition: readonly Token[] } | null {
  const { tokens, at, token } = place;
  let where = -1;
  let cases = 0;
  let end = at + 1;
  for (; end < tokens.length; end += 1) {
    place.budget.left -= 1;
    if (place.budget.left < 0) return null;
    const here = tokens[end];
    if (here === undefined || here.depth < token.depth || (here.kind === 'close' && here.depth === token.depth && matchesOutside(tokens, at, end)))
      break;
    if (here.depth !== token.depth || here.kind !== 'word') continue;
    if (here.text === 'CASE') cases += 1;
    else if (cases > 0) cases -= Number(here.text === 'END');
    else if (here.text === 'WHERE' && where < 0) where = end;
    else if (endsChange(tokens, end, where)) break;
  }
  return where < 0 ? null : { condition: tokens.slice(where + 1, end) };
}

function endsChange(tokens: readonly Token[], at: number, where: number): boolean {
  const text = tokens[at]?.text ?? '';
  if ((text === 'DELETE' || text === 'UPDATE') && tokens[at - 1]?.text !== 'FOR') return true;
  return where > 0 && CLAUSE_END.has(text);
}

const CLAUSE_END = new Set(['ORDER', 'LIMIT', 'RETURNING', 'OPTION', 'OUTPUT', 'END']);

/** A closing bracket of the same depth whose opening one lies before the statement. */
function matchesOutside(tokens: readonly Token[], at: number, close: number): boolean {
  return (tokens[at]?.depth ?? 0) > (tokens[close]?.depth ?? 0);
}
