import type { Principal } from '../gate/nouns.ts';
import { readsPayloads } from '../http/payload-readers.ts';
import type { Decision } from '../kernel/decision.ts';
import type { EntryOf } from '../kernel/entry.ts';
import { isMasked } from '../kernel/sealed.ts';
import type { WholeAction } from '../kernel/sealed.ts';
import { besideDecision } from '../log/beside.ts';
import type { LogStore } from '../log/store.ts';

/** A decided action with everything sealed beside it; null for who may not read that, 'erased' when nobody can any more. */
export async function wholeFor(
  principal: Principal,
  store: Pick<LogStore, 'payload'>,
  entry: EntryOf<'action-decided'>,
): Promise<WholeAction | 'erased' | null> {
  return readsPayloads(principal, entry.agent) ? besideDecision(store, entry) : null;
}

/** The decision as this principal may read it: with the texts its entry masks, while their key lasts. */
export async function decisionFor(principal: Principal, store: Pick<LogStore, 'payload'>, entry: EntryOf<'action-decided'>): Promise<Decision> {
  const { decision } = entry.body;
  const whole = isMasked(decision) ? await wholeFor(principal, store, entry) : null;
  return whole === null || whole === 'erased' ? decision : whole.decision;
}
