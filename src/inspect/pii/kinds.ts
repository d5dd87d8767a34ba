import * as check from './checks.ts';
import * as world from './world-checks.ts';

/** One kind of personal data: how it looks, what proves it, and the words that must stand near when nothing proves it. */
export interface Kind {
  readonly id: string;
  readonly pattern: RegExp;
  readonly valid?: (text: string) => boolean;
  /** Needed within 60 characters before or 30 after, unless the value stands alone. */
  readonly context?: RegExp;
  /** The text must hold this as well. */
  readonly needs?: RegExp;
  /** false: says nothing when it stands alone, without its word. */
  readonly alone?: false;
  /** `valid` only rules out what cannot be; a value that passes is still a guess when nothing names it. */
  readonly guess?: true;
}

const E = '(?![\\w])';
const S = '(?<![\\w])';
const re = (body: string, flags = 'g'): RegExp => new RegExp(`${S}(?:${body})${E}`, flags);
const LICENCE = /driv|licen[cs]|dl\b|permis|patente|führerschein|fuehrerschein|fahrerlaubnis|면허/i;
const PASSPORT = /passp|pass-?n[ro]|reisepass|passaporto|pasaporte|여권|travel doc/i;
const CAR = /plate|vehicle|registration|kennzeichen|kfz|car\b|reg\b|plaka|araç|auto\b|number plate|rc\b|dvla/i;

const ssn = (text: string): boolean => {
  const d = text.replace(/\D/g, '');
  return (
    !/^(?:000|666|9)/.test(d) &&
    d.slice(3, 5) !== '00' &&
    d.slice(5) !== '0000' &&
    new Set(d).size > 1 &&
    !['123456789', '987654321', '078051120', '219099999'].includes(d)
  );
};

const card = (text: string): boolean =>
  /^(?:1\d{14}$|4|5[1-5]|2[2-7]|3[0-9]|6|1800|2131|50|5[6-8])/.test(text) && /^\d{12,19}$/.test(text.replace(/[- ]/g, '')) && check.luhn(text);

/** A VAT number of the Union with a wrong length or check digit is a wrong VAT number, not a licence. */
const notVat = (text: string): boolean =>
  !/^(?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)U?\d{8,12}$/i.test(text);

/** Age identifiers of British plates run 01–29 and 51–79, provinces of Turkish ones 01–81; I and Q are in neither. */
const plate = (text: string): boolean => {
  const british = /^[A-Z]{2}(\d{2})[ -]?([A-Z]{3})$/i.exec(text);
  if (british !== null) {
    const year = Number(british[1]);
    return ((year > 0 && year < 30) || (year > 50 && year < 80)) && !/[IQ]/i.test(british[2] ?? '') && !/^.?[IQZ]/i.test(text);
  }
  const province = /^(\d{2}) ?[A-Z]{1,3} ?\d{2,5}$/i.exec(text);
  if (province !== null) return Number(province[1]) >= 1 && Number(province[1]) <= 81;
  return !/^[A-Z]{3} ?\d{1,3}[IQZ]$|^[IOQUZ]\d{1,3} ?[A-Z]{3}$/i.test(text);
};

