import type { Token } from '../lex.ts';
import { HARMFUL_ROUTINES } from '../vocabulary.ts';
import { isFunction } from './lexicon.ts';
import type { Suspicion, View } from './view.ts';
import { broke, certain, commented, kind, likely, literal, text } from './view.ts';

/** A query or a part of one: in brackets, of a function, of a constant, of a list from a table. */
export function select(view: View, at: number): Suspicion | null {
  const next = view.tokens[at + 1];
  if (next === undefined) return null;
  const after = kind(view, at + 2);
  const from = hasFrom(view, at);
  if (view.tokens[at - 1]?.text === '(' && bracketed(next, after, from)) return certain('sub-query');
  if (next.kind !== 'word') return selectOfValue(view, at, next, from);
  if (at === 0 && view.tokens.length === 2 && HARMFUL_ROUTINES.has(next.text)) return likely('routine');
  if (at === 0 && view.tokens.length <= 3 && /^(?:CURRENT|SESSION|SYSTEM)_USER$/.test(next.text)) return likely('select of a constant');
  if (isFunction(next.text) && after === 'open') return certain('select of a function');
  if (after === 'comma' && listedFrom(view, at)) return likely('select of an expression');
  const listed = after === 'comma' || text(view, at + 2) === 'FROM';
  if (from && listed && (at > 0 || commented(view))) return likely('select');
  return at === 0 && after === 'open' && view.lexed.clean ? likely('select of a call') : null;
}

const bracketed = (next: Token, after: Token['kind'] | undefined, from: boolean): boolean =>
  next.kind !== 'word' || after === 'open' || after === 'comma' || from || (next.text === 'TOP' && after === 'number');

function selectOfValue(view: View, at: number, next: Token, from: boolean): Suspicion | null {
  if (listedFrom(view, at)) return likely('select of an expression');
  const started = next.text === '*' || literal(next);
  return next.kind === 'variable' || (started && (from || broke(view) || view.lexed.comments.length > 0)) ? certain('select') : null;
}

/** `select -1, sin(id), 2 from t`: a list in which something is reckoned or called, and a table. */
function listedFrom(view: View, at: number): boolean {
  if (!hasFrom(view, at)) return false;
  for (let i = at + 1; i < at + 60 && text(view, i) !== 'FROM'; i += 1) {
    const token = view.tokens[i];
    if (token === undefined) return false;
    if (token.kind === 'open' || token.kind === 'variable' || (token.kind === 'op' && token.text !== '*')) return true;
  }
  return false;
}

function hasFrom(view: View, at: number): boolean {
  for (let i = at + 1; i < view.tokens.length && i < at + 200; i += 1) {
    if (text(view, i) !== 'FROM') continue;
    const name = view.tokens[i + 1];
    return (
      name?.kind === 'open' ||
      name?.kind === 'quoted' ||
      (name?.kind === 'word' && !/^(?:THE|A|AN|MY|YOUR|OUR|THIS|THAT|ALL|ANY|EACH|THESE)$/.test(name.text))
    );
  }
  return false;
}
