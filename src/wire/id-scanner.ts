const MOST = 280;
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const OPENING: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const CLOSING: ReadonlySet<number> = new Set([0x7d, 0x5d]);

/** An id as JSON-RPC and the local socket know it: `1` and `"1"` are two. */
export type LineId = string | number;

/**
 * Finds the top-level `id` of a JSON message in a constant amount of memory, without building or keeping anything: for messages that
 * are too large or cannot be read, so that the one call they answer can be failed and no other.
 */
export function idScanner(): { push(bytes: Uint8Array): void; id(): LineId | null } {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let value = false;
  let token: number[] = [];
  let key = '';
  let found: string | null = null;
  const endOfMember = (): void => {
    if (value && depth === 1 && key === '"id"' && found === null) found = Buffer.from(token).toString('utf8');
    value = false;
    token = [];
  };
  const note = (byte: number): void => {
    if (depth === 1 && token.length < MOST && byte > 0x20) token.push(byte);
  };
  const step = (byte: number): void => {
    if (inString) {
      if (depth === 1 && token.length < MOST) token.push(byte);
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) {
      inString = true;
      if (depth === 1 && token.length < MOST) token.push(byte);
    } else if (OPENING.has(byte)) {
      depth++;
    } else if (CLOSING.has(byte)) {
      if (depth === 1) endOfMember();
      depth--;
    } else if (depth === 1 && byte === COLON && !value) {
      key = Buffer.from(token).toString('utf8');
      value = true;
      token = [];
    } else if (depth === 1 && byte === COMMA) {
      endOfMember();
    } else {
      note(byte);
    }
  };
  return {
    push: (bytes) => {
      for (const byte of bytes) step(byte);
    },
    id: () => read(found),
  };
}

/** The top-level `id` of a message that could not be read, as far as it can be seen. */
export function idIn(bytes: Uint8Array): LineId | null {
  const scanner = idScanner();
  scanner.push(bytes);
  return scanner.id();
}

function read(text: string | null): LineId | null {
  if (text === null || text.length >= MOST) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' || Number.isSafeInteger(value) ? (value as LineId) : null;
  } catch {
    return null;
  }
}
