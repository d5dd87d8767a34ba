import type { Action } from '../kernel/action.ts';
import { KNOWN_PROVENANCES } from '../kernel/decision.ts';
import type { Amounts, Decision } from '../kernel/decision.ts';
import type { EntryBodies, EntryDraft, EntryType, HaltScope } from '../kernel/entry.ts';
import type { ActionId, AgentId, ApprovalId, Digest, EntryIndex, OperatorId, Print, SessionId, TenantId } from '../kernel/ids.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Policy } from '../kernel/policy.ts';
import type { World } from '../kernel/world.ts';
import { actionOf, CASE_TIME, type ActionRow, type Placement } from './conform-case.ts';

/** The parts of the kernel a run is made with; injected, so that any build of them can be judged. */
export interface KernelParts {
  readonly decide: (action: Action, world: World, policy: Policy, context: { approval: ApprovalId; askDigest: Digest }) => Decision;
  readonly fold: (world: World, entry: EntryDraft) => World;
  readonly emptyWorld: () => World;
  readonly ledgersOf: (action: Action, world: World, policy?: Policy) => readonly string[];
}

/** A world under way: time, what was decided last, and the policy in force. */
export interface Stage {
  readonly world: World;
  readonly at: number;
  readonly serial: number;
  readonly last: Action | null;
  readonly approval: ApprovalId | null;
}

export interface StageTerms extends KernelParts, Pick<Placement, 'digest' | 'read'> {
  readonly policy: Policy;
}

/** One registered agent `a1` with an open session `s1`, and `a2` with `s2`. */
export function opened({ fold, emptyWorld }: KernelParts): Stage {
  let stage: Stage = { world: emptyWorld(), at: CASE_TIME, serial: 0, last: null, approval: null };
  for (const [agent, session] of [
    ['a1', 's1'],
    ['a2', 's2'],
  ] as const) {
    stage = enter(stage, fold, { type: 'agent-registered', body: { capabilities: [], maxPriority: 10, onUnavailable: 'deny' }, agent });
    stage = enter(stage, fold, { type: 'session-opened', body: { salt: 'salt' }, agent, session });
  }
  return stage;
}

interface Row<T extends EntryType> {
  readonly type: T;
  readonly body: EntryBodies[T];
  readonly agent?: string;
  readonly session?: string;
}

function enter<T extends EntryType>(stage: Stage, fold: KernelParts['fold'], row: Row<T>): Stage {
  const draft = {
    tenant: 'default' as TenantId,
    at: stage.at,
    type: row.type,
    actor: { kind: 'system' },
    agent: (row.agent ?? 'a1') as AgentId,
    session: (row.session ?? 's1') as SessionId,
    body: row.body,
  } as unknown as EntryDraft;
  return { ...stage, world: fold(stage.world, draft) };
}

/** The decision for a row at this stage, and the stage after it is recorded. */
export function act(stage: Stage, row: ActionRow, terms: StageTerms): { readonly decision: Decision; readonly stage: Stage } {
  const approval = `ap${String(stage.serial)}` as ApprovalId;
  const action = actionOf(row, { id: `x${String(stage.serial)}`, at: stage.at, digest: terms.digest, read: terms.read });
  const askDigest = terms.digest({ approval, args: action.argsDigest });
  const decision = terms.decide(action, stage.world, terms.policy, { approval, askDigest });
  return { decision, stage: record({ ...stage, serial: stage.serial + 1 }, action, { decision, terms }) };
}

function record(stage: Stage, action: Action, by: { readonly decision: Decision; readonly terms: StageTerms }): Stage {
  const { tenant: _tenant, agent, session, args: _args, at: _at, ...kept } = action;
  const body = { action: kept, decision: by.decision, ledgers: by.terms.ledgersOf(action, stage.world, by.terms.policy) };
  const approval = by.decision.effect === 'ask' ? by.decision.ask.approval : stage.approval;
  return { ...enter(stage, by.terms.fold, { type: 'action-decided', body, agent, session }), last: action, approval };
}

type Step = (stage: Stage, given: never, terms: StageTerms) => Stage;

