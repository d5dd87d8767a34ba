const NOT_ASCII = /[^\x00-\x7f]/;
/** Characters that draw nothing: format characters, fillers, variation selectors, tags. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** true when folding could change the text. */
export function needsFolding(text: string): boolean {
  return NOT_ASCII.test(text);
}

/** The text as a lax reader sees it: invisible characters gone, NFKC, a few case-folding traps (K, ſ, ı) undone. */
export function fold(text: string): string {
  if (!needsFolding(text)) return text;
  return text
    .replace(INVISIBLE, '')
    .normalize('NFKC')
    .replaceAll('\u017f', 's')
    .replaceAll('\u212a', 'K')
    .replaceAll('\u0131', 'i')
    .replaceAll('\u0130', 'I');
}
