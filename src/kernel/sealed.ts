import type { Decision, DecisionCore } from './decision.ts';
import type { ActionRecord, EntryBodies, EntryOf } from './entry.ts';
import type { JsonObject } from './json.ts';

/** Stands in an entry where a piece of somebody's text was; the text is sealed beside the log. */
export const SEALED = '[sealed]';

const ACTION_PARTS = [
  'boundFiles',
  'claims',
  'facts',
  'findings',
  'harness',
  'resource',
  'traces',
] as const satisfies readonly (keyof ActionRecord)[];
const DECISION_PARTS = ['defer', 'obligations', 'origins', 'reasons'] as const;

/** The parts of a recorded action that can hold a piece of its arguments. */
export type ActionParts = Partial<Pick<ActionRecord, (typeof ACTION_PARTS)[number]>>;
export type DecisionParts = Partial<Pick<DecisionCore, 'obligations' | 'origins' | 'reasons'>> & { readonly defer?: object };

/** What lies beside an `action-decided` entry, in one payload: the arguments, and whole what the entry holds only masked (LOG-30). */
export interface SealedAction {
  readonly action: ActionParts;
  readonly args: JsonObject;
  readonly decision: DecisionParts;
}

/** A decided action as it was decided: with everything its entry keeps sealed. */
export interface WholeAction {
  readonly action: ActionRecord;
  readonly decision: Decision;
  readonly args: JsonObject;
}

function picked(from: object, names: readonly string[]): object {
  const parts = from as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.filter((name) => Object.hasOwn(parts, name)).map((name) => [name, parts[name]]));
}

/** Whether the payload of this entry is more than the arguments: entries that mask nothing name the arguments themselves. */
export function isSealed({ body, payload }: EntryOf<'action-decided'>): boolean {
  return payload !== undefined && payload !== body.action.argsDigest;
}

/** The action as it was decided, from its entry and the JSON of its payload. Only what is ever masked is taken from beside the log. */
export function wholeAction(entry: EntryOf<'action-decided'>, payload: JsonObject): WholeAction {
  const { action, decision } = entry.body;
  if (!isSealed(entry)) return { action, decision, args: payload };
  const sealed = payload as unknown as SealedAction;
  return {
    action: { ...action, ...picked(sealed.action, ACTION_PARTS) },
    decision: { ...decision, ...picked(sealed.decision, DECISION_PARTS) } as Decision,
    args: sealed.args,
  };
}

/** Whether a decision out of the log lacks texts that lie beside it. */
export function isMasked({ reasons, origins, obligations }: Decision): boolean {
  return (
    reasons.some(({ message, code, pointer }) => message.includes(SEALED) || code === SEALED || hasMaskedKey(pointer)) ||
    origins.some(({ pointer }) => hasMaskedKey(pointer)) ||
    obligations.redact?.some(hasMaskedKey) === true
  );
}

/** What stands in a pointer for the key of an object that could be somebody's text. */
export const MASKED_KEY = '[key';

function hasMaskedKey(pointer = ''): boolean {
  return pointer.includes(`/${MASKED_KEY}`);
}

/** Whether what an entry shows of a decision is that decision: everything but the texts that were sealed. */
export function agrees({ decision: shown }: EntryBodies['action-decided'], whole: Decision): boolean {
  return (
    shown.reasons.length === whole.reasons.length &&
    shown.reasons.every(({ code, effect, rule }, at) => {
      const said = whole.reasons[at];
      return said?.effect === effect && said.rule === rule && (said.code === code || code === SEALED);
    })
  );
}
