import type { Action } from '../../kernel/action.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { ActionRecord } from '../../kernel/entry.ts';
import type { Policy } from '../../kernel/policy.ts';
import type { ActionParts, DecisionParts } from '../../kernel/sealed.ts';
import { canonical } from '../../wire/jcs.ts';
import { maskDecision, maskRecord } from './mask-action.ts';
import { pointerMask } from './mask-pointer.ts';

/** An action and its decision as they are written, and the bytes that lie beside them: the arguments alone where nothing had to be sealed. */
export function sealAction(
  record: ActionRecord,
  decision: Decision,
  from: { readonly action: Action; readonly bytes: Uint8Array | null; readonly policy: Policy },
): { readonly record: ActionRecord; readonly decision: Decision; readonly bytes: Uint8Array | null; readonly whole: boolean } {
  const at = pointerMask(from.action.args);
  const action = maskRecord(record, at, from.policy.models);
  const decided = maskDecision(decision, at, record);
  if (action.sealed === null && decided.sealed === null) return { record, decision, bytes: from.bytes, whole: false };
  const bytes = from.bytes === null ? null : sealedBytes(action.sealed, decided.sealed, from.bytes);
  return { record: action.shown, decision: decided.shown, bytes, whole: true };
}

/** The RFC 8785 bytes of {action, args, decision}; the arguments are canonical already. */
function sealedBytes(action: ActionParts | null, decision: DecisionParts | null, args: Uint8Array): Uint8Array {
  const before = Buffer.from(`{"action":${canonical(action ?? {})},"args":`, 'utf8');
  return Buffer.concat([before, args, Buffer.from(`,"decision":${canonical(decision ?? {})}}`, 'utf8')]);
}
