/**
 * Masks exact secrets that Aegis itself holds (keys of providers and agents, headers and variables of MCP servers) wherever the words of an
 * upstream are handed on: as they are, and in the encodings that error messages quote headers and bodies in.
 */
export interface SecretMask {
  /** The very same text when no secret stands in it. */
  text(text: string): string;
  /** The very same bytes when no secret stands in them. */
  bytes(bytes: Buffer): Buffer;
  /** A text that comes in pieces, cut anywhere. */
  pieces(): MaskedPieces<string>;
  /** The same for bytes. */
  stream(): MaskedPieces<Buffer>;
}

export interface MaskedPieces<T> {
  /** What of it may leave; what could be the beginning of a secret waits. */
  take(piece: T): T;
  /** What waited, in the end: the beginning of a secret is none. */
  end(): T;
}

/** What stands in a secret's place; plain inside a JSON string, a header and a line of text. */
export const MASK = '[REDACTED:secret]';

/** Shorter values are no keys, and would punch holes into innocent words. */
const LEAST = 8;
/** Fewer characters than this at the end of a piece do not make it wait: most words would. When a secret does follow, only these few have left. */
const TELLING = 4;
const CONTEXT = TELLING - 1;

/** @returns what masks nothing when no value is long enough */
export function createSecretMask(values: readonly string[]): SecretMask {
  const forms = [...new Set(values.filter((value) => value.length >= LEAST).flatMap(formsOf))];
  const plain = forms.every(isPlain);
  // Bytes are searched as Latin-1, one character a byte, so that a cut within a character of UTF-8 is a cut like any other.
  const inBytes = plain ? forms : forms.map((form) => Buffer.from(form).toString('latin1'));
  return {
    text: (text) => masked(text, forms),
    bytes(bytes) {
      const text = bytes.toString('latin1');
      const left = masked(text, inBytes);
      return left === text ? bytes : Buffer.from(left, 'latin1');
    },
    pieces: () => createPieces(forms),
    stream() {
      const pieces = createPieces(inBytes);
      return {
        take(piece) {
          const text = piece.toString('latin1');
          const left = pieces.take(text);
          return left === text ? piece : Buffer.from(left, 'latin1');
        },
        end: () => Buffer.from(pieces.end(), 'latin1'),
      };
    },
  };
}

function isPlain(form: string): boolean {
  return Buffer.byteLength(form) === form.length;
}

/** The spellings a value is quoted in. */
function formsOf(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const percent = encodeURIComponent(value);
  const hex = Buffer.from(value).toString('hex');
  const forms = [value, json, json.replaceAll('/', '\\/'), percent, percent.replace(/%../g, (code) => code.toLowerCase()), hex, hex.toUpperCase()];
  return [...forms, ...inBase64(value)].filter((form) => form.length >= LEAST);
}

/** In base64 a value looks different at each of three places behind what stands before it: `Basic` wraps a name and a colon around a key. */
function inBase64(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // Only characters that are made of the value alone.
    const form = whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

type Span = readonly [start: number, end: number];

/** Where secrets stand, in order, without overlaps. */
function spansIn(text: string, forms: readonly string[]): readonly Span[] {
  const found: Span[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length)) found.push([at, at + form.length]);
  }
  if (found.length < 2) return found;
  const spans: Span[] = [];
  for (const [start, end] of found.toSorted(([one], [other]) => one - other)) {
    const last = spans.at(-1);
    if (last === undefined || start >= last[1]) spans.push([start, end]);
    else if (end > last[1]) spans[spans.length - 1] = [last[0], end];
  }
  return spans;
}

function masked(text: string, forms: readonly string[]): string {
  const spans = spansIn(text, forms);
  return spans.length === 0 ? text : withMasks(text, spans, [0, text.length]);
}

function withMasks(text: string, spans: readonly Span[], [from, to]: Span): string {
  let left = '';
  let at = from;
  for (const [start, end] of spans) {
    left += `${text.slice(at, Math.max(at, start))}${MASK}`;
    at = Math.max(at, end);
  }
  return left + text.slice(at, Math.max(at, to));
}

function createPieces(forms: readonly string[]): MaskedPieces<string> {
  const heads = new Set(forms.map((form) => form.slice(0, TELLING)));
  const longest = forms.reduce((most, form) => Math.max(most, form.length), 0);
  /** The last few characters that have left: a secret may begin in them. */
  let context = '';
  let held = '';
  return {
    take(piece) {
      if (forms.length === 0) return piece;
      const text = context + held + piece;
      const before = context.length;
      const spans = spansIn(text, forms);
      const past = spans.at(-1)?.[1] ?? 0;
      const opens = beginningIn(text, { forms, heads, from: Math.max(past, text.length - longest + 1) });
      const upTo = Math.max(before, opens);
      const left = withMasks(text, spans, [before, upTo]);
      context = text.slice(Math.max(past, upTo - CONTEXT, 0), upTo);
      held = text.slice(upTo);
      return left;
    },
    end() {
      const left = held;
      context = '';
      held = '';
      return left;
    },
  };
}

/** Where at the end of a text a secret begins that has not ended; its length when none does. */
function beginningIn(text: string, terms: { readonly forms: readonly string[]; readonly heads: ReadonlySet<string>; readonly from: number }): number {
  let first = text.length;
  for (const head of terms.heads) {
    for (let at = text.indexOf(head, terms.from); at !== -1 && at < first; at = text.indexOf(head, at + 1)) {
      const rest = text.slice(at);
      if (terms.forms.some((form) => form.length > rest.length && form.startsWith(rest))) first = at;
    }
  }
  return first;
}
