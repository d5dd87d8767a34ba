/** Symbols that order or equate two values. */
export const ORDERING = ['=', '==', '<=>', '<', '>', '<=', '>=', '<>', '!='] as const;

/** Symbols whose answer is true or false: of order, of patterns, of JSON and arrays. */
export const COMPARING: readonly string[] = [...ORDERING, '~', '~*', '!~', '~~', '@>', '<@', '?', '?|', '?&', '@@', '@?'];
