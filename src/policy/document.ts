import { Type, type Static, type TLiteral, type TSchema, type TUnion } from 'typebox';
import { ACTION_KINDS, AUTHORITIES } from '../kernel/action.ts';
import { LABELS } from '../kernel/decision.ts';
import { CATEGORIES, DETECTORS, RISKS } from '../kernel/finding.ts';
import { FALLBACKS, LEDGER_PERIODS, LEDGER_SCOPES, LOOP_EFFECTS, PROMPT_WORDS, QUOTED_EFFECTS, RATE_SCOPES, SINKS } from '../kernel/policy.ts';

const NAME = '^[A-Za-z0-9._:@/-]{1,128}$';

const closed = { additionalProperties: false } as const;
const oneOf = <const V extends readonly string[]>(values: V, description?: string) =>
  Type.Union(
    values.map((value) => Type.Literal(value)),
    description === undefined ? {} : { description },
  ) as unknown as TUnion<{ -readonly [I in keyof V]: TLiteral<V[I] & string> }>;
const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);
const byName = <T extends TSchema>(schema: T) =>
  Type.Record(Type.String({ pattern: NAME }), schema, { ...closed, description: 'Use 1–128 characters of A–Z a–z 0–9 . _ : @ / -' });
const pattern = Type.String({ minLength: 1, maxLength: 256, description: 'a name, or a pattern in which * stands for any run of characters' });
const names = Type.Array(pattern, { maxItems: 100_000, description: 'a list of names' });
const millis = Type.Integer({ minimum: 1, maximum: 31_536_000_000, description: 'milliseconds, a whole number from 1 to one year' });
const count = Type.Integer({ minimum: 0, description: 'a whole number, not negative' });
const positive = Type.Integer({ minimum: 1, description: 'a whole number from 1' });
const usd = Type.Number({ minimum: 0, maximum: 9_000_000_000, description: 'dollars, not negative, no finer than 0.000001' });

const off = Type.Literal('off');
const shorthand = oneOf(['block', 'ask', 'redact', 'off']);
const riskOrOff = oneOf([...RISKS, 'off']);

const detectorTerms = {
  effect: optional(shorthand),
  deny: optional(riskOrOff),
  ask: optional(riskOrOff),
  threshold: optional(Type.Number({ minimum: 0, maximum: 1, description: 'a confidence from 0 to 1' })),
  redact: optional(Type.Boolean()),
};

const detector = Type.Union(
  [shorthand, Type.Object(detectorTerms, { ...closed, description: 'a mapping of effect, deny, ask, threshold, redact' })],
  { description: 'block, ask, redact, off, or a mapping of effect, deny, ask, threshold, redact' },
);

const valueDetector = Type.Union(
  [
    shorthand,
    Type.Object(
      { ...detectorTerms, prompt: optional(oneOf(PROMPT_WORDS, 'What becomes of what it finds in a prompt: redact or restore.')) },
      { ...closed, description: 'a mapping of effect, deny, ask, threshold, redact, prompt' },
    ),
  ],
  { description: 'block, ask, redact, off, or a mapping of effect, deny, ask, threshold, redact, prompt' },
);

const rule = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,63}$', description: 'lower-case letters, digits, . _ - , at most 64' }),
    description: optional(Type.String({ maxLength: 1000 })),
    when: Type.String({ minLength: 1, maxLength: 8192, description: 'a CEL condition, for example action.category == "shell"' }),
    effect: oneOf(['deny', 'ask', 'modify', 'allow']),
    reason: optional(
      Type.Object(
        {
          code: optional(Type.String({ pattern: '^[A-Z][A-Z0-9_]{1,63}$', description: 'capitals, digits and _ , such as DELETE_OUTSIDE_TMP' })),
          message: Type.String({ minLength: 1, maxLength: 500, description: 'one sentence for the person who reads it' }),
          hint: optional(Type.String({ minLength: 1, maxLength: 500 })),
        },
        closed,
      ),
    ),
    risk: optional(oneOf(RISKS)),
    set: optional(Type.Record(Type.String({ pattern: '^.{1,128}$' }), Type.Unknown(), { description: 'arguments to replace, by name' })),
  },
  { ...closed, description: 'a rule: id, when, effect, reason' },
);

const budget = Type.Object(
  {
    id: optional(Type.String({ pattern: NAME, description: 'a short name' })),
    scope: oneOf(LEDGER_SCOPES),
    period: optional(oneOf(LEDGER_PERIODS)),
    agents: optional(names),
    usd: optional(usd),
    tokens: optional(count),
    toolCalls: optional(count),
    modelCalls: optional(count),
    steps: optional(count),
    wallMs: optional(count),
  },
  { ...closed, description: 'a budget: scope, period, and at least one limit' },
);

const rate = Type.Object(
  {
    id: optional(Type.String({ pattern: NAME, description: 'a short name' })),
    scope: oneOf(RATE_SCOPES),
    tool: optional(Type.Union([pattern, names])),
    perMinute: optional(positive),
    tokensPerMinute: optional(positive),
  },
  { ...closed, description: 'a rate: scope, tool, perMinute or tokensPerMinute' },
);

const precision = Type.Object(
  {
    allowTools: optional(names),
    allowCategories: optional(Type.Array(oneOf(CATEGORIES))),
    categoryOf: optional(Type.Record(Type.String({ pattern: '^.{1,256}$' }), oneOf(CATEGORIES))),
    auditOnly: optional(Type.Boolean()),
  },
  closed,
);

const manifestRef = Type.Union([
  Type.String({ minLength: 1, description: 'the path of an aegis-manifest.json' }),
  Type.Object({ path: Type.String({ minLength: 1 }), agents: Type.Array(Type.String({ pattern: NAME }), { minItems: 1 }) }, closed),
]);

