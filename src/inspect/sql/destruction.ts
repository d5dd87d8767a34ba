import type { Risk } from '../../kernel/finding.ts';
import { constantCondition } from './always-true.ts';
import type { Token } from './lex.ts';
import type { Sight, Statement } from './sight.ts';
import { DATA_OBJECTS, GUARD_OBJECTS, PLAIN_OBJECTS } from './vocabulary.ts';

/** Verbs whose statement only names the destructive words: a body to be run later, a privilege, a description. */
const NAMES_ONLY = new Set(['CREATE', 'GRANT', 'REVOKE', 'DENY', 'COMMENT', 'SHOW', 'DESCRIBE', 'DESC', 'ANALYZE']);

/**
 * Loss of data anywhere in a statement, also without a semicolon before it (T-SQL), in a CTE, or in a branch (INSPECT-50, INSPECT-53).
 */
export function destruction(statement: Statement): Sight[] {
  const { tokens, verb } = statement;
  const sights: Sight[] = [];
  if (NAMES_ONLY.has(verb)) return sights;
  const first = tokens[0];
  const budget = { left: 8 * tokens.length + 64 };
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word' || tokens[i - 1]?.kind === 'dot' || tokens[i + 1]?.kind === 'dot') continue;
    const start = token === first || opens(tokens, i);
    const sight = judge({ tokens, at: i, token, start, verb, budget });
    if (sight !== null) sights.push(sight);
  }
  return sights;
}

interface Place {
  readonly tokens: readonly Token[];
  readonly at: number;
  readonly token: Token;
  /** A statement may begin here. */
  readonly start: boolean;
  readonly verb: string;
  /** Tokens that looking ahead may still cost; spent, a change counts as whole, so that hostile nesting is linear and not excused. */
  readonly budget: { left: number };
}

const STARTERS = new Set(['BEGIN', 'THEN', 'ELSE', 'AS', 'DO', 'EXPLAIN', 'ANALYZE', 'VERBOSE', 'GO', 'LOOP', 'IMMEDIATE']);

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
    case 'UPDATE':
      return update(place);
    default:
      return null;
  }
}

const sight = (code: string, risk: Risk, token: Token): Sight => ({ code, risk, operation: 'delete', token });
const nextWord = ({ tokens, at }: Place, ahead = 1): string => (tokens[at + ahead]?.kind === 'word' ? (tokens[at + ahead]?.text ?? '') : '');

function drop(place: Place): Sight | null {
  for (let ahead = 1; ahead <= 4; ahead += 1) {
    const object = nextWord(place, ahead);
    if (object === 'DATABASE' || object === 'DATABASES') return sight('SQL_DROP', 'CRITICAL', place.token);
    if (object === 'SCHEMA') return sight('SQL_DROP', cascades(place) ? 'CRITICAL' : 'HIGH', place.token);
    if (DATA_OBJECTS.has(object) || GUARD_OBJECTS.has(object)) return sight('SQL_DROP', 'HIGH', place.token);
    if (PLAIN_OBJECTS.has(object)) return sight('SQL_DROP_OBJECT', 'MEDIUM', place.token);
    if (object === '') break;
  }
  return place.start && place.at + 1 < place.tokens.length ? sight('SQL_DROP', 'HIGH', place.token) : null;
}

function cascades({ tokens, at }: Place): boolean {
  for (let i = at; i < tokens.length && i < at + 16; i += 1) if (tokens[i]?.text === 'CASCADE') return true;
  return false;
}

const ALTER_HARMLESS = new Set(
  'CONSTRAINT INDEX KEY PRIMARY FOREIGN DEFAULT NOT IDENTITY EXPRESSION CHECK PROJECTION STATISTICS CLUSTERING SORTKEY UNIQUE TAG COMPRESSION SEARCH FEATURE'.split(
    ' ',
  ),
);