/** Kinds proved by structure or checksum; they need no context. */
export const PROVED: readonly Kind[] = [
  {
    id: 'credit-card',
    pattern: re(String.raw`\d{4}[- ]?\d{4}[- ]?\d{4}[- ]?\d{1,7}|3[47]\d{2}[- ]?\d{6}[- ]?\d{5}|3\d{3}[- ]?\d{6}[- ]?\d{4}|\d{12,19}`),
    valid: card,
  },
  {
    id: 'iban',
    pattern: re(String.raw`[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?`, 'gi'),
    valid: (text) => check.mod97(text.replace(/[ -]/g, '')),
  },
  { id: 'us-ssn', pattern: re(String.raw`\d{3}([- .])\d{2}\1\d{4}`), valid: ssn },
  { id: 'us-itin', pattern: re(String.raw`9\d{2}[- ]?(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])[- ]?\d{4}`), valid: (text) => /[- ]/.test(text) },
  {
    id: 'mac-address',
    pattern: re(String.raw`[0-9A-F]{2}([:-])(?:[0-9A-F]{2}\1){4}[0-9A-F]{2}|(?:[0-9A-F]{4}\.){2}[0-9A-F]{4}`, 'gi'),
    // The lowest bit of the first byte marks a group (IEEE 802), which is nobody's device.
    valid: (text) => !/^(?:00[:-]?){6}$/.test(text.replaceAll('.', '')) && Number.parseInt(text.slice(0, 2), 16) % 2 === 0,
  },
  {
    id: 'crypto-address',
    needs: /0x|bc1|[13][A-HJ-NP-Z]/i,
    pattern: re(String.raw`0x[0-9a-fA-F]{40}|bc1[02-9ac-hj-np-z]{11,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34}`),
    valid: (text) => /\d/.test(text) && (/^0x|^bc1/.test(text) || /[A-Z].*[a-z]|[a-z].*[A-Z]/.test(text.slice(0, 40))),
  },
  {
    id: 'uk-nino',
    pattern: re(String.raw`(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]?`, 'gi'),
    // Two letters and six digits are many things; the last letter, or the groups, make it one.
    valid: (text) => /[A-D]$/i.test(text) || text.includes(' '),
  },
  { id: 'uk-nhs', pattern: re(String.raw`\d{3}[- ]\d{3}[- ]\d{4}`), valid: check.nhs },
  { id: 'es-nif', pattern: re(String.raw`[XYZ]?-?\d{7,8}-?[A-Z]`, 'gi'), valid: check.nif },
  {
    id: 'it-fiscal-code',
    pattern: re(String.raw`[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]`, 'gi'),
    valid: check.italianFiscal,
  },
  { id: 'fi-personal-id', pattern: /(?<!\d)\d{6}[+\-A-FYXWVU]\d{3}[0-9A-Z](?!\w)/g, valid: check.finnish },
  { id: 'sg-nric', pattern: re(String.raw`[STFGM]\d{7}[A-Z]`, 'gi'), valid: check.nric },
  { id: 'in-pan', pattern: re(String.raw`[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]`, 'gi') },
  { id: 'in-gstin', pattern: re(String.raw`(?:0[1-9]|[12]\d|3[0-8])[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]`, 'gi') },
  { id: 'in-aadhaar', pattern: re(String.raw`[2-9]\d{3}([- :]?)\d{4}\1\d{4}`), valid: check.verhoeff },
  {
    id: 'kr-rrn',
    pattern: re(String.raw`\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-?[1-8]\d{6}`),
    valid: (text) => text.includes('-') || check.krrn(text),
  },
  { id: 'se-personnummer', pattern: /(?<![\d-])(?:(?:18|19|20)?\d{6}[-+]\d{4}|(?:18|19|20)\d{10})(?!\w)/g, valid: check.luhnTen },
  { id: 'za-id', pattern: re(String.raw`\d{13}`), valid: check.datedLuhn },
  {
    id: 'us-mbi',
    pattern: re(String.raw`[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}`, 'gi'),
  },
  { id: 'de-vat', pattern: re(String.raw`DE[ .-]?\d{3}[ .-]?\d{3}[ .-]?\d{3}`, 'gi'), valid: check.mod1110 },
  { id: 'br-cpf', pattern: re(String.raw`\d{3}\.\d{3}\.\d{3}-\d{2}`), valid: world.cpf },
  { id: 'br-cnpj', pattern: re(String.raw`\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}`), valid: world.cnpj },
  { id: 'ch-ahv', pattern: re(String.raw`756\.\d{4}\.\d{4}\.\d{2}`), valid: world.ahv },
  { id: 'cn-id', pattern: re(String.raw`\d{17}[\dX]`, 'gi'), valid: world.chinese },
  { id: 'mx-curp', pattern: re(String.raw`[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d`) },
  { id: 'th-id', pattern: re(String.raw`[1-8]-?\d{4}-?\d{5}-?\d{2}-?\d`), valid: check.thaiId },
  { id: 'kr-brn', pattern: re(String.raw`\d{3}-\d{2}-\d{5}`), valid: check.krBusiness },
  { id: 'us-dea', needs: /[A-Z]{2}\d{7}/i, pattern: re(String.raw`[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}`, 'gi'), valid: check.dea },
  { id: 'au-abn', pattern: re(String.raw`\d{2} \d{3} \d{3} \d{3}`), valid: check.abn },
  { id: 'in-voter', pattern: re(String.raw`[A-Z]{3}\d{7}`), context: /voter|epic|election|vote/i },
];

