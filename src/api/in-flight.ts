import { Type } from 'typebox';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import { jsonObject } from '../http/shapes.ts';
import type { HaltScope } from '../kernel/entry.ts';
import type { AgentId, EntryIndex, SessionId } from '../kernel/ids.ts';
import { actionRow } from './action-row.ts';
import type { ApiParts } from './deps.ts';
import { opened } from './pages.ts';
import { decisionFor } from './sealed-texts.ts';

type Parts = ApiParts<Pick<LogGate, 'inFlight' | 'now'>, 'store'>;

export interface InFlightTerms {
  readonly agent?: string | undefined;
  readonly session?: string | undefined;
  readonly limit: number;
  readonly to?: number | undefined;
}

export interface InFlightReply {
  /** Of the scope that was asked for, however many are shown. */
  readonly count: number;
  /** Newest first, each with its age. */
  readonly actions: readonly object[];
  readonly next?: number;
}

/** What an answer that is about something else names of it. */
export const NAMED = 20;

export const InFlightShape = Type.Object(
  { count: Type.Integer(), actions: Type.Array(jsonObject()) },
  { description: 'Actions that were allowed and have no outcome yet: they may be running. The newest of them, each with its age.' },
);

/** Actions that were allowed and not settled, as their entries have them. A look-up by index for each that is shown, and no more (GATE-33). */
export async function actionsInFlight({ gate, store }: Parts, principal: Principal, { limit, ...terms }: InFlightTerms): Promise<InFlightReply> {
  const { tenant } = principal;
  const scope = {
    agent: terms.agent as AgentId | undefined,
    session: terms.session as SessionId | undefined,
    to: terms.to as EntryIndex | undefined,
  };
  // One more than is shown tells whether there are more.
  const { count, actions: found } = gate.inFlight(tenant, { ...scope, limit: limit + 1 });
  const actions: object[] = [];
  for (const { index } of found.slice(0, limit)) {
    const [sealed] = await store.read(tenant, { from: index, to: index + 1, limit: 1 });
    const entry = sealed === undefined ? undefined : opened(sealed);
    if (entry?.type !== 'action-decided') continue;
    actions.push({ ...actionRow(entry, await decisionFor(principal, store, entry)), ageMs: Math.max(0, gate.now(tenant) - entry.at) });
  }
  const last = found[limit - 1];
  return { count, actions, ...(found.length > limit && last !== undefined ? { next: last.index } : {}) };
}

/** What runs in the scope of a halt. */
export async function inFlightIn(parts: Parts, principal: Principal, scope: HaltScope): Promise<InFlightReply> {
  const within = scope.kind === 'all' ? {} : scope.kind === 'agent' ? { agent: scope.id } : { session: scope.id, agent: scope.agent };
  return actionsInFlight(parts, principal, { limit: NAMED, ...within });
}
