import type { Category, Detector, Finding, Operation, Risk, Target } from '../kernel/finding.ts';

export interface Saw {
  readonly detector: Detector;
  readonly code: string;
  readonly risk: Risk;
  readonly pointer: string;
  /** Shown as evidence; clipped and escaped here. */
  readonly text: string;
  readonly span?: readonly [number, number];
  readonly category?: Category;
  readonly operation?: Operation;
  readonly targets?: readonly Target[];
  /** Default 0.9. */
  readonly confidence?: number;
  /** Default true. */
  readonly inspected?: boolean;
}

/** A finding from what a reader saw; evidence is at most 120 characters with control and invisible characters escaped. */
export function found(saw: Saw): Finding {
  const { text, confidence, inspected, ...rest } = saw;
  return { ...rest, evidence: shown(text), confidence: confidence ?? 0.9, inspected: inspected ?? true };
}

/** Evidence text: clipped to 120 characters; what a terminal or a person cannot see is written as its code point. */
export function shown(text: string): string {
  const clipped = text.length > 200 ? text.slice(0, 200) : text;
  const escaped = clipped.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code === 10 || code === 9 ? ' ' : `\\u{${code.toString(16)}}`;
  });
  return escaped.length > 120 || text.length > 200 ? `${escaped.slice(0, 119)}…` : escaped;
}
