/** Canonical JSON text set out in lines. The bytes between the layout are those of the text, none left out. */
export interface Token {
  readonly kind: 'key' | 'text' | 'value' | 'mark' | 'escape';
  readonly text: string;
}

export interface Line {
  readonly depth: number;
  /** RFC 6901 pointer of the value that stands in this line. */
  readonly pointer: string;
  readonly tokens: readonly Token[];
}

/** Sets canonical JSON out; `null` where the text is no JSON. */
export function linesOf(json: string): readonly Line[] | null {
  try {
    JSON.parse(json);
  } catch {
    return null;
  }
  return new Layout(json).lines;
}

interface Place {
  readonly pointer: string;
  readonly list: boolean;
  count: number;
}

/** One pass over a text that is known to be JSON without white space between its tokens. */
class Layout {
  readonly lines: Line[] = [];
  private tokens: Token[] = [];
  private pointer = '';

  constructor(json: string) {
    const places: Place[] = [];
    let at = 0;
    let isKey = false;
    while (at < json.length) {
      const character = json[at] ?? '';
      const inside = places.at(-1);
      if (character === '{' || character === '[') {
        const empty = json[at + 1] === '}' || json[at + 1] === ']';
        this.add('mark', empty ? json.slice(at, at + 2) : character);
        at += empty ? 2 : 1;
        if (empty) continue;
        this.end(places.length);
        places.push({ pointer: this.pointer, list: character === '[', count: 0 });
        isKey = character === '{';
        if (!isKey) this.pointer = `${this.pointer}/0`;
      } else if (character === '}' || character === ']') {
        this.end(places.length);
        places.pop();
        this.pointer = inside?.pointer ?? '';
        this.add('mark', character);
        at += 1;
      } else if (character === ',') {
        this.add('mark', ',');
        this.end(places.length);
        at += 1;
        if (inside === undefined) continue;
        inside.count += 1;
        isKey = !inside.list;
        if (inside.list) this.pointer = `${inside.pointer}/${String(inside.count)}`;
      } else if (character === ':') {
        this.add('mark', ': ');
        isKey = false;
        at += 1;
      } else if (character === '"') {
        const end = endOfString(json, at);
        const raw = json.slice(at, end);
        if (isKey) this.pointer = `${inside?.pointer ?? ''}/${(JSON.parse(raw) as string).replaceAll('~', '~0').replaceAll('/', '~1')}`;
        this.string(raw, isKey ? 'key' : 'text', places.length);
        at = end;
      } else {
        const end = endOfLiteral(json, at);
        this.add('value', json.slice(at, end));
        at = end;
      }
    }
    this.end(0);
  }

  private add(kind: Token['kind'], text: string): void {
    this.tokens.push({ kind, text });
  }

  private end(depth: number): void {
    if (this.tokens.length > 0) this.lines.push({ depth, pointer: this.pointer, tokens: this.tokens });
    this.tokens = [];
  }

  /** A line break inside a string is shown as its escape and begins a line, so that a script reads as one. */
  private string(raw: string, kind: 'key' | 'text', depth: number): void {
    let from = 0;
    for (let at = 0; at < raw.length; at += 1) {
      if (raw[at] !== '\\') continue;
      if (raw[at + 1] === 'n' && kind === 'text') {
        this.add(kind, raw.slice(from, at));
        this.add('escape', '\\n');
        this.end(depth);
        from = at + 2;
      }
      at += 1;
    }
    this.add(kind, raw.slice(from));
  }
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfLiteral(json: string, start: number): number {
  let at = start;
  while (at < json.length && !',]}'.includes(json[at] ?? '')) at += 1;
  return at;
}
