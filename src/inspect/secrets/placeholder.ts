const WORDS =
  /example|changeme|change_me|placeholder|your[_-]?|^my[_-]|my[_-]bot|(?:user|user_?name):(?:password|token|pass)|^test:test$|#{4,}|redacted|dummy|sample|insert[_-]|replace|todo|foobar|hunter2\b|lorem|^test(?:ing)?$|^pass(?:word|wd)?\d{0,3}$|^secret$|^token$|^none$|^null$|^undefined$|^true$|^false$|\*{3,}|\.{3,}|x{5,}|X{5,}|^<.{0,60}>$|\[[A-Z_]{3,20}\]$|^\$|\$\{|\{\{|%\(|^%[A-Z_]+%$|^env\.|process\.env|os\.environ|getenv|secrets\./i;

/** `abc123`, `0123456789`, `qwerty`: runs along the alphabet, the digits or the keyboard, as nobody's generator makes them. */
const LADDER = 'abcdefghijklmnopqrstuvwxyz 01234567890123456789 qwertyuiop zyxwvutsrqponmlkjihgfedcba 9876543210';

/** Characters of the value that belong to such a run of at least five. */
function ladder(value: string): number {
  const text = value.toLowerCase();
  let covered = 0;
  for (let i = 0; i + 5 <= text.length;) {
    let length = 0;
    while (i + length < text.length && length < 26 && LADDER.includes(text.slice(i, i + length + 1))) length += 1;
    if (length >= 5) covered += length;
    i += length >= 5 ? length : 1;
  }
  return covered;
}

/** The same short group over and over: `123123123`, `ababab`. */
function repeats(value: string): boolean {
  const text = value.replace(/[^A-Za-z0-9]/g, '').slice(-24);
  for (let size = 1; size <= 4; size += 1) if (text.length >= size * 4 && text.slice(size) === text.slice(0, -size)) return true;
  return false;
}

/** Crosses, stars or the name of what belongs there. */
export function isMasked(value: string): boolean {
  const head = value.slice(0, 200);
  return /\*{3,}|#{6,}|[xX]{8,}|your[_-]?(?:token|key|secret)|_HERE\b|TokenHere|STRINGHERE/i.test(head);
}

/** A mask, an example or a sequence rather than something random: told from the characters, whatever the format around them. */
export function isMade(value: string): boolean {
  const letters = value.slice(0, 200).replace(/[^A-Za-z0-9]/g, '');
  return isMask(value) || (letters.length >= 20 && ladder(letters) * 2 > letters.length);
}

/** A mask, the name of what belongs there, or one short group all over. */
export function isMask(value: string): boolean {
  const head = value.slice(0, 200);
  if (/\*{3,}|#{6,}|your[_-]?(?:token|key|secret)|_HERE\b|TokenHere|STRINGHERE/i.test(head)) return true;
  const letters = head.replace(/[^A-Za-z0-9]/g, '');
  const crosses = letters.replace(/[^xX]/g, '').length;
  if (crosses >= 16 && crosses * 5 > letters.length * 3) return true;
  return letters.length >= 20 && (repeats(letters) || longestRun(letters) > 20);
}

function longestRun(text: string): number {
  let best = 0;
  let run = 0;
  for (let i = 0; i < text.length; i += 1) {
    run = i > 0 && text[i] === text[i - 1] ? run + 1 : 1;
    if (run > best) best = run;
  }
  return best;
}

/** Words people write where a secret would stand: examples, variables, masks. */
export function isExample(value: string): boolean {
  const head = value.slice(0, 300);
  return WORDS.test(head) || new Set(head.slice(0, 40)).size <= 2;
}

const SEQUENCE = /1234567890?$|abcdefgh/i;

/** Examples, and runs along the alphabet or the digits that are half of a value. */
export function isPlaceholder(value: string): boolean {
  const head = value.slice(0, 300);
  if (isExample(value) || /0{10,}/.test(head)) return true;
  const letters = head.replace(/[^A-Za-z0-9]/g, '');
  return SEQUENCE.test(head) && ladder(letters) * 2 > letters.length;
}
