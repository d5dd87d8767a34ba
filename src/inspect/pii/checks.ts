/** Check-digit arithmetic of identifiers. Each takes the characters without separators. */

export function digitsOf(text: string): number[] {
  const digits: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) digits.push(digit);
  }
  return digits;
}

function weigh(digits: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += (weights[i] ?? 0) * (digits[i] ?? 0);
  return sum;
}

const varied = (digits: readonly number[]): boolean => digits.some((digit) => digit !== digits[0]);

/** ISO/IEC 7812-1 annex B. */
export function luhn(text: string): boolean {
  const digits = digitsOf(text).reverse();
  const sum = digits.reduce((total, digit, i) => total + (i % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2), 0);
  return digits.length > 1 && varied(digits) && sum % 10 === 0;
}

/** ISO 7064 mod 97-10, as in IBAN. */
export function mod97(text: string): boolean {
  const turned = text.slice(4) + text.slice(0, 4);
  let rest = 0;
  for (const char of turned.toUpperCase()) {
    const value = Number.parseInt(char, 36);
    rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97;
  }
  return rest === 1;
}

/** Verhoeff (1969), as in Aadhaar. */
export function verhoeff(text: string): boolean {
  const digits = digitsOf(text);
  let check = 0;
  digits.reverse().forEach((digit, i) => {
    check = D5[check]?.[permute(i % 8, digit)] ?? 0;
  });
  return varied(digits) && check === 0;
}

const D5 = Array.from({ length: 10 }, (_, a) => Array.from({ length: 10 }, (_unused, b) => dihedral(a, b)));
const STEP = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

function dihedral(a: number, b: number): number {
  const turn = (x: number): number => ((x % 5) + 5) % 5;
  if (a < 5) return b < 5 ? turn(a + b) : 5 + turn(a + b - 5);
  return b < 5 ? 5 + turn(a - 5 - b) : turn(a - b);
}

function permute(times: number, digit: number): number {
  let out = digit;
  for (let i = 0; i < times; i++) out = STEP[out] ?? 0;
  return out;
}

