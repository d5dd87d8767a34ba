import { isAnyFunction, isFunction } from './lexicon.ts';
import type { Suspicion, View } from './view.ts';
import { broke, certain, commented, kind, likely, literal, text } from './view.ts';

const DEFINES = new Set(['DROP', 'ALTER', 'CREATE', 'TRUNCATE']);

/** Words that a statement in a value begins with. */
export const STATEMENT_WORDS: ReadonlySet<string> = new Set([...DEFINES, ...'INSERT UPDATE DELETE CALL LOAD RESTORE SHUTDOWN COPY'.split(' ')]);

const ALONE = /^(?:VACUUM|ANALY[SZ]E|SHUTDOWN|COMMIT|ROLLBACK|CHECKPOINT|RECONFIGURE|OPTIMIZE|ABORT)$/;

/** A statement behind a semicolon. */
export function stacked(view: View, at: number): Suspicion | null {
  const word = text(view, at + 1);
  if (word === '') return null;
  // `1;vacuum--`: one word, and what follows in the query is cut off.
  const before = kind(view, at - 1);
  if (
    ALONE.test(word) &&
    view.tokens[at + 2] === undefined &&
    view.lexed.comments.length > 0 &&
    (before === 'number' || before === 'string' || before === 'close')
  )
    return certain('stacked statement');
  // `1; if exists (…)`, `'; begin shutdown end--`.
  if (/^(?:IF|WHILE)$/.test(word) && (text(view, at + 2) === 'EXISTS' || kind(view, at + 2) === 'open') && literal(view.tokens[at - 1]))
    return likely('stacked statement');
  if (word === 'BEGIN' && broke(view) && STATEMENT_WORDS.has(text(view, at + 2))) return certain('stacked statement');
  if (word === 'DROP' && kind(view, at + 2) === 'word' && view.tokens[at + 3] === undefined && commented(view)) return certain('stacked statement');
  // `6") ;IIF(1=2,1,1/0)`: a call where the next statement would begin.
  if (broke(view) && isAnyFunction(word) && kind(view, at + 2) === 'open' && (before === 'close' || before === 'string'))
    return likely('stacked expression');
  return statement(view, at + 1, word);
}

const OBJECT = /^(?:TABLE|DATABASE|SCHEMA|USER|ROLE|LOGIN|VIEW|INDEX|FUNCTION|PROCEDURE|TRIGGER|SYSTEM|EXTENSION|OR|TEMP|TEMPORARY)$/;

/** Statements with a particle of their own; undefined when the word is none of them. */
function particular(view: View, at: number, word: string): Suspicion | null | undefined {
  const next = text(view, at + 1);
  const third = text(view, at + 2);
  if (word === 'CALL') return kind(view, at - 1) === 'semi' && kind(view, at + 2) === 'open' ? certain('stacked statement') : null;
  if (word === 'LOAD') return /^(?:XML|DATA)$/.test(next) && sees(view, at, 'INFILE') ? certain('stacked statement') : null;
  if (word === 'RESTORE') return sees(view, at, 'DISK') && sees(view, at, '=') ? likely('statement') : null;
  if (word === 'SHUTDOWN') return kind(view, at - 1) === 'semi' ? certain('stacked statement') : null;
  if (word === 'DELETE' && kind(view, at - 1) === 'semi' && /^(?:IGNORE|QUICK|LOW_PRIORITY)$/.test(next)) return certain('stacked statement');
  if (word === 'COPY')
    return /^(?:FROM|TO)$/.test(third) && (kind(view, at + 3) === 'string' || text(view, at + 3) === 'PROGRAM') ? certain('stacked statement') : null;
  return undefined;
}

/** A whole statement inside a value: verb, its own particle, a name, and the value going on as SQL. */
export function statement(view: View, at: number, word: string): Suspicion | null {
  if (
    word === 'UPDATE' &&
    text(view, at + 2) === 'SET' &&
    text(view, at + 4) === '=' &&
    isFunction(text(view, at + 5)) &&
    kind(view, at + 6) === 'open'
  )
    return certain('stacked statement');
  if (at > 0 && kind(view, at - 1) !== 'semi' && !broke(view)) return null;
  const next = text(view, at + 1);
  const third = text(view, at + 2);
  if (word === 'INSERT')
    return next === 'INTO' && (kind(view, at + 3) === 'open' || /^(?:VALUES|SELECT)$/.test(text(view, at + 3))) ? certain('stacked statement') : null;
  if (word === 'UPDATE') return third === 'SET' && text(view, at + 4) === '=' ? certain('stacked statement') : null;
  const own = particular(view, at, word);
  if (own !== undefined) return own;
  const named = kind(view, at + 2) === 'word' || kind(view, at + 2) === 'quoted';
  const destroys = (DEFINES.has(word) && OBJECT.test(next)) || (word === 'DELETE' && next === 'FROM');
  if (!destroys || !named || !ended(view, at)) return null;
  return at === 0 ? likely('statement') : certain('stacked statement');
}

const sees = (view: View, at: number, word: string): boolean =>
  view.tokens.slice(at, at + 8).some((token) => (token.kind === 'word' || token.kind === 'op') && token.text === word);

function ended(view: View, at: number): boolean {
  const after = kind(view, at + 3);
  if (after === undefined || after === 'semi' || after === 'open' || text(view, at + 3) === 'WHERE') return true;
  return kind(view, at - 1) === 'semi' || view.lexed.comments.length > 0;
}
