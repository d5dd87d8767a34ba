import type { Lexed, Token } from './lex.ts';

export interface DynamicText {
  /** The word that runs it. */
  readonly token: Token;
  /** The text that runs, when all of it is constant; null when it is computed. */
  readonly text: string | null;
}

const MAX_TEXTS = 32;

/** Strings that a statement executes as SQL. */
export function dynamicTexts(lexed: Lexed): DynamicText[] {
  const { tokens } = lexed;
  const found: DynamicText[] = [];
  let start = true;
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token === undefined) continue;
    if (token.kind === 'word') {
      const at = executed(tokens, i, token.text, start);
      if (at > 0) {
        if (found.length >= MAX_TEXTS) return [...found, { token, text: null }];
        found.push({ token, text: constantText(tokens, at) });
      }
    }
    start = token.kind === 'semi' || (token.kind === 'word' && /^(?:BEGIN|THEN|ELSE|AS|GO|LOOP)$/.test(token.text));
  }
  return found;
}

/** Where the executed expression begins, or −1. */
function executed(tokens: readonly Token[], at: number, word: string, start: boolean): number {
  const next = tokens[at + 1];
  switch (word) {
    case 'DO':
      return start ? firstText(tokens, at, 4) : -1;
    case 'IMMEDIATE':
      return tokens[at - 1]?.text === 'EXECUTE' ? at + 1 : -1;
    case 'EXEC':
    case 'EXECUTE':
      return ran(next, tokens[at + 2], at);
    case 'FUNCTION':
    case 'PROCEDURE':
      return /^(?:CREATE|REPLACE|ALTER)$/.test(tokens[at - 1]?.text ?? '') ? calledBody(tokens, at) : -1;
    case 'SCHEDULE':
      return tokens[at - 1]?.kind === 'dot' && tokens[at - 2]?.text === 'CRON' ? scheduled(tokens, at) : -1;
    case 'FROM':
      return tokens[at - 2]?.text === 'PREPARE' ? at + 1 : -1;
    default:
      return byRoutine(tokens, at, word);
  }
}

/** Procedures of a server that run a text they are given. */
function byRoutine(tokens: readonly Token[], at: number, word: string): number {
  if (/^SP_(?:EXECUTESQL|SQLEXEC)$/.test(word)) return at + 1;
  if (/^SP_MSFOREACH(?:TABLE|DB)$/.test(word)) return firstText(tokens, at, 5);
  return /^PG_BACKGROUND_LAUNCH$/.test(word) && tokens[at + 1]?.kind === 'open' ? at + 2 : -1;
}

function firstText(tokens: readonly Token[], at: number, within: number): number {
  for (let i = at + 1; i < at + within; i += 1) if (tokens[i]?.kind === 'string') return i;
  return -1;
}

function ran(next: Token | undefined, after: Token | undefined, at: number): number {
  if (next?.kind === 'open') return at + 2;
  if (next?.kind === 'string') return at + 1;
  // Put together by a call: what it comes to is not known.
  return after?.kind === 'open' && /^(?:FORMAT|CONCAT|CONCAT_WS|REPLACE|QUOTE_IDENT|QUOTE_LITERAL)$/.test(next?.text ?? '') ? at + 1 : -1;
}

/** The body of a function that the same text then calls. */
function calledBody(tokens: readonly Token[], at: number): number {
  let name = at + 1;
  while (tokens[name + 1]?.kind === 'dot') name += 2;
  const limit = Math.min(tokens.length, at + 1_024);
  let body = -1;
  for (let i = name + 1; i < limit; i += 1) {
    const token = tokens[i];
    if (body < 0 && token?.kind === 'string' && token.text.length > 12) body = i;
    if (body < 0 || token?.kind !== 'word' || token.text !== tokens[name]?.text) continue;
    if (tokens[i + 1]?.kind === 'open' || /^(?:CALL|EXEC|EXECUTE|PERFORM)$/.test(tokens[i - 1]?.text ?? '')) return body;
  }
  return -1;
}

/** The last text among the arguments of `cron.schedule(…)`. */
function scheduled(tokens: readonly Token[], at: number): number {
  let found = -1;
  for (let i = at + 2; i < tokens.length && i < at + 12 && tokens[i]?.kind !== 'close'; i += 1) if (tokens[i]?.kind === 'string') found = i;
  return found;
}

/** Folds `'DR' || 'OP …'`, `'DR' + 'OP'`, adjacent strings; anything else is computed. */
function constantText(tokens: readonly Token[], from: number): string | null {
  let text = '';
  let strings = 0;
  for (let i = from; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token?.kind === 'string') {
      text += token.text;
      strings += 1;
    } else if (token?.kind === 'op' && (token.text === '||' || token.text === '+')) continue;
    else if (token?.kind === 'word' || token?.kind === 'variable' || token?.kind === 'quoted') {
      const ends = strings > 0 && token.kind === 'word' && tokens[i - 1]?.kind !== 'op';
      return ends ? text : null;
    } else break;
  }
  return strings > 0 ? text : null;
}