/** ISO 7064 mod 11-10, as in the German tax id and VAT number. */
export function mod1110(text: string): boolean {
  const digits = digitsOf(text);
  let product = 10;
  for (const digit of digits.slice(0, -1)) {
    const sum = (digit + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === digits.at(-1);
}

const W = (text: string): readonly number[] => text.split(' ').map(Number);

/** Weighted sums whose remainder must vanish: `modulus`, weights over all digits. */
export function weighted(modulus: number, weights: string): (text: string) => boolean {
  const factors = W(weights);
  return (text) => {
    const digits = digitsOf(text);
    return varied(digits) && weigh(digits, factors) % modulus === 0;
  };
}

export const nhs = weighted(11, '10 9 8 7 6 5 4 3 2 1');
export const pesel = weighted(10, '1 3 7 9 1 3 7 9 1 3 1');
const routing = weighted(10, '3 7 1 3 7 1 3 7 1');
export const aba = (text: string): boolean => routing(text) && /^(?:0[1-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(text);
export const tfn = weighted(11, '1 4 3 7 5 8 6 9 10');

const ABN = W('10 1 3 5 7 9 11 13 15 17 19');

export function abn(text: string): boolean {
  const digits = digitsOf(text);
  return weigh([(digits[0] ?? 0) - 1, ...digits.slice(1)], ABN) % 89 === 0;
}

const ACN = W('8 7 6 5 4 3 2 1');

export function acn(text: string): boolean {
  const digits = digitsOf(text);
  return varied(digits) && (10 - (weigh(digits, ACN) % 10)) % 10 === digits[8];
}

const MEDICARE = W('1 3 7 9 1 3 7 9');

export function medicareAu(text: string): boolean {
  const digits = digitsOf(text);
  return varied(digits) && weigh(digits, MEDICARE) % 10 === digits[8];
}

const KRRN = W('2 3 4 5 6 7 8 9 2 3 4 5');

export function krrn(text: string): boolean {
  const digits = digitsOf(text);
  const rest = 11 - (weigh(digits, KRRN) % 11);
  const last = digits[12];
  return varied(digits) && (rest % 10 === last || (rest + 2) % 10 === last);
}

const KR_BUSINESS = W('1 3 7 1 3 7 1 3 5');

export function krBusiness(text: string): boolean {
  const digits = digitsOf(text);
  const sum = weigh(digits, KR_BUSINESS) + Math.floor(((digits[8] ?? 0) * 5) / 10);
  return varied(digits) && (10 - (sum % 10)) % 10 === digits[9];
}

const THAI = W('13 12 11 10 9 8 7 6 5 4 3 2');

export function thaiId(text: string): boolean {
  const digits = digitsOf(text);
  return varied(digits) && (11 - (weigh(digits, THAI) % 11)) % 10 === digits[12];
}

export function turkishId(text: string): boolean {
  const d = digitsOf(text);
  const odd = (d[0] ?? 0) + (d[2] ?? 0) + (d[4] ?? 0) + (d[6] ?? 0) + (d[8] ?? 0);
  const even = (d[1] ?? 0) + (d[3] ?? 0) + (d[5] ?? 0) + (d[7] ?? 0);
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return d[0] !== 0 && tenth === d[9] && (odd + even + tenth) % 10 === d[10];
}

const NIF = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** Spanish NIF and NIE: the letter is the number modulo 23. */
export function nif(text: string): boolean {
  const clean = text.toUpperCase().replace(/[^0-9A-Z]/g, '');
  const number = Number(clean.slice(0, -1).replace('X', '0').replace('Y', '1').replace('Z', '2'));
  return NIF[number % 23] === clean.at(-1);
}

export function finnish(text: string): boolean {
  const number = Number(text.slice(0, 6) + text.slice(7, 10));
  return '0123456789ABCDEFHJKLMNPRSTUVWXY'[number % 31] === text.at(-1)?.toUpperCase() && /^(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])/.test(text);
}

const NRIC = W('2 7 6 5 4 3 2');

/** Singapore NRIC/FIN. */
export function nric(text: string): boolean {
  const upper = text.toUpperCase();
  const sum = weigh(digitsOf(upper), NRIC) + (/^[TG]/.test(upper) ? 4 : upper.startsWith('M') ? 3 : 0);
  const table = /^[ST]/.test(upper) ? 'JZIHGFEDCBA' : upper.startsWith('M') ? 'XWUTRQPNJLK' : 'XWUTRQPNMLK';
  return table[sum % 11] === upper.at(-1) || upper.startsWith('M');
}

/** US drug enforcement number. */
export function dea(text: string): boolean {
  const d = digitsOf(text);
  return ((d[0] ?? 0) + (d[2] ?? 0) + (d[4] ?? 0) + 2 * ((d[1] ?? 0) + (d[3] ?? 0) + (d[5] ?? 0))) % 10 === d[6];
}

/** US provider number: Luhn over 80840 and the digits. */
export const npi = (text: string): boolean => luhn(`80840${text.replace(/\D/g, '')}`);

/** South African, Canadian and Swedish numbers all use Luhn over their digits; Swedish over the last ten. */
export const luhnTen = (text: string): boolean => luhn(text.replace(/\D/g, '').slice(-10));

const DAY = /^(?:19|20)?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])/;
/** A Swedish or South African number begins with a date of birth. */
export const datedLuhn = (text: string): boolean => DAY.test(text.replace(/\D/g, '')) && (luhn(text.replace(/\D/g, '')) || luhnTen(text));

export function italianFiscal(text: string): boolean {
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
  let sum = 0;
  [...text.toUpperCase().slice(0, 15)].forEach((char, i) => {
    const value = char >= '0' && char <= '9' ? Number(char) : char.charCodeAt(0) - 65;
    sum += i % 2 === 0 ? (odd[value] ?? 0) : value;
  });
  return String.fromCharCode(65 + (sum % 26)) === text.toUpperCase()[15];
}
