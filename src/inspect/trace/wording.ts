import { normalise, trimEdges } from './normalise.ts';

const set = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Words that make a number beside them an amount, an account or a code. English first, then the larger European languages. */
const NUMBER_CUES = set(
  'pay pays paid amount amounts price prices cost costs fee fees send transfer transfers refund charge charges deposit withdraw tip usd eur gbp chf jpy dollar dollars euro euros pound pounds cents buck bucks worth buy invoice due balance bill salary budget donate account card pin wire überweise zahle zahlen betrag preis paie payer payez montant prix paga pagar importe precio importo prezzo pagare valor preço',
);
/** The same of a name: somebody gets something, or something is reached by it. */
const NAME_CUES = set(
  'cc bcc recipient recipients user username account role roles permission permissions scope group access grant host hostname server channel path file folder command run execute shell contact member members invite password token owner @ nutzer benutzer rolle zugriff utilisateur rôle accès usuario rol acceso utente ruolo accesso',
);
/** Words that say so only right before it. */
const RIGHT_BEFORE = set('to for total sum value name called named as an à para zu');

const SPLIT = /[\s<>()[\]{}"'`|,;“”«»=]+/;
const CURRENCY = /^[$€£¥₹]|[$€£¥₹]$/;

/** A number of up to three digits or a year, or one short word: such a value stands in many texts by chance (TAINT-15). */
export function isCommon(normalised: string): boolean {
  if (/^-?\d[\d.]*$/.test(normalised)) return normalised.replaceAll(/\D/g, '').length <= 3 || /^(?:19|20)\d\d$/.test(normalised);
  return normalised.length <= 5 && /^\p{L}+$/u.test(normalised);
}

/** Of the common values of a text those that stand there as what they would be used as: beside a word of money, of a person, of access. */
export function wordedIn(text: string): ReadonlySet<string> {
  const chunks = text.split(SPLIT);
  const words = chunks.map((chunk) => trimEdges(chunk).toLowerCase());
  const out = new Set<string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '' || word.length > 12) continue;
    const value = normalise(word);
    if (!isCommon(value) || out.has(value)) continue;
    const isNumber = /\d/.test(value);
    const cues = isNumber ? NUMBER_CUES : NAME_CUES;
    // `10 EUR` says so after it; `the blue folder` names no folder to send to.
    const beside = [words[at - 1], words[at - 2], isNumber ? words[at + 1] : undefined];
    if (CURRENCY.test(word) || beside.some((one) => one !== undefined && cues.has(one)) || RIGHT_BEFORE.has(words[at - 1] ?? '')) out.add(value);
  }
  return out;
}
