/** What goes to the terminal. Colour only where a person looks, and never a byte of an agent's that the terminal would obey. */

const colours = { allow: 32, modify: 36, ask: 33, defer: 35, deny: 31, good: 32, medium: 33, bad: 31, dim: 2, bold: 1 } as const;

export type Tone = keyof typeof colours;

export function colourful(stream: NodeJS.WriteStream = process.stdout, env: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb';
}

export function tone(name: Tone, text: string): string {
  return colourful() ? `\u001b[${String(colours[name])}m${text}\u001b[0m` : text;
}

export function effectTone(effect: string): Tone {
  return effect === 'allow' || effect === 'modify' || effect === 'ask' || effect === 'defer' ? effect : 'deny';
}

/** CRITICAL and HIGH are seen at a glance; LOW stays in the background. */
export function riskTone(risk: string): Tone | null {
  return risk === 'CRITICAL' || risk === 'HIGH' ? 'bad' : risk === 'MEDIUM' ? 'medium' : risk === 'LOW' ? 'dim' : null;
}

/** Control, bidi, zero-width and tag characters as `\u{…}`, so that what is seen is what is there. */
export function visible(text: string): string {
  return text.replace(/[^\u0020-\u007e]/gu, (character) => (hidden(character) ? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}` : character));
}

/** JSON whose strings hold the same characters, those a terminal would obey or hide as JSON's own `\uXXXX`. */
export function jsonText(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(/[^\u0000-\u007e]/gu, (character) =>
    hidden(character)
      ? Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
      : character,
  );
}

function hidden(character: string): boolean {
  const point = character.codePointAt(0) ?? 0;
  return HIDDEN.some(([from, to]) => point >= from && point <= to);
}

/** Code points a terminal obeys, hides or reorders by. */
const HIDDEN: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xe0000, 0xe0fff],
];

/** Head, tail and length: a payload may hide at the end, so the end is always shown. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.max(1, Math.floor((limit - 12) / 2));
  return `${text.slice(0, half)} … ${text.slice(-half)} (${String(text.length)})`;
}

export function json(value: unknown): void {
  line(jsonText(value, 2));
}

export function line(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function usd(micros: unknown): string {
  return typeof micros === 'number' ? `$${(micros / 1_000_000).toFixed(micros % 10_000 === 0 ? 2 : 6)}` : '';
}
