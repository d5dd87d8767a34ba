/** Other readings of a text that people can read and programs do not: rot13, digits for letters, letters set apart, written backwards. */

/** What an order to a model holds, as rot13 and backwards; nothing else is worth turning. */
const ROT13 = /vtaber|vafgehpgvba|cerivbhf|flfgrz cebzcg|qvfertneq|sbyybj/;
const BACKWARDS = /snoitcurtsni|suoiverp|erongi|drawrof|tpmorp metsys/;
/** Digits and signs inside words, as people write them for letters. */
const LEET = /[a-z][013457@$]{1,2}[a-z]|(?<![a-z0-9])[1347][a-z]{2}/g;
const LEAST_LEET = 3;
const SPACED = /(?<![\p{L}\p{N}])(?:[\p{L}\p{N}][ .\-_*|]{1,3}){7,}[\p{L}\p{N}](?![\p{L}\p{N}])/u;
const SPACED_ALL = new RegExp(SPACED.source, 'gu');
const MOST = 65_536;

const LETTERS: Readonly<Record<string, string>> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's' };

const rot13 = (text: string): string => text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97));

/** Lower case in. Empty for nearly every text: each reading is made only where something hints at it. */
export function disguised(plain: string): readonly string[] {
  const text = plain.length > MOST ? plain.slice(0, MOST) : plain;
  const out: string[] = [];
  if (ROT13.test(text)) out.push(rot13(text));
  if (BACKWARDS.test(text)) out.push([...text].reverse().join(''));
  if ((text.match(LEET)?.length ?? 0) >= LEAST_LEET) out.push(text.replace(/[013457@$]/g, (sign) => LETTERS[sign] ?? sign));
  if (SPACED.test(text)) out.push(text.replace(SPACED_ALL, joinLetters));
  return out;
}

/** Where words are set further apart than letters they stay apart; else the verbs and nouns of an order are cut out of the run. */
function joinLetters(run: string): string {
  const joined = run.split(/[ .\-_*|]{2,}/).map((word) => word.replace(/[ .\-_*|]/g, ''));
  const text = joined.join(' ');
  return joined.length > 2
    ? text
    : text.replace(/ignore|disregard|forget|all|previous|prior|above|the|your|instructions?|rules|system|prompt|reveal|and/g, ' $& ');
}