const regoRef = Type.Union([
  Type.String({ minLength: 1, description: 'the path of a compiled bundle (.tar.gz or .wasm)' }),
  Type.Object({ path: Type.String({ minLength: 1 }), entrypoint: optional(Type.String({ minLength: 1 })) }, closed),
]);

/** The policy document, `aegis.dev/v1`. Published as schema/policy.json. */
export const PolicyDocument = Type.Object(
  {
    apiVersion: Type.Literal('aegis.dev/v1'),
    kind: Type.Literal('Policy'),
    metadata: Type.Object(
      {
        name: Type.String({ pattern: NAME, description: '1–128 characters of A–Z a–z 0–9 . _ : @ / -' }),
        description: optional(Type.String({ maxLength: 2000 })),
      },
      closed,
    ),
    default: oneOf(FALLBACKS, 'What happens to an agent with neither manifest nor lists when no rule speaks: allow, ask or deny.'),
    audit_only: optional(Type.Boolean()),
    kinds: optional(Type.Array(oneOf(ACTION_KINDS), { minItems: 1 })),
    agents: optional(byName(Type.Object({ allow: optional(names), review: optional(names), block: optional(names) }, closed))),
    precision: optional(
      Type.Record(Type.String({ pattern: '^(\\*|[A-Za-z0-9._:@/-]{1,128})$' }), precision, { ...closed, description: 'an agent’s id, or "*"' }),
    ),
    manifests: optional(Type.Array(manifestRef)),
    rules: optional(Type.Array(rule, { maxItems: 10_000 })),
    budgets: optional(Type.Array(budget)),
    rates: optional(Type.Array(rate)),
    loops: optional(
      Type.Union([
        off,
        Type.Object(
          {
            identical: optional(Type.Union([off, Type.Object({ max: positive, windowMs: millis }, closed)])),
            sequences: optional(Type.Boolean()),
            noProgress: optional(Type.Union([off, Type.Integer({ minimum: 2, maximum: 64, description: 'a whole number from 2 to 64' })])),
            effect: optional(oneOf(LOOP_EFFECTS)),
          },
          closed,
        ),
      ]),
    ),
    taint: optional(
      Type.Union([
        off,
        Type.Object(
          {
            sinks: optional(Type.Array(oneOf(SINKS))),
            untrusted: optional(Type.Array(oneOf(LABELS))),
            quoted: optional(oneOf(QUOTED_EFFECTS)),
            authority: optional(Type.Array(oneOf(AUTHORITIES))),
          },
          closed,
        ),
      ]),
    ),
    approvals: optional(
      Type.Object(
        {
          above: optional(Type.Union([off, Type.Object({ usd }, closed)])),
          confidenceBelow: optional(Type.Union([off, Type.Number({ minimum: 0, maximum: 1, description: 'from 0 to 1' })])),
          intents: optional(names),
          timeoutMs: optional(millis),
          quorum: optional(Type.Integer({ minimum: 1, maximum: 16, description: 'from 1 to 16 different people' })),
          approvers: optional(Type.Array(Type.String({ pattern: NAME }), { minItems: 1 })),
          maxPending: optional(positive),
        },
        closed,
      ),
    ),
    intents: optional(
      Type.Object(
        {
          costCeilingUsd: optional(usd),
          blocked: optional(Type.Array(Type.String({ minLength: 1, maxLength: 512 }))),
          priorityFloors: optional(
            Type.Array(
              Type.Object(
                {
                  pattern: Type.String({ minLength: 1, maxLength: 512 }),
                  min: Type.Integer({ minimum: 1, maximum: 10, description: 'from 1 to 10' }),
                },
                closed,
              ),
            ),
          ),
          blockedAgents: optional(names),
        },
        closed,
      ),
    ),
    models: optional(
      Type.Object(
        {
          tiers: Type.Array(
            Type.Object(
              {
                model: Type.String({ minLength: 1, maxLength: 256 }),
                tier: Type.Integer({ minimum: 1, maximum: 5, description: 'from 1 (fast, cheap) to 5 (frontier)' }),
                inputUsdPerMillion: usd,
                outputUsdPerMillion: usd,
              },
              closed,
            ),
          ),
          route: optional(oneOf(['cheapest-sufficient', 'off'])),
        },
        closed,
      ),
    ),
    detectors: optional(
      Type.Object(
        {
          ...(Object.fromEntries(DETECTORS.map((name) => [name, optional(detector)])) as Record<(typeof DETECTORS)[number], DetectorSchema>),
          pii: optional(valueDetector),
          secret: optional(valueDetector),
        },
        closed,
      ),
    ),
    use: optional(Type.Object({ cedar: optional(Type.Array(Type.String({ minLength: 1 }))), rego: optional(Type.Array(regoRef)) }, closed)),
    autoHalt: optional(Type.Union([off, Type.Object({ violations: positive, windowMs: millis }, closed)])),
    obligations: optional(Type.Object({ timeoutMs: optional(millis), maxOutputBytes: optional(positive) }, closed)),
  },
  { ...closed, $id: 'https://aegis.dev/schema/policy.json', title: 'Aegis policy', description: 'a policy document' },
);

type DetectorSchema = ReturnType<typeof Type.Optional<typeof detector>>;

export type PolicyDocument = Static<typeof PolicyDocument>;
export type RuleDocument = Static<typeof rule>;
export type BudgetDocument = Static<typeof budget>;
export type RateDocument = Static<typeof rate>;
export type DetectorDocument = Static<typeof valueDetector>;
export type PrecisionDocument = Static<typeof precision>;
