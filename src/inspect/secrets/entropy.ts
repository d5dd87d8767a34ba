/** Shannon entropy in bits per character, over at most the first 256 characters. */
export function entropy(text: string): number {
  const length = Math.min(text.length, 256);
  if (length === 0) return 0;
  const counts = new Map<number, number>();
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / length) * Math.log2(count / length);
  return bits;
}

const VOWELS = /[aeiouy]/gi;

/** Letters of one kind of case that can be spoken: a word, or a name, not the output of a generator. */
function isWord(run: string): boolean {
  if (run.length < 3) return false;
  const vowels = run.match(VOWELS)?.length ?? 0;
  return run.length <= 18 && vowels * 6 >= run.length && vowels * 4 <= run.length * 3 && !/[^aeiouy]{5}/i.test(run);
}

/** Whether a value is words and numbers, each whole between its marks: `MonthlyReport-2.1`, `session-2024-summary`. Looks at 200 characters. */
export function isWordy(value: string): boolean {
  const parts = value
    .slice(0, 200)
    .split(/[-_./: +]+/)
    .flatMap((part) => part.split(/(?<=[a-z])(?=[A-Z])/));
  let letters = 0;
  for (const part of parts) {
    // `x64`, `Ed25519`, `v2` are names of things as much as words are.
    if (/^[A-Za-z]{0,8}\d{0,8}$/.test(part) && /\d|^$/.test(part)) continue;
    if (!/^[A-Za-z]+$/.test(part) || (part.length > 2 && !isWord(part)) || /^.[a-z]*[A-Z]/.test(part.replace(/^[A-Z]+$/, ''))) return false;
    letters += part.length;
  }
  return letters >= 3 && parts.length > 1;
}

/** Whether it is mostly words in camel case, as names in code are: `SponsoredProductsRemoteSearch`. Looks at 200 characters. */
export function isCamel(value: string): boolean {
  const head = value.slice(0, 200);
  const words = (head.match(/[A-Z]?[a-z]{3,}/g) ?? []).filter(isWord);
  return words.reduce((sum, word) => sum + word.length, 0) * 2 >= head.length;
}
