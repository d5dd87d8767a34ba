import { digitsOf, luhn, mod1110 } from './checks.ts';

/** Check digits of national numbers, each over the characters without separators. */

function sum(digits: readonly number[], weights: string): number {
  return weights.split(' ').reduce((total, weight, i) => total + Number(weight) * (digits[i] ?? 0), 0);
}

const varied = (digits: readonly number[]): boolean => digits.some((digit) => digit !== digits[0]);
const rest11 = (value: number): number => ((11 - (value % 11)) % 11) % 10;

/** The remainder of a long number, digit by digit. */
function modulo(text: string, by: number): number {
  let rest = 0;
  for (const digit of digitsOf(text)) rest = (rest * 10 + digit) % by;
  return rest;
}

export function cpf(text: string): boolean {
  const d = digitsOf(text);
  if (d.length !== 11 || !varied(d)) return false;
  return rest11(sum(d, '10 9 8 7 6 5 4 3 2')) === d[9] && rest11(sum(d, '11 10 9 8 7 6 5 4 3 2')) === d[10];
}

export function cnpj(text: string): boolean {
  const d = digitsOf(text);
  if (d.length !== 14 || !varied(d)) return false;
  return rest11(sum(d, '5 4 3 2 9 8 7 6 5 4 3 2')) === d[12] && rest11(sum(d, '6 5 4 3 2 9 8 7 6 5 4 3 2')) === d[13];
}

export function bsn(text: string): boolean {
  const d = digitsOf(text);
  return d.length === 9 && varied(d) && sum(d, '9 8 7 6 5 4 3 2 -1') % 11 === 0;
}

/** French: the key is 97 less the number modulo 97; Corsica writes its departments with letters. */
export function nir(text: string): boolean {
  const clean = text.toUpperCase().replace(/[^0-9AB]/g, '');
  const plain = clean.replace('2A', '19').replace('2B', '18');
  return /^[12378]\d{14}$/.test(plain) && 97 - modulo(plain.slice(0, 13), 97) === Number(plain.slice(13));
}

export function ahv(text: string): boolean {
  const d = digitsOf(text);
  return d.length === 13 && text.startsWith('756') && (10 - (sum(d, '1 3 1 3 1 3 1 3 1 3 1 3') % 10)) % 10 === d[12];
}

/** Chile. */
export function rut(text: string): boolean {
  const clean = text.toUpperCase().replace(/[^0-9K]/g, '');
  const weights = [2, 3, 4, 5, 6, 7];
  const total = [...clean.slice(0, -1)].reverse().reduce((all, digit, i) => all + Number(digit) * (weights[i % 6] ?? 0), 0);
  return /^\d{7,8}[0-9K]$/.test(clean) && '0K987654321'[total % 11] === clean.at(-1);
}

export const oib = (text: string): boolean => digitsOf(text).length === 11 && varied(digitsOf(text)) && mod1110(text);

const dated = (month: number, day: number): boolean => month >= 1 && month <= 12 && day >= 1 && day <= 31;

/** Bulgaria. */
export function egn(text: string): boolean {
  const d = digitsOf(text);
  const month = Number(text.slice(2, 4)) % 20;
  return d.length === 10 && dated(month, Number(text.slice(4, 6))) && (sum(d, '2 4 8 5 10 9 7 3 6') % 11) % 10 === d[9];
}

/** Romania. */
export function cnp(text: string): boolean {
  const d = digitsOf(text);
  const check = sum(d, '2 7 9 1 4 6 3 5 8 2 7 9') % 11;
  return d.length === 13 && dated(Number(text.slice(3, 5)), Number(text.slice(5, 7))) && (check === 10 ? 1 : check) === d[12];
}

export function portugueseTax(text: string): boolean {
  const d = digitsOf(text);
  return d.length === 9 && varied(d) && rest11(sum(d, '9 8 7 6 5 4 3 2')) === d[8];
}

export const belgian = (text: string): boolean => {
  const digits = digitsOf(text).join('');
  if (digits.length !== 11) return false;
  return [digits.slice(0, 9), `2${digits.slice(0, 9)}`].some((head) => 97 - modulo(head, 97) === Number(digits.slice(9)));
};

export function norwegian(text: string): boolean {
  const d = digitsOf(text);
  if (d.length !== 11 || !dated(Number(text.slice(2, 4)) % 40, Number(text.slice(0, 2)) % 40)) return false;
  return (11 - (sum(d, '3 7 6 1 8 9 4 5 2') % 11)) % 11 === d[9] && (11 - (sum(d, '5 4 3 2 7 6 5 4 3 2') % 11)) % 11 === d[10];
}

export const danish = (text: string): boolean => dated(Number(text.slice(2, 4)), Number(text.slice(0, 2)));

/** Czechia and Slovakia: divisible by eleven. */
export const czech = (text: string): boolean => {
  const digits = digitsOf(text).join('');
  return digits.length === 10 && dated(Number(digits.slice(2, 4)) % 50, Number(digits.slice(4, 6))) && modulo(digits, 11) === 0;
};

