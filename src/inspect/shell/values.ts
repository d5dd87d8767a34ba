/** The values a name may hold, each a list of fields (arrays have many). */
export type Values = readonly (readonly string[])[];

/** What every name holds. */
export type Variables = Map<string, Values>;

/** Which of its possible values each name has in one reading; -1: none of them, it is unknown. */
export type Picks = ReadonlyMap<string, number>;
