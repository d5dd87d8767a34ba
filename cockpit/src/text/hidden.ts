/** Characters that are drawn as nothing, as a blank of another width, or that turn the order of what stands beside them. */
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2800]/u;
/** Marks beyond these pile up over their neighbours. */
const MOST_MARKS = 2;
const MARK = /\p{M}/u;
/** Pieces that one text is drawn as; of more, code points stand in the text itself. */
const MOST_PIECES = 4_000;

export interface Piece {
  readonly text: string;
  readonly hidden: boolean;
}

const codePoint = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** A text in pieces: as it is, and code points for what nobody would see. Linear in the text. */
export function pieces(text: string): readonly Piece[] {
  const found: Piece[] = [];
  let [plain, codes, marks] = ['', '', 0];
  const flush = (): void => {
    if (plain !== '') found.push({ text: plain, hidden: false });
    if (codes !== '') found.push({ text: codes, hidden: true });
    [plain, codes] = ['', ''];
  };
  for (const character of text) {
    const isMark = MARK.test(character);
    marks = isMark ? marks + 1 : 0;
    const isPlain = character === '\n' || character === '\t' || !(HIDDEN.test(character) || (isMark && marks > MOST_MARKS));
    if (isPlain) {
      if (codes !== '') flush();
      plain += character;
    } else {
      if (plain !== '' && codes === '') flush();
      codes += codes === '' ? codePoint(character) : ` ${codePoint(character)}`;
    }
  }
  flush();
  if (found.length <= MOST_PIECES) return found;
  return [{ text: found.map((piece) => (piece.hidden ? `⟦${piece.text}⟧` : piece.text)).join(''), hidden: false }];
}
