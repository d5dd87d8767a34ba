import type { PromptDetector } from '../kernel/finding.ts';
import { readPii } from './pii/read-pii.ts';
import { readSecrets } from './secrets/read-secrets.ts';

/** A secret or a piece of personal data in a text. */
export interface SensitiveSpan {
  readonly detector: PromptDetector;
  /** Of its format: `email`, `github-token`. */
  readonly kind: string;
  /** Half-open UTF-16 range. */
  readonly start: number;
  readonly end: number;
  /** 0–1; masks, examples and bare shapes are below 0.5. */
  readonly confidence: number;
}

export interface SensitiveScan {
  readonly spans: readonly SensitiveSpan[];
  /** false when more candidates stand close together than are looked at. */
  readonly whole: boolean;
}

/** A text shorter than this is not cut any further. */
const LEAST = 16_384;
/** Longer than any credential but a bundle of certificates; what is cut at one side is whole at the other. */
const OVERLAP = 6_144;

/**
 * What is a value of its own in a text of any length, in no order; spans may overlap. A reader that gives up on a long text is given halves of
 * it. Pure, linear but for the overlaps.
 */
export function sensitiveSpans(text: string): SensitiveScan {
  const secrets = cutting(text, 0, secretsIn);
  const personal = cutting(text, 0, personalIn);
  return { spans: [...secrets.spans, ...personal.spans].filter(({ start, end }) => start < end), whole: secrets.whole && personal.whole };
}

function cutting(text: string, from: number, read: (text: string) => SensitiveScan): SensitiveScan {
  const scan = read(text);
  if (scan.whole || text.length <= LEAST) {
    return from === 0 ? scan : { ...scan, spans: scan.spans.map((one) => ({ ...one, start: one.start + from, end: one.end + from })) };
  }
  const middle = text.length >> 1;
  const first = cutting(text.slice(0, middle + OVERLAP / 2), from, read);
  const second = cutting(text.slice(middle - OVERLAP / 2), from + middle - OVERLAP / 2, read);
  return { spans: [...first.spans, ...second.spans], whole: first.whole && second.whole };
}

function secretsIn(text: string): SensitiveScan {
  const { secrets, complete } = readSecrets(text);
  const spans = secrets.map(({ id, start, end, placeholder }) => {
    return { detector: 'secret' as const, kind: id, start, end, confidence: placeholder === true ? 0.3 : 0.9 };
  });
  return { spans, whole: complete };
}

function personalIn(text: string): SensitiveScan {
  const { found, complete } = readPii(text);
  const spans = found.map(({ id, start, end, bare }) => {
    return { detector: 'pii' as const, kind: id, ...trimmed(text, start, end), confidence: bare ? 0.4 : 0.9 };
  });
  return { spans, whole: complete };
}

const EDGE = /[\s.,;:()[\]{}<>"'*_|-]/;

/** Without the brackets and marks around it, so that a value is the same one in every sentence. */
function trimmed(text: string, from: number, to: number): { readonly start: number; readonly end: number } {
  let [start, end] = [from, to];
  while (start < end && EDGE.test(text[start] ?? '')) start++;
  while (end > start && EDGE.test(text[end - 1] ?? '')) end--;
  return { start, end };
}
