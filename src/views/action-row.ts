import type { ActionKind, Enforcement } from '../kernel/action.ts';
import type { Effect } from '../kernel/decision.ts';
import type { EntryOf, OutcomeStatus } from '../kernel/entry.ts';
import type { Category, Risk } from '../kernel/finding.ts';
import type { EntryIndex, Millis } from '../kernel/ids.ts';
import { SEALED } from '../kernel/sealed.ts';

/** One decision as lists and the feed show it: what its entry shows, and nothing that is sealed beside it. */
export interface ActionRow {
  readonly index: EntryIndex;
  readonly at: Millis;
  readonly action: string;
  readonly agent: string;
  readonly session: string;
  readonly kind: ActionKind;
  readonly name: string;
  /** The coding agent of a hook, else the way the action came in. */
  readonly integration: string;
  readonly enforcement: Enforcement;
  readonly effect: Effect;
  readonly risk: Risk;
  /** The code that decided, the first of `reasons`. */
  readonly reason: string;
  readonly reasons: readonly string[];
  readonly categories: readonly Category[];
  /** The approval a person was asked for. */
  readonly approval?: string;
  readonly outcome?: { readonly status: OutcomeStatus; readonly usdMicros?: number; readonly tokens?: number };
}

export function actionRowOf(entry: EntryOf<'action-decided'>): ActionRow {
  const { index, at, agent = '', session = '', body } = entry;
  const { id: action, kind, name, door, harness, enforcement, facts } = body.action;
  const { effect, risk, reasons, ...rest } = body.decision;
  const codes = [...new Set(reasons.filter((reason) => reason.effect === effect).map(({ code }) => code)), ...reasons.map(({ code }) => code)];
  const integration = door === 'hook' && harness !== undefined && harness !== SEALED ? harness : door;
  return {
    index,
    at,
    action,
    agent,
    session,
    kind,
    name,
    integration,
    enforcement,
    effect,
    risk,
    reason: codes[0] ?? '',
    reasons: [...new Set(codes)],
    categories: facts.categories,
    ...('ask' in rest ? { approval: rest.ask.approval } : {}),
  };
}