/** What may happen before the action of a case; conformance/README.md says each in words. */
const STEPS: Readonly<Record<string, Step>> = {
  wait: (stage, ms: number) => ({ ...stage, at: stage.at + ms }),
  call: (stage, row: ActionRow & { readonly times?: number; readonly every?: number }, terms) => {
    let next = stage;
    for (let i = 0; i < (row.times ?? 1); i++) next = { ...act(next, row, terms).stage, at: next.at + (row.every ?? 0) };
    return next;
  },
  settle: (stage, body: { readonly status?: string; readonly usdMicros?: number; readonly tokens?: number; readonly state?: string }, terms) =>
    enter(stage, terms.fold, {
      type: 'action-settled',
      body: {
        action: stage.last?.id ?? ('' as ActionId),
        status: body.status ?? 'succeeded',
        usage: {
          ...(body.usdMicros === undefined ? {} : { usdMicros: body.usdMicros }),
          ...(body.tokens === undefined ? {} : { tokens: body.tokens }),
        },
        ...(body.state === undefined ? {} : { stateDigest: terms.digest(body.state) }),
        source: 'tool_output',
        trusted: false,
        prints: [],
        findings: [],
      } as EntryBodies['action-settled'],
    }),
  spent: (stage, amounts: Partial<Amounts>, terms) => spend(stage, amounts, terms),
  halt: (stage, scope: HaltScope['kind'], terms) =>
    enter(stage, terms.fold, { type: 'agent-halted', body: { scope: scopeOf(scope), reason: 'because', cause: 'operator' } }),
  resume: (stage, scope: HaltScope['kind'], terms) =>
    enter(stage, terms.fold, { type: 'agent-resumed', body: { scope: scopeOf(scope), reason: 'looked at' } }),
  revoke: (stage, agent: string, terms) => enter(stage, terms.fold, { type: 'agent-revoked', body: { agent: agent as AgentId, reason: 'because' } }),
  register: (stage, body: object, terms) =>
    enter(stage, terms.fold, { type: 'agent-registered', body: { capabilities: [], maxPriority: 10, onUnavailable: 'deny', ...body } }),
  close: (stage, session: string, terms) => enter(stage, terms.fold, { type: 'session-closed', body: { reason: 'done' }, session }),
  content: (
    stage,
    body: {
      readonly source: string;
      readonly trusted?: boolean;
      readonly quoted?: string[];
      readonly reference?: string[];
      readonly typed?: string[];
    },
    terms,
  ) => enter(stage, terms.fold, { type: 'content-labelled', body: contentOf(body, terms) }),
  sanitise: (stage, prints: readonly string[], terms) =>
    enter(stage, terms.fold, { type: 'value-sanitised', body: { prints: prints as readonly Print[], by: 'filter', method: 'escape' } }),
  endorse: (stage, prints: readonly string[], terms) =>
    enter(stage, terms.fold, { type: 'value-endorsed', body: { prints: prints as readonly Print[], by: 'op1' as OperatorId, reason: 'known' } }),
  grant: (stage, by: string, terms) =>
    enter(stage, terms.fold, { type: 'approval-granted', body: { approval: pending(stage), by: by as OperatorId, channel: 'cli', reason: 'fine' } }),
  refuse: (stage, by: string, terms) =>
    enter(stage, terms.fold, { type: 'approval-refused', body: { approval: pending(stage), by: by as OperatorId, channel: 'cli', reason: 'no' } }),
  expire: (stage, _: true, terms) => enter(stage, terms.fold, { type: 'approval-expired', body: { approval: pending(stage) } }),
  lock: (stage, body: EntryBodies['lock-granted'], terms) => enter(stage, terms.fold, { type: 'lock-granted', body, agent: 'a2', session: 's2' }),
  unlock: (stage, body: { readonly resource: string; readonly fence: EntryIndex }, terms) =>
    enter(stage, terms.fold, { type: 'lock-released', body, agent: 'a2', session: 's2' }),
  budget: (stage, body: { readonly ledger: string; readonly limit: Partial<Amounts> }, terms) =>
    enter(stage, terms.fold, { type: 'budget-set', body: { ...body, reason: 'set' } }),
};

/** Plays one step of a history. Throws on a step that is not known: a case must not pass because it was not understood. */
export function play(stage: Stage, step: JsonObject, terms: StageTerms): Stage {
  const [name, ...more] = Object.keys(step);
  const known = name !== undefined && more.length === 0 && Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
  if (known === undefined || name === undefined)
    throw new Error(`a history step is one of ${Object.keys(STEPS).join(', ')}, not ${Object.keys(step).join(' and ')}`);
  return known(stage, step[name] as never, terms);
}

function scopeOf(scope: HaltScope['kind']): EntryBodies['agent-halted']['scope'] {
  if (scope === 'all') return { kind: 'all' };
  return scope === 'agent' ? { kind: 'agent', id: 'a1' as AgentId } : { kind: 'session', id: 's1' as SessionId };
}

function pending(stage: Stage): ApprovalId {
  if (stage.approval === null) throw new Error('nothing was asked before this step');
  return stage.approval;
}

function contentOf(
  body: {
    readonly source: string;
    readonly trusted?: boolean;
    readonly quoted?: readonly string[];
    readonly reference?: readonly string[];
    readonly typed?: readonly string[];
  },
  terms: StageTerms,
): EntryBodies['content-labelled'] {
  const prints = KNOWN_PROVENANCES.toReversed().flatMap((provenance) =>
    (body[provenance] ?? []).map((print) => ({ print: print as Print, provenance })),
  );
  return {
    source: body.source as EntryBodies['content-labelled']['source'],
    trusted: body.trusted ?? false,
    prints,
    findings: [],
    contentDigest: terms.digest(body.source),
  };
}

/** An allowed action that reserved these amounts on every ledger it counts in. */
function spend(stage: Stage, amounts: Partial<Amounts>, terms: StageTerms): Stage {
  const row: ActionRow = { name: 'earlier_work', facts: {} };
  const action = actionOf(row, { id: `x${String(stage.serial)}`, at: stage.at, digest: terms.digest, read: terms.read });
  const decision = {
    action: action.id,
    effect: 'allow',
    reasons: [{ code: 'OK', rule: 'lab', effect: 'allow', message: 'spent earlier' }],
    risk: 'LOW',
    policy: terms.policy.digest,
    worldIndex: stage.world.size,
    semantics: 1,
    obligations: { timeoutMs: 30_000, maxOutputBytes: 1_048_576 },
    origins: [],
    reserve: { usdMicros: 0, tokens: 0, toolCalls: 0, modelCalls: 0, steps: 0, ...amounts },
  } as unknown as Decision;
  return record({ ...stage, serial: stage.serial + 1 }, action, { decision, terms });
}
