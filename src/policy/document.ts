import { Type, type Static, type TOptional } from 'typebox';
import { closed, NAME, NAME_HINT, optional } from './schema.ts';
import { SECTIONS } from './sections.ts';

type Properties = {
  [Key in keyof typeof SECTIONS]: Key extends 'default' ? (typeof SECTIONS)[Key]['schema'] : TOptional<(typeof SECTIONS)[Key]['schema']>;
};

const properties = Object.fromEntries(
  Object.entries(SECTIONS).map(([key, { schema }]) => [key, key === 'default' ? schema : Type.Optional(schema)]),
) as unknown as Properties;

/** The policy document, `aegis.dev/v1`. Published as schema/policy.json. */
export const PolicyDocument = Type.Object(
  {
    apiVersion: Type.Literal('aegis.dev/v1'),
    kind: Type.Literal('Policy'),
    metadata: Type.Object(
      { name: Type.String({ pattern: NAME, description: NAME_HINT }), description: optional(Type.String({ maxLength: 2000 })) },
      closed,
    ),
    ...properties,
  },
  { ...closed, $id: 'https://aegis.dev/schema/policy.json', title: 'Aegis policy', description: 'a policy document' },
);

export type PolicyDocument = Static<typeof PolicyDocument>;
