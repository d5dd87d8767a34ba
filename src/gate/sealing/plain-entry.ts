import type { Entry } from '../../kernel/entry.ts';
import { canonical } from '../../wire/jcs.ts';
import { recordOf } from '../actions/record-of.ts';
import type { HeldAction } from '../tenant/tenant.ts';
import { maskDecision, maskRecord } from './mask-action.ts';
import { pointerMask } from './mask-pointer.ts';
import { maskFindings } from './mask-reading.ts';

/** Whether an entry holds in plain what is sealed today: one from before texts were sealed (LOG-33). */
export function holdsText(entry: Entry): boolean {
  const at = pointerMask(null);
  switch (entry.type) {
    case 'action-decided': {
      const { action, decision } = entry.body;
      const shown = { action: maskRecord(action, at, []).shown, decision: maskDecision(decision, at, action).shown };
      return canonical(shown) !== canonical({ action, decision });
    }
    case 'action-settled':
    case 'content-labelled':
      return canonical(maskFindings(entry.body.findings, at)) !== canonical(entry.body.findings);
    default:
      return false;
  }
}

/** What is left of an asked action when its texts were erased: it can only be denied. */
export function withoutTexts({ action, decision }: HeldAction): HeldAction {
  const at = pointerMask(action.args);
  const { shown } = maskRecord(recordOf(action), at, []);
  return {
    action: { ...action, ...shown, args: {} },
    decision: maskDecision(decision, at, action).shown,
    bytes: new Uint8Array(),
    erased: true,
  };
}
