import { closing, constant } from './constant.ts';
import type { Cut, Value } from './constant.ts';
import type { Token } from './lex.ts';

/** A column compared with constants: what it needs to be true. */
export interface Test {
  readonly column: string;
  readonly operator: string;
  readonly value: Value;
}

const FLIPPED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' };

/** `a.b op constant` in either order; null for anything else. */
export function testOf(tokens: readonly Token[], operator: string, { left, right }: { readonly left: Cut; readonly right: Cut }): Test | null {
  const column = columnOf(tokens, left);
  const value = constant(tokens, right);
  if (column !== '' && value !== null) return { column, operator, value };
  const other = columnOf(tokens, right);
  const first = constant(tokens, left);
  return other !== '' && first !== null ? { column: other, operator: FLIPPED[operator] ?? operator, value: first } : null;
}

/** The last part of a dotted name, lower-case; empty for anything that is no plain column. */
export function columnOf(tokens: readonly Token[], { from, to }: Cut): string {
  let at = from;
  let end = to;
  while (tokens[at]?.kind === 'open' && closing(tokens, at, end) === end - 1) {
    at += 1;
    end -= 1;
  }
  if ((end - at) % 2 === 0 || end - at > 7) return '';
  for (let i = at; i < end; i += 1) {
    const token = tokens[i];
    const fits = (i - at) % 2 === 1 ? token?.kind === 'dot' : token?.kind === 'word' || token?.kind === 'quoted';
    if (!fits) return '';
  }
  const last = tokens[end - 1];
  if (last?.kind === 'word' && /^(?:TRUE|FALSE|NULL|CURRENT_\w+|NOW|SYSDATE)$/.test(last.text)) return '';
  return (last?.text ?? '').toLowerCase();
}

/** Whether tests joined by OR leave nothing out: `id = 1 OR id <> 1`, `a > 5 OR a <= 5`. NULL aside. */
export function covers(tests: readonly Test[]): boolean {
  const byColumn = new Map<string, Test[]>();
  for (const test of tests) byColumn.set(test.column, [...(byColumn.get(test.column) ?? []), test]);
  return [...byColumn.values()].some((own) => own.length > 1 && own.length <= 32 && whole(own));
}

function whole(tests: readonly Test[]): boolean {
  const nulls = new Set(tests.map((test) => test.operator));
  if (nulls.has('IS NULL') && nulls.has('IS NOT NULL')) return true;
  const values = tests.map((test) => test.value).filter((value) => value !== undefined && value !== null);
  if (values.length === 0) return false;
  const numbers = values.every((value) => typeof value === 'number' || !Number.isNaN(Number(value)));
  if (!numbers) {
    // Text: each value that is named, and one that is not.
    const points = [...values.map(String), '\uffff'];
    return points.every((point) => tests.some((test) => equals(test, point)));
  }
  const marks = [...new Set(values.map(Number))].sort((a, b) => a - b);
  const points = [Number.MIN_SAFE_INTEGER, ...marks.flatMap((mark) => [mark - 1e-6, mark, mark + 1e-6]), Number.MAX_SAFE_INTEGER];
  return points.every((point) => tests.some((test) => holdsAt(test, point)));
}

function equals({ operator, value }: Test, point: string): boolean {
  return operator === '=' || operator === '==' ? point === String(value) : (operator === '<>' || operator === '!=') && point !== String(value);
}

function holdsAt({ operator, value }: Test, point: number): boolean {
  const mark = Number(value);
  switch (operator) {
    case '=':
    case '==':
      return point === mark;
    case '<>':
    case '!=':
      return point !== mark;
    case '<':
      return point < mark;
    case '>':
      return point > mark;
    case '<=':
      return point <= mark;
    case '>=':
      return point >= mark;
    default:
      return false;
  }
}

const IDENTITY = /^(?:_?id|uuid|guid|pk|rowid|_rowid_|oid|ctid|nr|no|number|key)$/;
const FILLED = /^(?:email|username|user_name|name|login|created|created_?(?:at|on|date|time)|timestamp|ts|inserted_?at)$/;
const BEGINS =
  /^(?:created|created_?(?:at|on|date|time)|timestamp|ts|inserted_?at|date|time|day|event_?(?:date|time)|updated_?(?:at|on)?|modified_?(?:at|on)?|logged_?at|order_?date|registered_?at|joined_?at|birth_?date)$/;

/** Whether a column says which row it is: the primary key by its usual names. */
export function isIdentity(column: string, table: string): boolean {
  const own = table.slice(table.lastIndexOf('.') + 1);
  return (
    IDENTITY.test(column) ||
    (own !== '' &&
      (column === `${own}_id` ||
        column === `${own.replace(/s$/, '')}_id` ||
        column === `${own.replace(/s$/, '')}id` ||
        column === `${own.replace(/ies$/, 'y')}_id`))
  );
}

/** A test that hardly a row of any real table fails: `id IS NOT NULL`, `id > 0`, `day < '9999-12-31'`. */
export function practicallyTrue({ column, operator, value }: Test, table: string): boolean {
  const kept = isIdentity(column, table) || FILLED.test(column);
  if (operator === 'IS NOT NULL') return kept;
  if (value === undefined || value === null) return false;
  const number = typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isNaN(number)) return leavesNothing(operator, number, isIdentity(column, table));
  if (value === '') return kept && /^(?:<>|!=|>|>=)$/.test(operator);
  const year = Number(/^\s*(\d{4})(?:-\d{1,2}-\d{1,2}|$|\/)/.exec(String(value))?.[1]);
  return operator.startsWith('<') ? operator !== '<>' && year >= 2100 : operator.startsWith('>') && year <= 1970;
}

function leavesNothing(operator: string, number: number, identity: boolean): boolean {
  if (operator === '>' || operator === '>=') return number <= -32_768 || (identity && number <= (operator === '>' ? 0 : 1));
  if (operator === '<' || operator === '<=') return number >= 2_147_483_647;
  return (operator === '<>' || operator === '!=') && identity && number <= 0;
}

/** Now: every row was made before it. */
export function beforeNow(tokens: readonly Token[], operator: string, { left, right }: { readonly left: Cut; readonly right: Cut }): boolean {
  if (operator !== '<' && operator !== '<=') return false;
  const now = tokens[right.from];
  const alone =
    right.to - right.from === 1 ||
    (right.to - right.from === 3 && tokens[right.from + 1]?.kind === 'open' && tokens[right.from + 2]?.kind === 'close');
  return (
    alone &&
    now?.kind === 'word' &&
    /^(?:NOW|CURRENT_TIMESTAMP|CURRENT_DATE|GETDATE|GETUTCDATE|SYSDATE|SYSDATETIME|LOCALTIMESTAMP|CURDATE|SYSTIMESTAMP)$/.test(now.text) &&
    BEGINS.test(columnOf(tokens, left))
  );
}
