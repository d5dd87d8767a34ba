import { findNumbers } from './phone-number.ts';

const CANDIDATE = /(?<![\w./@-])(?:\+|00)?\(?\d{1,4}\)?(?:[ .\-/]{0,2}\(?\d{1,5}\)?){1,6}(?![\w/@])/g;
const WORDS = /phone|call|mobile|cell|tel\b|tel[.:]|fax|contact|number|whatsapp|sms|text me|dial|reach|telefon|telepono|numar|gsm|cep|numarası/i;
const MOST = 64;

/** Phone numbers: candidates by shape, verified by the numbering plans of libphonenumber. */
export function phones(text: string): [start: number, end: number][] {
  if (!/\d[\d ().\-/]{5}/.test(text)) return [];
  const out: [number, number][] = [];
  let seen = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const digits = match[0].replace(/\D/g, '').length;
    if (digits < 7 || digits > 15) continue;
    seen += 1;
    if (seen > MOST) break;
    const alone = match[0].trim().length >= text.trim().length - 2;
    const near = text.slice(Math.max(0, match.index - 40), match.index + match[0].length + 20);
    const marked = match[0].startsWith('+') || match[0].startsWith('00');
    if (!marked && !alone && !WORDS.test(near) && !/[() -]/.test(match[0].trim())) continue;
    if (/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$/.test(match[0].trim())) continue;
    const named = WORDS.test(near);
    if (!marked && !named && !grouped(match[0].trim(), digits)) continue;
    if (findNumbers(match[0], marked || named || /^\d{10}$|^0|^\(|^\d{3}[ -]\d{3}[ -]\d\d[ -]/.test(match[0].trim())))
      out.push([match.index, match.index + match[0].length]);
  }
  return out;
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