/** Estonia and Lithuania. */
export function baltic(text: string): boolean {
  const d = digitsOf(text);
  if (d.length !== 11 || !dated(Number(text.slice(3, 5)), Number(text.slice(5, 7)))) return false;
  const first = sum(d, '1 2 3 4 5 6 7 8 9 1') % 11;
  const second = sum(d, '3 4 5 6 7 8 9 1 2 3') % 11;
  return (first < 10 ? first : second < 10 ? second : 0) === d[10];
}

export function irish(text: string): boolean {
  const clean = text.toUpperCase().replace(/\W/g, '');
  const extra = clean.length === 9 ? 9 * ((clean.charCodeAt(8) - 64) % 23) : 0;
  return 'WABCDEFGHIJKLMNOPQRSTUV'[(sum(digitsOf(clean), '8 7 6 5 4 3 2') + extra) % 23] === clean[7];
}

/** ISO 7064 mod 11-2, over eighteen characters with a date of birth in them. */
export function chinese(text: string): boolean {
  const clean = text.toUpperCase();
  const check = '10X98765432'[sum(digitsOf(clean.slice(0, 17)), '7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2') % 11];
  return (
    clean.length === 18 &&
    dated(Number(clean.slice(10, 12)), Number(clean.slice(12, 14))) &&
    /^[1-8]\d{5}(?:19|20)/.test(clean) &&
    check === clean[17]
  );
}

export function hongKong(text: string): boolean {
  const clean = text.toUpperCase().replace(/[^0-9A-Z]/g, '');
  const letters = clean.length === 9 ? clean : ` ${clean}`;
  const value = (char: string): number => (char === ' ' ? 36 : /\d/.test(char) ? Number(char) : char.charCodeAt(0) - 55);
  const total = [...letters].reduce((all, char, i) => all + (9 - i) * (i === 8 && char === 'A' ? 10 : value(char)), 0);
  return letters.length === 9 && total % 11 === 0;
}

export function taiwanese(text: string): boolean {
  const code = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(text[0]?.toUpperCase() ?? '') + 10;
  const d = digitsOf(text);
  return code >= 10 && (Math.floor(code / 10) + (code % 10) * 9 + sum(d, '8 7 6 5 4 3 2 1 1')) % 10 === 0;
}

/** Argentina, and by the same rule Peru's RUC. */
export const argentine = (text: string): boolean => {
  const d = digitsOf(text);
  return d.length === 11 && rest11(sum(d, '5 4 3 2 7 6 5 4 3 2')) === d[10];
};

export const israeli = (text: string): boolean => luhn(text.padStart(9, '0'));
export const emirati = (text: string): boolean => luhn(text.replace(/\D/g, ''));

/** New and old forms of the vehicle number: position nine is its check where makers use one. */
export function vin(text: string): boolean {
  const value = (char: string): number =>
    /\d/.test(char)
      ? Number(char)
      : ('12345678 12345 7 923456789'[char.charCodeAt(0) - 65] ?? '0') === ' '
        ? 0
        : Number('12345678 12345 7 923456789'[char.charCodeAt(0) - 65] ?? 0);
  const total = [...text.toUpperCase()].reduce(
    (all, char, i) => all + value(char) * ([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2][i] ?? 0),
    0,
  );
  return text.length === 17 && '0123456789X'[total % 11] === text.toUpperCase()[8];
}

const COUNTRIES =
  'AD AE AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BM BN BO BR BS BY BZ CA CD CG CH CI CL CM CN CO CR CU CV CY CZ DE DK DO DZ EC EE EG ES ET FI FO FR GA GB GE GH GI GL GR GT GU HK HN HR HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KR KW KY KZ LA LB LI LK LT LU LV LY MA MC MD ME MG MK ML MM MN MO MT MU MV MX MY MZ NA NE NG NI NL NO NP NZ OM PA PE PH PK PL PR PS PT PY QA RO RS RU RW SA SC SD SE SG SI SK SM SN SV SY TH TJ TM TN TR TT TW TZ UA UG US UY UZ VE VN XK YE ZA ZM ZW';
const OF: ReadonlySet<string> = new Set(COUNTRIES.split(' '));

/** ISO 9362: four letters, a country, a place, perhaps a branch. */
export const bic = (text: string): boolean => OF.has(text.slice(4, 6).toUpperCase());

/** ИНН: ten digits of a firm with one check digit, twelve of a person with two (Federal Tax Service, order ММВ-7-6/435). */
export function russianTax(text: string): boolean {
  const d = [...text].map(Number);
  const digit = (weights: readonly number[]): number => (weights.reduce((sum, weight, at) => sum + weight * (d[at] ?? 0), 0) % 11) % 10;
  if (d.length === 10) return digit([2, 4, 10, 3, 5, 9, 4, 6, 8]) === d[9];
  return digit([7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === d[10] && digit([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) === d[11];
}
