import { findNumbers } from './phone-number.ts';

export const CANDIDATE = /(?<![\w./@-])(?:\+|00)?\(?\d{1,4}\)?(?:[ .\-/]{0,2}\(?\d{1,5}\)?){1,6}(?: ?(?:x|ext\.?) ?\d{1,6})?(?![\w/@])/g;
const WORDS = /phone|call|mobile|cell|tel\b|tel[.:]|fax|contact|number|whatsapp|sms|text me|dial|reach|telefon|telepono|numar|gsm|cep|numarası/i;
/** Words right before a number that say it rings somewhere, in the languages of most readers. */
const RINGS =
  /(?:(?<![a-z])(?:call|phone|tel|mobile|cell|fax|whatsapp|dial|ring|bel|handy|gsm|sms)|telefon\p{L}{0,8}|t[ée]l[ée]phone|tel[ée]fono|appele[zr]?|celular|тел\p{L}{0,8}|電話|携帯|手机|手機|电话|전화)(?![a-z])[^\d\n]{0,20}$/iu;
const MOST = 64;

/** Which of the candidates, half-open ranges in ascending order, are telephone numbers: verified by the numbering plans of libphonenumber. */
export function phones(text: string, candidates: Iterable<readonly [start: number, end: number]>): [start: number, end: number][] {
  const out: [number, number][] = [];
  const { length } = text.trim();
  let seen = 0;
  for (const [start, end] of candidates) {
    const candidate = text.slice(start, end).replace(/ ?(?:x|ext\.?) ?\d{1,6}$/, '');
    const digits = digitsIn(candidate);
    if (digits < 7 || digits > 15) continue;
    seen += 1;
    if (seen > MOST) break;
    const before = text.slice(Math.max(0, start - 40), start);
    const place = { digits, alone: end - start >= length - 2, near: before + text.slice(start, end + 20) };
    if (isNumber(candidate, place) || rings(candidate, before)) out.push([start, end]);
  }
  return out;
}

/** Said to be a telephone's, and of a length some plan has; not a date, and more than an extension. */
function rings(candidate: string, before: string): boolean {
  const bare = candidate.trim();
  return RINGS.test(before) && !/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$/.test(bare) && /^[+0(]|\d[ ()/.-]+\d|^\d{9,11}$/.test(bare);
}

interface Place {
  readonly digits: number;
  /** It is all there is. */
  readonly alone: boolean;
  /** What stands around it. */
  readonly near: string;
}

function isNumber(candidate: string, { digits, alone, near }: Place): boolean {
  const bare = candidate.trim();
  const marked = candidate.startsWith('+') || candidate.startsWith('00');
  const named = WORDS.test(near);
  if (!marked && !alone && !named && !/[() -]/.test(bare)) return false;
  if (/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$/.test(bare)) return false;
  if (!marked && !named && !grouped(bare, digits)) return false;
  return findNumbers(candidate, marked || named || /^\d{10}$|^0|^\(|^\d{3}[ -]\d{3}[ -]\d\d[ -]/.test(bare));
}

function digitsIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) count += 1;
  return count;
}

/**
 * National numbers nobody names: the way people group them, the trunk zero, or ten digits as the North American plan (areas and exchanges
 * from 2 on) or the Turkish one (areas 2 to 4, mobiles 5) writes them; 3-3-3, 4-4-4 and dotted quads are other things.
 */
function grouped(text: string, digits: number): boolean {
  const groups = text.split(/[ .\-/()]+/).filter((group) => group !== '');
  if (groups.length === 1) return text.startsWith('0') ? digits === 11 : digits === 10 && /^(?:[2-9]\d{2}[2-9]|[2-5])/.test(text);
  if (text.startsWith('(')) return true;
  if (text.includes('.') && groups.every((group) => group.length <= 3)) return false;
  const lengths = groups.map((group) => group.length).join('');
  return (
    /^(?:1?334|3322|433|343|43322|13322|1334|4322|137|133[24])$/.test(lengths) ||
    (text.startsWith('0') && digits >= 10 && groups.length <= 5 && !/^3{3}$/.test(lengths))
  );
}
