import type { Finding, Risk } from '../../../kernel/finding.ts';
import { found } from '../../found.ts';
import type { Reading } from '../lex.ts';
import { lex } from '../lex.ts';
import { spellings } from './decode.ts';
import type { Suspicion } from './view.ts';
import { shapes } from './shapes.ts';

/** A value is longer than this only when it is a document; its head and tail are then read (INSPECT-63). */
const MAX_VALUE = 32_768;
/** Characters tokenised for one value, over all its windows, spellings and readings; what is left then is said (INSPECT-82). */
const MOST_READ = 262_144;
const QUICK =
  /['"`;#=(]|--|\/\*|\b(?:or|and|xor|union|select|order|group|having|limit|into|waitfor|exec|procedure|like|div|between|drop|insert|delete|update|declare|case|match|information_schema|sysobjects|pg_catalog|sqlite_master)\b|\b[sx]p_|\|\||&&|%[0-9a-f]{2}|\$(?:ne|gt|lt|where|regex|or|and|in|nin)|[\u2018\u2019]/i;

/**
 * Reads a value that is not itself SQL for what it would become when spliced into a query: bare, inside `'…'`, inside `"…"`,
 * under both lexical readings (INSPECT-60). CRITICAL when certain, HIGH when likely. Pure, synchronous, total, linear.
 */
export function readSqlFragment(text: string, pointer: string): Finding[] {
  if (text.length < 2) return [];
  const parts = text.length > MAX_VALUE ? windows(text) : [text];
  let best: Suspicion | null = null;
  const budget = { left: MOST_READ };
  const seen = new Set<string>();
  for (const part of parts) {
    if (!QUICK.test(part) || seen.has(part)) continue;
    seen.add(part);
    if (budget.left <= 0) break;
    for (const value of spellings(part)) best = stronger(best, readValue(value, budget));
    if (best !== null && best.certain) break;
  }
  const unread = budget.left <= 0 && best?.certain !== true ? [unfinished(text, pointer)] : [];
  if (best === null) return unread;
  const risk: Risk = best.certain ? 'CRITICAL' : 'HIGH';
  return [
    ...unread,
    {
      detector: 'sql',
      code: 'SQL_INJECTION',
      risk,
      category: 'database',
      operation: 'execute',
      pointer,
      span: [0, text.length],
      evidence: `${best.shape}: ${text.slice(0, 90)}`,
      confidence: best.certain ? 0.95 : 0.75,
      inspected: true,
    },
  ];
}

/** More of the value could be a fragment than is tokenised: a person looks at it. */
function unfinished(text: string, pointer: string): Finding {
  return found({ detector: 'limit', code: 'UNINSPECTABLE', risk: 'HIGH', pointer, text: text.slice(0, 100), category: 'database', inspected: false });
}

/** Head and tail first. Overlapping, so that a payload on a seam is whole in one of them. */
function windows(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += MAX_VALUE - 1024) pieces.push(text.slice(at, at + MAX_VALUE));
  const tail = pieces.pop();
  return tail === undefined ? pieces : [...pieces.slice(0, 1), tail, ...pieces.slice(1)];
}

const stronger = (a: Suspicion | null, b: Suspicion | null): Suspicion | null => (a === null || (b?.certain === true && !a.certain) ? b : a);

const READINGS: readonly Reading[] = ['standard', 'mysql'];

function readValue(value: string, budget: { left: number }): Suspicion | null {
  let best: Suspicion | null = null;
  for (const context of ['', "'", '"', '`']) {
    if (context !== '' && !value.includes(context)) continue;
    const spliced = `${context}${value}`;
    if (budget.left <= 0) return best;
    budget.left -= spliced.length;
    const standard = lex(spliced);
    for (const reading of READINGS) {
      if (reading === 'mysql' && !standard.ambiguous) continue;
      if (reading === 'mysql') budget.left -= spliced.length;
      const lexed = reading === 'mysql' ? lex(spliced, 'mysql') : standard;
      const seen = shapes({ lexed, context, value });
      // Backquotes are also how people write code in prose: only what nothing honest has counts behind one.
      best = stronger(best, context === '`' && seen?.certain !== true ? null : seen);
      if (best?.certain === true) return best;
    }
  }
  return best;
}
