/**
 * Letters that look like ASCII ones: the Cyrillic, Greek, Armenian and Cherokee rows of the Unicode confusables (UTS 39) that are
 * used in attacks. HOLE: not the whole table; NFKC takes care of the mathematical and full-width alphabets.
 */
const PAIRS =
  'аa еe оo рp сc уy хx іi јj ѕs һh ԁd ԛq ԝw ьb вb кk мm нh тt гr пn АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ІI ЈJ ЅS αa οo νv ρp τt υu ιi κk χx εe ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX оo օo սu ոn հh ցg ɡg ɑa ıi ǀl ӏl Ꭺa Ꭼe Ꮩv ᴀa ᴄc ᴅd ᴇe ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ʀr ɴn ʟl ɪi';

const LOOKS: ReadonlyMap<string, string> = new Map(PAIRS.split(' ').map((pair) => [[...pair][0] ?? '', [...pair][1] ?? '']));
const ANY_LOOKS = new RegExp(`[${[...LOOKS.keys()].join('')}]`);
const NOT_ASCII = /[^\x00-\x7f]/;

/** The text with look-alike letters replaced by the ASCII letters they look like (a subset of the UTS 39 skeleton). */
export function skeleton(text: string): string {
  if (!ANY_LOOKS.test(text)) return text;
  let out = '';
  for (const char of text) out += LOOKS.get(char) ?? char;
  return out;
}

const LATIN = /\p{Script=Latin}/u;
const LOOKALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u;

/** A word that mixes Latin with look-alike letters: `pаypal` with a Cyrillic а. Words of one script are ordinary writing. */
export function mixedWord(text: string): string | undefined {
  if (!LOOKALIKE.test(text)) return undefined;
  for (const match of text.matchAll(/[\p{L}\p{M}]{2,64}/gu)) {
    const word = match[0];
    if (NOT_ASCII.test(word) && LATIN.test(word) && LOOKALIKE.test(word) && skeleton(word) !== word) return word;
  }
  return undefined;
}
