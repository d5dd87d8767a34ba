/** A credential format of a provider, as data: found by a literal it must contain, proved by a bounded pattern. */
export interface Format {
  /** Shown in evidence, e.g. `github-token`. */
  readonly id: string;
  /** A lower-case literal every match contains within its first 40 characters. */
  readonly near: readonly string[];
  /** Sticky-free, bounded quantifiers only; the first group, when there is one, is the secret. */
  readonly pattern: RegExp;
  /** Shannon bits per character the secret must have; default 2.5. */
  readonly bits?: number;
  /** What a person chose: it need not look random, but like a password. */
  readonly human?: true;
  /** No words and no names: what a generator makes. */
  readonly random?: true;
  /** Where it stands says what it is: an example there is worth a record. */
  readonly shown?: true;
  /** The text must hold this word as well. */
  readonly beside?: string;
}

/** Nothing goes on, and it is no name of a file. */
const EDGE = '(?![A-Za-z0-9]|\\.(?:png|jpe?g|gif|svg|ico|webp|css|m?js|map|woff2?|html?|txt|json)(?![A-Za-z0-9]))';

/** `id | literal prefix | rest of the pattern | bits?`, one format a line. The prefix stands at a word start. */
export function prefixed(table: string): Format[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', near = '', rest = '', bits = ''] = line.split(' | ').map((cell) => cell.trim());
      const prefix = near.replace(/[.*+?^${}()[\]\\/]/g, '\\$&');
      const format = {
        id,
        near: [near.toLowerCase()],
        pattern: new RegExp(`(?<![A-Za-z0-9]|\\w\\.)${prefix}${rest}${near.length >= 4 && near.includes('_') ? '' : EDGE}`, 'g'),
      };
      return bits === '' ? format : { ...format, bits: Number(bits) };
    });
}
