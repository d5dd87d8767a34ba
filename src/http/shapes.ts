import { Type } from 'typebox';
import type { Static, TSchema } from 'typebox';
import { ACTION_KINDS, ENFORCEMENTS } from '../kernel/action.ts';
import { EFFECT_CHOICES, LABELS } from '../kernel/decision.ts';
import { OUTCOME_STATUSES } from '../kernel/entry.ts';
import { RISKS } from '../kernel/finding.ts';
import type { Json, JsonObject } from '../kernel/json.ts';

/** Closed objects: an unknown field is an error, never ignored (DOOR-3). */
export const CLOSED = { additionalProperties: false } as const;

export const oneOf = <T extends string>(...values: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: values });
export const anyJson = () => Type.Unsafe<Json>({});
export const jsonObject = () => Type.Unsafe<JsonObject>({ type: 'object' });
const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);

export const name = () => Type.String({ pattern: '^[A-Za-z0-9._:@/-]{1,128}$' });
/** Visible ASCII, so that an id can stand in a path, a header and a terminal. */
export const actionId = () => Type.String({ pattern: '^[!-~]{1,128}$' });
export const digest = () => Type.String({ pattern: '^[0-9a-f]{64}$' });
export const integer = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });
const MAX = Number.MAX_SAFE_INTEGER;

const Claims = Type.Object(
  {
    intent: optional(Type.String({ maxLength: 1024 })),
    priority: optional(integer(1, 10)),
    complexity: optional(integer(1, 10)),
    confidence: optional(Type.Number({ minimum: 0, maximum: 1 })),
    usdMicros: optional(integer(0, MAX)),
    tokens: optional(integer(0, MAX)),
    framework: optional(Type.String({ maxLength: 128 })),
    model: optional(Type.String({ maxLength: 128 })),
  },
  CLOSED,
);

const Declaration = Type.Object(
  { name: Type.String({ maxLength: 256 }), description: optional(Type.String({ maxLength: 65_536 })), schema: optional(anyJson()) },
  CLOSED,
);

/** Body of `POST /v1/actions`. `args` is passed on as it was parsed; `claims` never loosen a decision. */
export const ActionBody = Type.Object(
  {
    id: optional(actionId()),
    agent: optional(name()),
    session: name(),
    parent: optional(actionId()),
    kind: optional(oneOf(...ACTION_KINDS)),
    name: Type.String({ minLength: 1, maxLength: 256 }),
    args: jsonObject(),
    declaration: optional(Declaration),
    tool: optional(Type.Object({ server: name(), digest: digest() }, CLOSED)),
    unreadable: optional(
      Type.Array(Type.String({ maxLength: 1024 }), {
        maxItems: 64,
        description: 'JSON pointers of arguments that stand for what the program could not say in JSON; each is UNINSPECTABLE, of HIGH risk.',
      }),
    ),
    claims: optional(Claims),
    resource: optional(
      Type.Object({ resource: Type.String({ minLength: 1, maxLength: 512 }), slots: integer(1, 1000), ttlMs: integer(1, 86_400_000) }, CLOSED),
    ),
    enforcement: optional(oneOf(...ENFORCEMENTS)),
    door: optional(oneOf('http', 'mcp')),
    harness: optional(Type.String({ maxLength: 128 })),
    cwd: optional(
      Type.String({
        maxLength: 4096,
        description:
          'The folder the action starts in, an absolute path on the machine of the daemon: files that it names relatively are looked for there when a person is asked, so that the approval holds for what they hold.',
      }),
    ),
  },
  CLOSED,
);
export type ActionBody = Static<typeof ActionBody>;

export const BatchBody = Type.Object({ actions: Type.Array(ActionBody, { minItems: 1, maxItems: 64 }) }, CLOSED);

