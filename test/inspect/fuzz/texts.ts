import { fc } from '../../random.ts';
import { VOCABULARIES } from './vocabularies.ts';
import type { Vocabulary } from './vocabularies.ts';

const pick = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** Pieces of one kind of text: in each other and beside each other, repeated, cut off, and closed by the wrong bracket. */
export function textOf({ words, brackets, gaps }: Vocabulary): fc.Arbitrary<string> {
  const { whole } = fc.letrec<{ piece: string; whole: string }>((tie) => ({
    piece: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 6, arbitrary: pick(words) },
      { weight: 3, arbitrary: fc.tuple(pick(brackets), tie('whole')).map(([[open, close], inner]) => open + inner + close) },
      { weight: 1, arbitrary: fc.tuple(pick(brackets), pick(brackets), tie('whole')).map(([[open], [, close], inner]) => open + inner + close) },
      { weight: 1, arbitrary: pick(brackets).chain(([open, close]) => pick([open, close])) },
    ),
    whole: fc.array(fc.tuple(tie('piece'), pick(gaps)), { minLength: 1, maxLength: 8 }).map((all) => all.map((pair) => pair.join('')).join('')),
  }));
  const repeated = fc
    .tuple(whole, pick(brackets), fc.integer({ min: 1, max: 400 }), pick(['open', 'both', 'text'] as const))
    .map(([text, [open, close], times, how]) =>
      how === 'text' ? text.repeat(Math.ceil(times / 8)) : open.repeat(times) + text + (how === 'both' ? close.repeat(times) : ''),
    );
  return fc.oneof({ weight: 12, arbitrary: whole }, { weight: 1, arbitrary: repeated });
}

/** What bytes a text may really be made of, and what it says of itself. */
const MARKS = [
  '\ufeff',
  '\ufffe',
  'ÿþ',
  'þÿ',
  'ï»¿',
  '\u0000',
  '\ud800',
  '\udc00',
  '\udbff\ud800',
  '\u2028',
  '\u0085',
  '\u202e',
  '\u{e0041}',
  '\ufe0f',
  '\u00c0\u00ae',
  '%c0%ae',
  '%u002e',
  '\\ud83d',
];
const CLAIMS = [
  '<?xml version="1.0" encoding="UTF-16"?>',
  '# -*- coding: utf-7 -*-\n',
  'data:text/plain;charset=utf-16;base64,',
  'Content-Type: text/html; charset=shift_jis\n\n',
  '<meta charset="utf-7">',
  '+ADw-script+AD4-',
  '=?utf-8?B?cm0gLXJmIC8=?=',
];

/** A text in an encoding it is not said to be in: cut inside a character, mixed, marked, or claimed to be another. */
export function misencoded(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const rewritten = fc.tuple(text, fc.integer({ min: 0, max: 11 }), fc.nat()).map(([plain, how, at]) => {
    const bytes = Buffer.from(plain, 'utf8');
    switch (how) {
      case 0:
        return Buffer.from(plain, 'utf16le').toString('latin1');
      case 1:
        return Buffer.from(plain, 'utf16le').swap16().toString('latin1');
      case 2:
        return bytes.toString('latin1');
      case 3:
        return bytes.subarray(0, at % (bytes.length + 1)).toString('utf8');
      case 4:
        return Buffer.from(plain, 'latin1').toString('utf8');
      case 5:
        return bytes.length % 2 === 0 ? bytes.toString('utf16le') : Buffer.concat([bytes, Buffer.from(' ')]).toString('utf16le');
      case 6:
        return Buffer.from(plain, 'utf16le').toString('base64');
      case 7:
        return bytes.toString('base64').slice(0, -(at % 5) || undefined);
      case 8:
        return bytes.toString('hex');
      case 9:
        return [...bytes]
          .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
          .join('')
          .slice(0, 3_000);
      case 10:
        return JSON.stringify(JSON.stringify({ command: plain }));
      default:
        return [...plain].map((char, i) => (i % 3 === at % 3 ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char)).join('');
    }
  });
  const marked = fc.tuple(text, pick([...MARKS, ...CLAIMS]), fc.nat()).map(([plain, mark, at]) => {
    const place = at % (plain.length + 1);
    return plain.slice(0, place) + mark + plain.slice(place);
  });
  return fc.oneof(
    rewritten,
    marked,
    fc.tuple(pick(CLAIMS), rewritten).map((parts) => parts.join('')),
  );
}

/** Bytes that are no text, read as if they were one. */
export const noise: fc.Arbitrary<string> = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 }).map((units) => String.fromCharCode(...units)),
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

export const KINDS = Object.keys(VOCABULARIES) as readonly (keyof typeof VOCABULARIES)[];
