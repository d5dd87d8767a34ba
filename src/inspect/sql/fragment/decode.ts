const MAX_VARIANTS = 4;

/** The spellings a value has on its way into a query: as is, percent-decoded up to twice, plus as space, smart quotes folded, entities. */
export function spellings(text: string): string[] {
  const found = [fold(text)];
  let value = text;
  for (let round = 0; round < 2; round += 1) {
    if (!/%[0-9a-fu]/i.test(value)) break;
    const next = percent(value);
    if (next === value) break;
    value = next;
    add(found, fold(value));
  }
  if (/\+/.test(value) && !/\s/.test(value.trim())) add(found, fold(value.replaceAll('+', ' ')));
  // Written into CSV or a string of a program, every quote stands twice.
  if (value.includes('""')) add(found, fold(value.replace(/"{2,}/g, '"')));
  // `uni/**/on`: filters that remove comments put the word together again.
  if (/[a-z]\/\*\*\/[a-z]/i.test(value)) add(found, fold(value.replaceAll('/**/', '')));
  if (value.includes('&#'))
    add(
      found,
      fold(
        value.replace(/&#(?:x([0-9a-f]{1,5})|(\d{1,6}));?/gi, (_, hex: string | undefined, dec: string | undefined) =>
          character(hex === undefined ? Number(dec) : Number.parseInt(hex, 16)),
        ),
      ),
    );
  return found;
}

function add(found: string[], text: string): void {
  if (found.length < MAX_VARIANTS && !found.includes(text)) found.push(text);
}

const character = (code: number): string => (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ');

function percent(text: string): string {
  return text.replace(/%u([0-9a-f]{4})|%([0-9a-f]{2})/gi, (_, wide: string | undefined, byte: string | undefined) =>
    character(Number.parseInt(wide ?? byte ?? '20', 16)),
  );
}

/** Quotes and full-width forms that databases and drivers fold to ASCII. */
function fold(text: string): string {
  return /[^\x00-\x7f]/.test(text)
    ? text.replace(/[\u2018\u2019\u02bc\u00b4\u2032]/g, "'").replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    : text;
}
