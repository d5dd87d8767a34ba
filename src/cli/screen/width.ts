/** Columns of the terminal, or null where the output goes into a file or a pipe and nothing may be cut. */
export function screenWidth(stream: NodeJS.WriteStream = process.stdout): number | null {
  return stream.isTTY ? Math.max(40, stream.columns) : null;
}

/** Code points a terminal draws two columns wide (Unicode East Asian Width W and F, in whole blocks). */
const WIDE: readonly (readonly [from: number, to: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

function columnsOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x300) return 1;
  if (/^\p{M}$/u.test(character)) return 0;
  return WIDE.some(([from, to]) => point >= from && point <= to) ? 2 : 1;
}

/** How many columns a text takes on a terminal. */
export function drawnWidth(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** The text in at most so many columns, with `…` where it was cut. */
export function cut(text: string, columns: number): string {
  if (drawnWidth(text) <= columns) return text;
  let kept = '';
  let width = 1;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}
