import { prefilter } from '../secrets/aho.ts';
import * as check from './world-checks.ts';

/** Personal data told by the words before or around it: numbers of a country, dates of birth, addresses. */
export interface Described {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

interface Named {
  readonly id: string;
  readonly words: readonly string[];
  /** Sticky: asked at each place within reach of the word. */
  readonly value: RegExp;
  readonly valid?: (text: string) => boolean;
}

const named = (id: string, words: string, value: string, valid?: (text: string) => boolean): Named => {
  const row = { id, words: words.split('|'), value: new RegExp(`(?<![\\w])(?:${value})(?![\\w])`, 'gi') };
  return valid === undefined ? row : { ...row, valid };
};

/** A word that names the number, how the number is written, and its check. */
const NAMED: readonly Named[] = [
  named('br-cpf', 'cpf', String.raw`\d{3}\.?\d{3}\.?\d{3}-?\d{2}`, check.cpf),
  named('br-cnpj', 'cnpj', String.raw`\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}`, check.cnpj),
  named('bic', 'bic|swift', String.raw`[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?`, check.bic),
  named('nl-bsn', 'bsn|burgerservice|sofinummer', String.raw`\d{3}[. -]?\d{3}[. -]?\d{3}`, check.bsn),
  named('fr-nir', 'nir|insee|curit', String.raw`[12378][ .]?\d{2}[ .]?\d{2}[ .]?(?:\d{2}|2[AB])[ .]?\d{3}[ .]?\d{3}[ .]?\d{2}`, check.nir),
  named('ch-ahv', 'ahv|avs|sozialversicherung', String.raw`756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}`, check.ahv),
  named('cl-rut', 'rut|run', String.raw`\d{1,2}\.?\d{3}\.?\d{3}-?[\dK]`, check.rut),
  named('hr-oib', 'oib', String.raw`\d{11}`, check.oib),
  named('bg-egn', 'egn', String.raw`\d{10}`, check.egn),
  named('ro-cnp', 'cnp', String.raw`[1-9]\d{12}`, check.cnp),
  named('pt-nif', 'nif|contribuinte', String.raw`\d{3} ?\d{3} ?\d{3}`, check.portugueseTax),
  named(
    'be-national',
    'rijksregister|registre national|national register|insz|niss',
    String.raw`\d{2}[. ]?\d{2}[. ]?\d{2}[- ]?\d{3}[. ]?\d{2}`,
    check.belgian,
  ),
  named('no-fnr', 'fødselsnummer|fodselsnummer|dselsnummer|fnr', String.raw`\d{6} ?\d{5}`, check.norwegian),
  named('dk-cpr', 'cpr', String.raw`\d{6}-?\d{4}`, check.danish),
  named('cz-birth-number', 'rodn|birth number', String.raw`\d{6}/?\d{4}`, check.czech),
  named('baltic-id', 'isikukood|asmens kod', String.raw`[1-6]\d{10}`, check.baltic),
  named('ie-pps', 'pps', String.raw`\d{7}[A-W][A-I]?`, check.irish),
  named('hk-id', 'hkid|identity card', String.raw`[A-Z]{1,2}\d{6}\(?[\dA]\)?`, check.hongKong),
  named('tw-id', 'taiwan|national id|id number', String.raw`[A-Z][12489]\d{8}`, check.taiwanese),
  named('ar-cuit', 'cuit|cuil', String.raw`\d{2}-?\d{8}-?\d`, check.argentine),
  named('il-id', 'teudat|israel', String.raw`\d{8,9}`, check.israeli),
  named('ae-id', 'emirates', String.raw`784-?\d{4}-?\d{7}-?\d`),
  named('my-nric', 'nric|mykad', String.raw`\d{6}-?\d{2}-?\d{4}`),
  named('pk-cnic', 'cnic', String.raw`\d{5}-?\d{7}-?\d`),
  named('id-nik', 'nik|ktp', String.raw`\d{16}`),
  named('mx-rfc', 'rfc', String.raw`[A-ZÑ&]{3,4}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[A-Z0-9]{3}`),
  named('nz-ird', 'ird', String.raw`\d{2,3}-?\d{3}-?\d{3}`),
  named('in-aadhaar', 'aadhaar|aadhar|uidai|आधार', String.raw`[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}`),
  named('uk-nino', 'nino|national insurance', String.raw`[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]`),
  named('ng-id', 'bvn|nin', String.raw`\d{11}`),
  named('ke-pin', 'kra', String.raw`[AP]\d{9}[A-Z]`),
  named('gh-id', 'ghana card|ssnit', String.raw`GHA-\d{9}-\d|[A-Z]\d{12}`),
  named('bg-egn', 'егн', String.raw`\d{10}`),
  named('ru-inn', 'инн|inn', String.raw`\d{12}|\d{10}`, check.russianTax),
  named('ru-snils', 'снилс|snils', String.raw`\d{3}-\d{3}-\d{3}[ -]\d{2}|\d{11}`),
  named('passport', 'паспорт', String.raw`\d{2} ?\d{2} ?\d{6}|[A-Z]{2}\d{6}`),
  named('ua-id', 'рнокпп|іпн', String.raw`\d{10}`),
  named('gr-id', 'amka|αμκα', String.raw`\d{11}`),
  named('gr-tax', 'afm|αφμ', String.raw`\d{9}`),
  named('yu-id', 'jmbg|emso|јмбг', String.raw`\d{13}`),
  named('hu-social', 'taj', String.raw`\d{3}[ -]?\d{3}[ -]?\d{3}`),
  named('at-social', 'svnr|sv-nummer', String.raw`\d{4} ?\d{6}`),
  named('is-id', 'kennitala', String.raw`\d{6}-?\d{4}`),
  named('vn-id', 'cccd|cmnd', String.raw`\d{12}|\d{9}`),
  named('ph-social', 'philhealth|pag-ibig', String.raw`\d{2}-?\d{9}-?\d|\d{4}-?\d{4}-?\d{4}`),
  named('sa-id', 'iqama', String.raw`[12]\d{9}`),
  named('gulf-id', 'civil id', String.raw`\d{12}`),
  named('latin-id', 'cédula|cedula|documento de identidad', String.raw`\d{1,3}(?:\.\d{3}){2}(?:-\d)?|\d{6,11}`),
  named('br-cnh', 'cnh', String.raw`\d{11}`),
  named('br-pis', 'pis|pasep|nit', String.raw`\d{3}\.?\d{5}\.?\d{2}-?\d`),
  named('br-rg', 'rg', String.raw`\d{1,2}\.\d{3}\.\d{3}-[\dX]`),
  named('mx-nss', 'imss|nss', String.raw`\d{11}`),
  named('us-ein', 'ein', String.raw`\d{2}-\d{7}`),
  named('vin', 'vin|chassis|fahrgestell', String.raw`[A-HJ-NPR-Z0-9]{17}`, check.vin),
  named('medical-record', 'mrn|medical record|patient id|patient no|patientennummer', String.raw`[A-Z]{0,3}-?\d{6,10}`),
  named('tax-id', 'tax id|tax number|tax payer|taxpayer|steuernummer|partita iva', String.raw`\d{2,3}[ /.-]?\d{3}[ /.-]?\d{3,6}`),
];

const MONTH =
  '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|janv|févr|fevr|avr|juin|juil|août|aout|déc|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|fev|out|maj|cze|lip|sie|wrz|paź|lis|gru|sty|lut|kwi|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara)\\p{L}{0,8}';
const DATE = new RegExp(
  `(?<![\\w/.-])(?:\\d{1,2}(?:st|nd|rd|th|er|\\.|º|ª)?(?: of| de| di| del| den)? ${MONTH}\\.?,?(?: de| of| del)? ?\\d{4}|${MONTH}\\.? \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}|\\d{1,2}[-/.]\\d{1,2}[-/.](?:19|20)?\\d{2}|(?:19|20)\\d{2}[-/.]\\d{1,2}[-/.]\\d{1,2}|(?:19|20)\\d{2}年\\d{1,2}月\\d{1,2}日)(?![\\w/-])`,
  'giu',
);
const BIRTH =
  'born|birth|dob|d.o.b|geboren|geburt|naissance|née le|ne le|né le|nacid|nacim|nascid|nascim|nasciment|nato il|nata il|nascita|geboorte|urodz|doğum|dogum|рожд|родил|född|født|fødsel|syntym|narozen|sinh ngày|lahir|出生|生年月日|생년월일'.split(
    '|',
  );

const HOUSE = String.raw`\d{1,5}[A-Za-z]?(?:[-/]\d{1,4}[A-Za-z]?)?`;
const PLACE = String.raw`(?:[A-ZÀ-Þ][\p{L}'.-]{1,24}[ ]?){1,4}`;
/** Streets as they are written, with a town or its code; without one they need a word that says whose they are. */
const STREETS: readonly { readonly words: readonly string[]; readonly pattern: RegExp }[] = [
  {
    words: 'street|avenue|road|lane|drive|boulevard|terrace|place|court|square|crescent|parkway|highway| st,| st.| ave| rd| blvd| dr,| ln,'.split(
      '|',
    ),
    pattern: new RegExp(
      String.raw`(?<![\w#])${HOUSE} (?:[NSEW]\.? )?(?:[A-Z0-9][\p{L}0-9'.-]{0,20} ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Terrace|Place|Pl|Court|Ct|Square|Sq|Way|Crescent|Close|Parkway|Pkwy|Highway|Hwy)\.?(?: [NSEW]{1,2})?(?:,? (?:Apt|Apartment|Suite|Unit|#|Flat) ?[\w-]{1,8})?(?<town>,? ${PLACE},? ?(?:[A-Z]{2}(?: \d{5}(?:-\d{4})?)?|[A-Z]{1,2}\d[A-Z0-9]? ?\d[A-Z]{2}|[A-Z]{2,3} \d{4}))?`,
      'gu',
    ),
  },
  {
    words: 'straße|strasse|str.|weg |platz |allee |gasse |straat |laan |gracht |plein |kade '.split('|'),
    pattern: new RegExp(
      String.raw`(?<![\p{L}])(?:[A-ZÄÖÜ][\p{L}.-]{1,30} ?){1,3}(?:straße|strasse|str\.|weg|platz|allee|gasse|Straße|Allee|Platz|straat|laan|gracht|plein|kade) ${HOUSE}(?<town>,? (?:[A-Z]{1,2}-)?\d{4,5}(?: ?[A-Z]{2})? ?${PLACE})?`,
      'gu',
    ),
  },
  {
    words: ' rue | avenue | place | chemin | allée | impasse | quai | cours '.split('|').map((word) => word.trimEnd()),
    pattern: new RegExp(
      String.raw`(?<![\w])\d{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|chemin|allée|impasse|quai|cours) [\p{L}' -]{3,40}(?<town>,? \d{5} ${PLACE})?`,
      'gu',
    ),
  },
  {
    words: 'calle|avenida|plaza|paseo|carrer|via |viale|piazza|corso|rua |travessa|ulica|ul. '.split('|'),
    pattern: new RegExp(
      String.raw`(?<![\p{L}])(?:Calle|C/|Avenida|Av\.|Plaza|Paseo|Carrer|Via|Viale|Piazza|Corso|Rua|Travessa|ul\.|ulica) [\p{L}' .-]{3,40},? (?:n[º°.] ?)?${HOUSE}(?<town>,? (?:\d{5}|\d{2}-\d{3}|\d{4}-\d{3})(?: ${PLACE})?)?`,
      'gu',
    ),
  },
];
const WHOSE =
  /address|lives? (?:at|in)|living at|reside|residence|home|ship(?:ped)? to|deliver|moved to|wohn|anschrift|adresse|domicile|direcci[oó]n|domicilio|indirizzo|morada|endereço|adres|mailing|billing/i;

type Lead = { readonly kind: 'named'; readonly row: Named } | { readonly kind: 'birth' } | { readonly kind: 'street'; readonly pattern: RegExp };

const LEADS: readonly (readonly [word: string, lead: Lead])[] = [
  ...NAMED.flatMap((row) => row.words.map((word) => [word, { kind: 'named', row }] as const)),
  ...BIRTH.map((word) => [word, { kind: 'birth' }] as const),
  ...STREETS.flatMap(({ words, pattern }) => words.map((word) => [word, { kind: 'street', pattern }] as const)),
];
const ASCII = LEADS.filter(([word]) => /^[\x00-\x7f]*$/.test(word));
const OTHERS = LEADS.filter(([word]) => !/^[\x00-\x7f]*$/.test(word));
const FILTER = prefilter(ASCII.map(([word]) => word));
const NOT_ASCII = /[^\x00-\x7f]/;
/** Words looked at in one text. */
const MOST = 400;
/** Characters after a word in which its number stands, and around one of a street. */
const REACH = 48;
const AROUND = 96;

/** Linear: one pass for the words, and a bounded look at the characters around each. */
export function described(text: string): readonly Described[] {
  const out: Described[] = [];
  let seen = 0;
  const look = (lead: Lead, start: number, end: number): void => {
    seen += 1;
    if (seen > MOST) return;
    const one =
      lead.kind === 'named'
        ? numberOf(text, lead.row, { start, end })
        : lead.kind === 'birth'
          ? birthOf(text, start, end)
          : streetOf(text, lead.pattern, end);
    if (one !== undefined) out.push(one);
  };
  FILTER.scan(text, (id, end) => {
    const [word, lead] = ASCII[id] ?? [];
    if (word !== undefined && lead !== undefined) look(lead, end - word.length, end);
  });
  if (NOT_ASCII.test(text)) {
    const lower = text.toLowerCase();
    for (const [word, lead] of OTHERS) {
      for (let at = lower.indexOf(word), times = 0; at >= 0 && times < 32; at = lower.indexOf(word, at + word.length), times++)
        look(lead, at, at + word.length);
    }
  }
  return out;
}

/** A word of its own: `cpf` and `taxCpf`, not within another word. */
function isWord(text: string, start: number, end: number): boolean {
  const [before, after] = [text[start - 1] ?? ' ', text[end] ?? ' '];
  return end - start > 6 || ((!/[a-z]/i.test(before) || (/[a-z]/.test(before) && /[A-Z]/.test(text[start] ?? ''))) && !/[a-z]/.test(after));
}

function numberOf(
  text: string,
  { id, value, valid }: Named,
  { start, end }: { readonly start: number; readonly end: number },
): Described | undefined {
  if (!isWord(text, start, end)) return undefined;
  const near = text.slice(end, end + REACH);
  for (const match of near.matchAll(value)) {
    if (!/\d/.test(match[0]) && id !== 'bic') continue;
    if (id === 'bic' && match[0] !== match[0].toUpperCase()) continue;
    if (valid?.(match[0]) ?? true) return { id, start: end + match.index, end: end + match.index + match[0].length };
  }
  return undefined;
}

function birthOf(text: string, start: number, end: number): Described | undefined {
  const from = Math.max(0, start - 24);
  for (const match of text.slice(from, end + REACH).matchAll(DATE))
    return { id: 'date-of-birth', start: from + match.index, end: from + match.index + match[0].length };
  return undefined;
}

function streetOf(text: string, pattern: RegExp, end: number): Described | undefined {
  const from = Math.max(0, end - AROUND);
  const near = text.slice(from, end + AROUND);
  for (const match of near.matchAll(pattern)) {
    const at = from + match.index;
    if (at + match[0].length < end - 1 || at > end) continue;
    const town = match.groups?.['town'];
    if (town === undefined && !WHOSE.test(text.slice(Math.max(0, at - 40), at))) continue;
    return { id: 'address', start: at, end: at + match[0].trimEnd().length };
  }
  return undefined;
}