/** Kinds that are a checksum or a bare shape: digits that need a word near them, or nothing but themselves. */
export const NAMED: readonly Kind[] = [
  {
    id: 'uk-nino',
    alone: false,
    pattern: re(String.raw`[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}`, 'gi'),
    context: /nino|national insurance|\bni (?:no|number)/i,
  },
  // The fourth letter tells what holds it, and a new letter comes now and then: without a known one it is a guess.
  { id: 'in-pan', pattern: re(String.raw`[A-Z]{5}\d{4}[A-Z]`, 'gi'), context: /\bpan\b|permanent account|income tax/i },
  {
    // Numbers given out or corrected since October 2020 end in chance: the check digit proves the older ones only.
    id: 'kr-rrn',
    pattern: re(String.raw`\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[1-8]\d{6}`),
    context: /주민|외국인|\brrn\b|\bfrn\b|resident|registration|korea/i,
  },
  { id: 'us-ssn', alone: false, pattern: re(String.raw`\d{9}|\d{3}-\d{6}|\d{5}-\d{4}`), valid: ssn, context: /ssn|social.?sec/i },
  { id: 'ca-sin', pattern: re(String.raw`[1-79]\d{2}[- ]?\d{3}[- ]?\d{3}`), valid: check.luhn, context: /\bsin\b|\bnas\b|social insurance|canad/i },
  { id: 'us-aba', pattern: re(String.raw`\d{4}-?\d{4}-?\d`), valid: (text) => check.aba(text.replace(/\D/g, '')), context: /aba|routing|bank/i },
  { id: 'us-npi', pattern: re(String.raw`[12]\d{3}[ -]?\d{3}[ -]?\d{3}`), valid: check.npi, context: /npi|provider/i },
  { id: 'us-bank', alone: false, pattern: re(String.raw`\d{8,17}`), context: /bank|account|acct|savings|checking|debit/i },
  { id: 'us-passport', pattern: re(String.raw`[A-Z]?\d{8,9}`, 'gi'), context: PASSPORT },
  {
    id: 'passport',
    pattern: re(String.raw`[A-Z]{1,3}\d{5,8}[A-Z]?|[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}|[MSRODG]\d{3}[A-Z]?\d{4,5}`, 'gi'),
    context: PASSPORT,
  },
  {
    id: 'driver-licence',
    pattern: re(
      String.raw`[A-Z]{1,3}\d{5,14}[A-Z]?|[A-Z]{5}\d{6}[A-Z0-9]{5}|\d{2}-\d{2}-\d{6}-\d{2}|[A-Z]\d{2}[A-Z0-9]{6}\d[0-9X]|[A-Z]\d{3}-\d{3}-\d{2}-\d{3}-\d|U1[A-Z0-9]{7}[A-Z]|[A-Z]{2}\d{8}[A-Z]|[A-Z]{2}\d{7}[A-Z]|\d{2} \d{2} \d{6} \d{2}`,
      'gi',
    ),
    valid: notVat,
    guess: true,
    context: LICENCE,
  },
  { id: 'driver-licence', alone: false, pattern: re(String.raw`\d{6,9}`), context: LICENCE },
  {
    id: 'uk-driving-licence',
    pattern: re(String.raw`[A-Z9]{5}\d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}[A-Z0-9]{3}`, 'gi'),
  },
  { id: 'uk-nhs', pattern: re(String.raw`\d{10}`), valid: check.nhs, context: /nhs|health/i },
  {
    id: 'uk-postcode',
    pattern: re(
      String.raw`(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRV-Y]) ?\d[ABD-HJLNP-UW-Z]{2})`,
      'gi',
    ),
    context: /post ?code|address|london|street|road|lives|uk\b|deliver|ship/i,
  },
  {
    id: 'vehicle-plate',
    pattern: re(
      String.raw`[A-HJ-PR-Y][A-Z]\d{2}[ -]?[A-Z]{3}|[A-Z]{3} \d{1,3}[A-Z]|[A-Z]{1,3} [A-Z]{1,2} \d{1,4}[EH]?|[A-HJ-PR-Y]\d{1,3} ?[A-Z]{3}|[A-Z]{3} ?\d{1,4}[A-Z]?|[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2}[- ]?\d{1,4}[EH]?|\d{2} ?[A-Z]{1,3} ?\d{2,5}|[A-Z]{2}[- ]?\d{1,2}[- ]?[A-Z]{1,3}[- ]?\d{4}|[A-Z]{3}[ -]?\d{3}[ -]?[A-Z]{2}|[A-Z]{1,3}-[A-Z]{1,2}-\d{1,4}[EH]?|[A-Z]{2}\d[A-Z]{3}\d{4}|[A-Z]{2}\d{4}|\d[A-Z]{3}\d{3}`,
      'gi',
    ),
    valid: plate,
    guess: true,
    context: CAR,
  },
  { id: 'pl-pesel', pattern: re(String.raw`\d{11}`), valid: check.pesel, context: /pesel/i },
  { id: 'tr-id', pattern: re(String.raw`[1-9]\d{10}`), valid: check.turkishId, context: /kimlik|t\.?c\.?|turk|türk|ki[sş]i/i },
  { id: 'de-tax-id', pattern: re(String.raw`[1-9]\d(?: ?\d{3}){3}`), valid: check.mod1110, context: /steuer|tax|idnr|tin\b/i },
  { id: 'de-tax-number', pattern: re(String.raw`\d{2,3}[/ ]\d{3,4}[/ ]\d{4,5}`), context: /steuer|tax|st\.?-?nr/i },
  { id: 'de-tax-number', pattern: re(String.raw`(?:0[1-9]|1[0-6])\d{11}`), context: /steuer|tax|st\.?-?nr/i },
  { id: 'de-health', pattern: re(String.raw`[A-Z]\d{9}`), context: /kranken|versicher|kvnr|health|gkv|egk/i },
  { id: 'de-social', pattern: re(String.raw`\d{2} ?\d{6} ?[A-Z] ?\d{3}`, 'gi'), context: /sozial|rente|versicher|svnr|rvnr|social/i },
  {
    id: 'de-id-card',
    pattern: re(String.raw`[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?|T\d{8}`),
    context: /ausweis|personal|id.?card|identity/i,
  },
  { id: 'de-register', pattern: re(String.raw`HR[AB][ ]?\d{1,6}(?: ?[A-Z])?`, 'gi') },
  { id: 'de-doctor', pattern: re(String.raw`\d{9}`), context: /lanr|bsnr|arztnummer|betriebsst|praxis|arzt/i },
  { id: 'de-plz', pattern: re(String.raw`\d{5}`), context: /plz|postleitzahl|berlin|münchen|hamburg|wohn|straße|adresse/i },
  { id: 'au-acn', pattern: re(String.raw`\d{3} \d{3} \d{3}|\d{9}`), valid: check.acn, context: /acn|company/i },
  { id: 'au-tfn', pattern: re(String.raw`\d{3} \d{3} \d{3}|\d{9}`), valid: check.tfn, context: /tfn|tax file/i },
  { id: 'au-medicare', pattern: re(String.raw`[2-6]\d{3} ?\d{5} ?\d`), valid: check.medicareAu, context: /medicare/i },
  { id: 'au-abn', pattern: re(String.raw`\d{11}`), valid: check.abn, context: /abn|business/i },
  { id: 'se-organisation', pattern: re(String.raw`\d{6}-?\d{4}`), valid: check.luhnTen, context: /org|företag|bolag|person/i },
  { id: 'kr-brn', pattern: re(String.raw`\d{10}`), valid: check.krBusiness, context: /brn|사업자|business/i },
  { id: 'it-vat', pattern: re(String.raw`\d{11}`), valid: check.luhn, context: /iva|vat/i },
  {
    id: 'it-identity-card',
    pattern: re(String.raw`[A-Z]{2} ?\d{7}|\d{7}[A-Z]{2}|[A-Z]{2}\d{5}[A-Z]{2}`, 'gi'),
    context: /carta|identit|identity|cie\b/i,
  },
  { id: 'es-passport', pattern: re(String.raw`[A-Z]{3}\d{6}`, 'gi'), context: PASSPORT },
  { id: 'ph-tin', alone: false, pattern: re(String.raw`\d{3}-\d{3}-\d{3}(?:-\d{3,5})?|\d{9}(?:\d{3})?`), context: /tin\b|tax/i },
  {
    id: 'sg-uen',
    pattern: re(String.raw`\d{8}[A-Z]|(?:19|20)\d{7}[A-Z]|[TSR]\d{2}[A-Z]{2}\d{4}[A-Z]`, 'gi'),
    context: /uen|company|business|entity/i,
  },
  {
    id: 'certificate',
    alone: false,
    pattern: re(String.raw`[A-Z]{1,4}-?\d{4,10}(?:-\d{1,6})?|[A-Z]\d{2}-\d{3,9}`, 'gi'),
    context: /certif|licen[cs]e n/i,
  },
  {
    id: 'date-of-birth',
    pattern: re(
      String.raw`\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[- ](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[- ,]{1,2}\d{2,4}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6} \d{1,2},? \d{4}`,
      'gi',
    ),
    context: /birth|dob\b|born|geboren|naissance|nacimiento|nascita/i,
  },
];
