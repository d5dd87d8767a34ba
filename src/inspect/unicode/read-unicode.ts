import type { Finding, Risk } from '../../kernel/finding.ts';
import { found } from '../found.ts';
import { mixedWord } from './confusable.ts';
import { hiddenIn } from './invisible.ts';

/** The first UTF-16 half of every tag character. */
const TAG_LEAD = '\udb40';
const NOT_ASCII = /[^\x00-\x7f]/;

/** Hidden and look-alike characters. `name` is true for identifiers, where a look-alike is a lie. Linear (INSPECT-7). */
export function readUnicode(text: string, pointer: string, name = false): Finding[] {
  if (!NOT_ASCII.test(text)) return [];
  const out: Finding[] = [];
  const say = (code: string, risk: Risk, evidence: string): void => {
    out.push(found({ detector: 'unicode', code, risk, pointer, text: evidence, category: 'prompt-injection' }));
  };
  const hidden = hiddenIn(text);
  if (hidden.tags.length >= 2) say('UNICODE_TAGS', 'CRITICAL', hidden.tags);
  if (hidden.selectors.length >= 4) say('UNICODE_SELECTORS', 'HIGH', `${hidden.selectors.length} hidden bytes`);
  if (hidden.bidi > 0) say('UNICODE_BIDI', hidden.bidi > 1 || name ? 'HIGH' : 'MEDIUM', text);
  if (hidden.inWords > 0) say('UNICODE_INVISIBLE', hidden.inWords > 2 || name ? 'HIGH' : 'MEDIUM', text);
  const mixed = mixedWord(text);
  if (mixed !== undefined) say('UNICODE_MIXED_SCRIPT', name ? 'HIGH' : 'MEDIUM', mixed);
  return out;
}

/** What the tag characters of a text spell, `` when there are none. */
export function smuggled(text: string): string {
  return text.includes(TAG_LEAD) ? hiddenIn(text).tags : '';
}