export const OutcomeBody = Type.Object(
  {
    status: oneOf(...OUTCOME_STATUSES),
    usage: optional(Type.Object({ usdMicros: optional(integer(0, MAX)), tokens: optional(integer(0, MAX)) }, CLOSED)),
    result: optional(anyJson()),
    source: optional(oneOf(...LABELS)),
    trusted: optional(Type.Boolean()),
    state: optional(anyJson()),
    errorCode: optional(Type.String({ maxLength: 128 })),
  },
  CLOSED,
);
export type OutcomeBody = Static<typeof OutcomeBody>;

const MOST_ENDED = 16;

/** Body of `POST /v1/actions`: an action, and how earlier ones of the agent ended, which is recorded before it is decided (DOOR-9). */
export const AskBody = Type.Object(
  {
    ...ActionBody.properties,
    ended: optional(Type.Array(Type.Object({ action: actionId(), ...OutcomeBody.properties }, CLOSED), { maxItems: MOST_ENDED })),
  },
  CLOSED,
);

export const ContentBody = Type.Object({ source: oneOf(...LABELS), trusted: optional(Type.Boolean()), value: anyJson() }, CLOSED);
export type ContentBody = Static<typeof ContentBody>;

export const WaitQuery = Type.Object({ wait: optional(integer(0, 600_000)) }, CLOSED);
export const ActionParams = Type.Object({ id: actionId() }, CLOSED);
/** Whose action or session a person means, where several agents have one of that name (GATE-37). */
export const AgentQuery = Type.Object({ agent: optional(name()) }, CLOSED);
export const NameParams = Type.Object({ id: name() }, CLOSED);

const Reason = Type.Object({
  code: Type.String(),
  rule: Type.String(),
  effect: Type.String(),
  message: Type.String(),
  hint: optional(Type.String()),
  pointer: optional(Type.String()),
  finding: optional(Type.String({ description: 'Code of the finding the reason rests on.' })),
});
const EffectName = oneOf(...EFFECT_CHOICES);

/** The kernel's Decision, and `text` when the agent must be told something. */
export const DecisionReply = Type.Object({
  action: Type.String(),
  effect: EffectName,
  text: optional(Type.String({ description: 'What the agent is shown, exactly, when it may not simply go on.' })),
  reasons: Type.Array(Reason, { minItems: 1 }),
  risk: oneOf(...RISKS),
  policy: Type.String(),
  worldIndex: Type.Integer(),
  semantics: Type.Integer(),
  obligations: Type.Object({
    timeoutMs: Type.Integer(),
    maxOutputBytes: Type.Integer(),
    recommendedModel: optional(Type.String()),
    redact: optional(Type.Array(Type.String())),
    injectedResults: optional(oneOf('mask', 'withhold')),
  }),
  origins: Type.Array(
    Type.Object({ pointer: Type.String(), provenance: Type.String(), labels: Type.Array(Type.String()), source: optional(Type.Integer()) }),
  ),
  shadow: optional(EffectName),
  reserve: optional(Type.Record(Type.String(), Type.Integer())),
  fence: optional(Type.Integer()),
  modify: optional(Type.Object({ args: jsonObject() })),
  ask: optional(
    Type.Object({
      approval: Type.String(),
      digest: Type.String(),
      approvers: Type.Array(Type.String()),
      quorum: Type.Integer(),
      expiresAt: Type.Integer(),
    }),
  ),
  defer: optional(Type.Object({ retryAfterMs: Type.Integer(), waitingFor: Type.String() })),
});

export const ReceiptReply = Type.Object({ index: Type.Integer(), leaf: digest() });

/** What was found in the value that was sent, the riskiest first (TAINT-14). */
export const ContentReply = Type.Object({
  ...ReceiptReply.properties,
  findings: Type.Array(Type.Object({ detector: Type.String(), code: Type.String(), risk: oneOf(...RISKS), pointer: Type.String() }), {
    description: 'What was found in the value, the riskiest first, as pointers into it.',
  }),
});
