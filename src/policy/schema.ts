import { Type, type TLiteral, type TSchema, type TUnion } from 'typebox';

/* What the schemas of documents are made of: one form and one description for a name, a duration, an amount. */

/** The characters of an id, of any kind. */
export const NAME = '^[A-Za-z0-9._:@/-]{1,128}$';
export const NAME_HINT = '1–128 characters of A–Z a–z 0–9 . _ : @ / -';

/** Unknown keys are faults. */
export const closed = { additionalProperties: false } as const;

export const oneOf = <const V extends readonly string[]>(values: V, description?: string) =>
  Type.Union(
    values.map((value) => Type.Literal(value)),
    description === undefined ? {} : { description },
  ) as unknown as TUnion<{ -readonly [I in keyof V]: TLiteral<V[I] & string> }>;

export const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);

/** A mapping from ids to values. */
export const byName = <T extends TSchema>(schema: T) =>
  Type.Record(Type.String({ pattern: NAME }), schema, { ...closed, description: `Use ${NAME_HINT}` });

export const off = Type.Literal('off');
export const pattern = Type.String({
  minLength: 1,
  maxLength: 256,
  description: 'a name, or a pattern in which * stands for any run of characters',
});
export const names = Type.Array(pattern, { maxItems: 100_000, description: 'a list of names' });
export const millis = Type.Integer({ minimum: 1, maximum: 31_536_000_000, description: 'milliseconds, a whole number from 1 to one year' });
export const count = Type.Integer({ minimum: 0, description: 'a whole number, not negative' });
export const positive = Type.Integer({ minimum: 1, description: 'a whole number from 1' });
export const usd = Type.Number({ minimum: 0, maximum: 9_000_000_000, description: 'dollars, not negative, no finer than 0.000001' });
