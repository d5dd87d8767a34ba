import { RE2JS } from 're2js';

/** A user's regular expression on a linear-time engine (RE2): no pattern can make a decision slow. */
export type LinearPattern = (text: string) => boolean;

/**
 * Compiles a pattern; finds it anywhere in the text unless it is anchored.
 * @returns the matcher, or a sentence saying what is wrong with the pattern (back-references and look-around are not regular)
 */
export function linearPattern(pattern: string): LinearPattern | string {
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The hint every fault about a pattern carries. */
export const PATTERN_HINT = 'Patterns are RE2: no back-references, no look-ahead or look-behind, balanced brackets.';
