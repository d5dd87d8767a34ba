import type { Lexed, Token } from '../lex.ts';

/** A shape by name, and whether nothing honest has it. */
export interface Suspicion {
  readonly shape: string;
  readonly certain: boolean;
}

/** A value put into a query, tokenised. */
export interface Spliced {
  readonly lexed: Lexed;
  /** The quote the value was put behind, or `` for a bare position. */
  readonly context: string;
  readonly value: string;
}

export type View = Spliced & { readonly tokens: readonly Token[] };

export const certain = (shape: string): Suspicion => ({ shape, certain: true });
export const likely = (shape: string): Suspicion => ({ shape, certain: false });

export const kind = (view: View, at: number): Token['kind'] | undefined => view.tokens[at]?.kind;
export const text = (view: View, at: number): string =>
  view.tokens[at]?.kind === 'word' || view.tokens[at]?.kind === 'op' ? (view.tokens[at]?.text ?? '') : '';
export const literal = (token: Token | undefined): boolean =>
  token?.kind === 'string' || token?.kind === 'number' || (token?.kind === 'quoted' && token.end > token.start + 1);
/** The injected text was put behind a quote and has closed it, or ends in a comment: prose does neither. */
export const broke = (view: View): boolean => view.context !== '' && view.tokens.length > 1;
export const commented = (view: View): boolean =>
  view.lexed.comments.some((comment) => comment.end >= view.value.length || comment.text.startsWith('/*'));
