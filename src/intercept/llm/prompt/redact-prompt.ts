import { setImmediate } from 'node:timers/promises';
import type { PromptTerms } from '../../../gate/nouns.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { Conversation } from '../caller.ts';
import { mapPrompt } from '../dialect/map-strings.ts';
import type { PromptShape } from '../dialect/prompt-shape.ts';
import type { Restore } from '../dialect/restore.ts';
import { restoreFrom } from './restore-values.ts';
import type { Placeholders, ReplacedValue, SessionPlaceholders, Span } from './session-placeholders.ts';

export interface RedactedPrompt {
  /** What goes upstream; the very same object when nothing was found. */
  readonly body: JsonObject;
  /** How many values of which kinds, for the action's arguments; never a value. */
  readonly summary: JsonObject;
  /** Null when the policy puts nothing back. */
  readonly restore: Restore | null;
}

interface Replacing {
  readonly terms: PromptTerms;
  readonly own: SessionPlaceholders;
  /** Texts of the request and what was seen in them. */
  readonly spans: Map<string, readonly Span[]>;
  /** Data of the request as one text each, where a name stands beside its value. */
  readonly data: Map<string, readonly Span[]>;
  readonly used: Set<ReplacedValue>;
  sealed: number;
  unfinished: number;
}

/**
 * Puts placeholders where the policy's detectors find values (LLM-54, LLM-55). First every text is read, so that a value told by its context in one
 * place is known in all; then every known value of the session is replaced wherever it stands, also in what was put back into an answer before.
 */
export async function redactPrompt(
  placeholders: Placeholders,
  conversation: Conversation,
  asked: { readonly terms: PromptTerms; readonly body: JsonObject; readonly shape: PromptShape },
): Promise<RedactedPrompt> {
  const { terms, body, shape } = asked;
  const own = placeholders.of(conversation);
  const replacing: Replacing = { terms, own, spans: new Map(), data: new Map(), used: new Set(), sealed: 0, unfinished: 0 };
  mapPrompt(body, shape, {
    text: (text) => (replacing.spans.set(text, NOTHING), text),
    data: (value) => replacing.data.set(JSON.stringify(value), NOTHING),
    sealed: () => replacing.sealed++,
  });
  await readAll(replacing);
  // From here on nothing else runs, so that what was learned is there when it is looked for.
  learn(replacing);
  const changed = mapPrompt(body, shape, { text: (text) => replaced(replacing, text) });
  placeholders.trim(conversation);
  const restorable = new Set([...terms.words].flatMap(([detector, word]) => (word === 'restore' ? [detector] : [])));
  return {
    body: terms.applies ? changed : body,
    summary: summaryOf(replacing),
    restore: terms.applies && restorable.size > 0 ? restoreFrom(own, restorable) : null,
  };
}

const NOTHING: readonly Span[] = [];

function summaryOf({ terms, used, sealed, unfinished }: Replacing): JsonObject {
  const counts = new Map<string, number>();
  for (const { kind } of used) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return {
    read: [...terms.words.keys()],
    applied: terms.applies,
    replaced: [...counts].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([kind, count]) => `${String(count)} ${kind}`),
    ...(sealed === 0 ? {} : { sealed }),
    ...(unfinished === 0 ? {} : { unfinished }),
  };
}

/** Characters read in one go. */
const PIECE = 65_536;
/** What is cut at the end of a piece is whole in the next. */
const OVERLAP = 6_144;

/** Reads all texts, and lets others work in between: a long conversation takes a second. */
async function readAll(replacing: Replacing): Promise<void> {
  let since = 0;
  for (const texts of [replacing.spans, replacing.data]) {
    for (const text of texts.keys()) {
      const spans: Span[] = [];
      for (let from = 0; from === 0 || from + OVERLAP < text.length; from += PIECE - OVERLAP) {
        const piece = text.slice(from, from + PIECE);
        since += piece.length;
        if (since > PIECE) {
          await setImmediate();
          since = piece.length;
        }
        const scan = replacing.own.scan(piece, replacing.terms);
        if (!scan.whole) replacing.unfinished++;
        for (const span of scan.spans) {
          // What touches an edge may be cut there; the other piece has it whole.
          const cut =
            (span.start === 0 && from > 0 && span.end < OVERLAP) ||
            (span.end === PIECE && from + PIECE < text.length && span.start > PIECE - OVERLAP);
          if (!cut) spans.push(from === 0 ? span : { ...span, start: span.start + from, end: span.end + from });
        }
      }
      if (spans.length > 0) texts.set(text, spans);
    }
  }
}

function learn({ own, spans, data }: Replacing): void {
  for (const [text, seen] of spans) for (const { start, end, detector, kind } of seen) own.keep(text.slice(start, end), { detector, kind });
  for (const [text, seen] of data) {
    for (const { start, end, detector, kind } of seen) {
      const plain = unescaped(text.slice(start, end));
      if (plain !== null) own.keep(plain, { detector, kind });
    }
  }
}

/** What stands within quotes in JSON; null for what reaches beyond one string. */
function unescaped(text: string): string | null {
  if (!text.includes('\\') && !text.includes('"')) return text;
  try {
    const value: unknown = JSON.parse(`"${text}"`);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

interface Region {
  readonly start: number;
  readonly end: number;
  readonly detector: ReplacedValue['detector'];
  readonly kind: string;
}

function replaced({ terms, own, spans, used }: Replacing, text: string): string {
  const regions: Region[] = [...(spans.get(text) ?? [])];
  own.known.find(text, (start, value) => {
    const known = own.get(value);
    if (known !== undefined && terms.words.has(known.detector)) regions.push({ ...known, start, end: start + value.length });
  });
  if (regions.length === 0) return text;
  let out = '';
  let from = 0;
  for (const { start, end, detector, kind } of apart(regions)) {
    const one = own.keep(text.slice(start, end), { detector, kind });
    used.add(one);
    out += text.slice(from, start) + one.placeholder;
    from = end;
  }
  return out + text.slice(from);
}

/** What overlaps without end, as repeated digits do, is cut. */
const LONGEST = 256;

/** Overlapping values are one, under the name of the first. */
function apart(regions: readonly Region[]): readonly Region[] {
  const out: Region[] = [];
  for (const one of regions.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const before = out.at(-1);
    if (before === undefined || one.start >= before.end) out.push(one);
    else if (one.end <= before.end) continue;
    else if (one.end - before.start <= LONGEST) out[out.length - 1] = { ...before, end: one.end };
    else out.push({ ...one, start: before.end });
  }
  return out;
}