/** `ALTER TABLE t DROP c`: everything but a constraint, an index or a default is data. */
function alterDrop(place: Place): Sight | null {
  const object = nextWord(place);
  const target = place.tokens[1]?.text ?? '';
  if (place.tokens[place.at + 1] === undefined) return null;
  if (ALTER_HARMLESS.has(object) || /^(?:VIEW|INDEX|FUNCTION|SEQUENCE|DOMAIN|TYPE|USER|ROLE|WAREHOUSE|SESSION)$/.test(target)) {
    return { code: 'SQL_ALTER', risk: 'MEDIUM', operation: 'admin', token: place.token };
  }
  return sight('SQL_DROP_COLUMN', 'HIGH', place.token);
}

function truncate(place: Place): Sight | null {
  const next = place.tokens[place.at + 1];
  if (next === undefined || next.kind === 'open') return null;
  const object = nextWord(place);
  if (place.start || place.verb === 'ALTER' || object === 'TABLE')
    return sight('SQL_TRUNCATE', object === 'DATABASE' ? 'CRITICAL' : 'HIGH', place.token);
  return null;
}

const BEFORE_ROW_ACTION = new Set(['ON', 'FOR', 'OR', 'AFTER', 'BEFORE', 'OF', 'KEY', 'INSTEAD']);

function remove(place: Place): Sight | null {
  const { tokens, at, token, verb } = place;
  const before = tokens[at - 1];
  if (before?.kind === 'word' && BEFORE_ROW_ACTION.has(before.text)) return null;
  const next = tokens[at + 1];
  if (verb === 'MERGE' || (before?.text === 'THEN' && next?.text !== 'FROM'))
    return before?.text === 'THEN' ? { code: 'SQL_MERGE_DELETE', risk: 'MEDIUM', operation: 'delete', token } : null;
  if (next === undefined || next.kind === 'comma' || next.kind === 'close' || (next.kind === 'op' && next.text !== '#')) return null;
  if (next.kind === 'open' && next.text !== '[') return null;
  if (!place.start && next.text !== 'FROM' && verb !== 'ALTER') return null;
  return whole(place, 'SQL_DELETE_ALL', 'SQL_DELETE');
}

function update(place: Place): Sight | null {
  const { tokens, at } = place;
  const before = tokens[at - 1];
  const next = tokens[at + 1];
  if (next === undefined || next.text === 'SET' || (before?.kind === 'word' && BEFORE_ROW_ACTION.has(before.text))) return null;
  if (next.kind === 'comma' || next.kind === 'close' || next.kind === 'op') return null;
  const named = next.kind === 'word' || next.kind === 'quoted' || next.text === '[' || next.kind === 'variable';
  if (!named || (!place.start && tokens[at + 2]?.text !== 'SET')) return null;
  return whole(place, 'SQL_UPDATE_ALL', null);
}

/** Without a WHERE, or with one that holds for every row, a change is of the whole table. */
function whole(place: Place, all: string, some: string | null): Sight | null {
  const { tokens, at, token } = place;
  let where = -1;
  let end = at + 1;
  for (; end < tokens.length; end += 1) {
    place.budget.left -= 1;
    if (place.budget.left < 0) return sight(all, 'HIGH', token);
    const here = tokens[end];
    if (here === undefined || here.depth < token.depth || (here.kind === 'close' && here.depth === token.depth && matchesOutside(tokens, at, end)))
      break;
    if (here.depth !== token.depth || here.kind !== 'word') continue;
    if (here.text === 'WHERE' && where < 0) where = end;
    else if ((here.text === 'DELETE' || here.text === 'UPDATE') && tokens[end - 1]?.text !== 'FOR') break;
    else if (where > 0 && CLAUSE_END.has(here.text)) break;
  }
  if (where < 0) return sight(all, 'HIGH', token);
  const condition = tokens.slice(where + 1, end);
  if (condition.length === 0) return sight(all, 'HIGH', token);
  if (constantCondition(condition) === 'true') return sight(all, 'HIGH', token);
  return some === null ? null : sight(some, 'MEDIUM', token);
}

const CLAUSE_END = new Set(['ORDER', 'LIMIT', 'RETURNING', 'OPTION', 'OUTPUT', 'END']);

/** A closing bracket of the same depth whose opening one lies before the statement. */
function matchesOutside(tokens: readonly Token[], at: number, close: number): boolean {
  return (tokens[at]?.depth ?? 0) > (tokens[close]?.depth ?? 0);
}
