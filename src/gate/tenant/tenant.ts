import { AegisError } from '../../errors.ts';
import type { Action } from '../../kernel/action.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { ApprovalId, Digest, EntryIndex, Millis, TenantId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Policy } from '../../kernel/policy.ts';
import type { ApprovalState, World } from '../../kernel/world.ts';
import type { OperationQueue } from '../queue/operation-queue.ts';
import type { GateDeps, GateLimits } from '../deps.ts';
import type { InFlight } from '../actions/in-flight.ts';
import type { Waiters } from '../actions/waiters.ts';
import type { Actor, EntryBodies, HaltScope } from '../../kernel/entry.ts';

/** An asked action, kept whole so that it can be decided again without I/O. `erased`: its bytes are gone, so it can only be denied. */
export interface HeldAction {
  readonly action: Action;
  /** What was decided of it, with its texts. */
  readonly decision: Decision;
  readonly bytes: Uint8Array;
  readonly erased: boolean;
}

/** What a tenant keeps in memory beside the world, rebuilt from the log. */
export interface Memory {
  readonly held: Map<ApprovalId, HeldAction>;
  /** What people edited, by approval and digest: a run that is undone leaves nothing wrong behind. */
  readonly edits: Map<string, HeldAction>;
  /** Compiled policies by digest; the one in force is always here. */
  readonly policies: Map<Digest, Policy>;
}

export interface HaltTerms {
  readonly scope: HaltScope;
  readonly reason: string;
  readonly cause: EntryBodies['agent-halted']['cause'];
  readonly actor: Actor;
}

/** One tenant: its log's queue, and what is kept in memory beside the world. */
export interface Tenant extends Memory {
  readonly id: TenantId;
  readonly deps: GateDeps;
  readonly limits: GateLimits;
  readonly queue: OperationQueue;
  readonly waiters: Waiters;
  /** Actions that were allowed and have no outcome yet. */
  readonly inFlight: InFlight;
  /** Entries that released what a person was asked about and were compared when their agent had the answer (ASK-33). */
  readonly handedOut: Set<EntryIndex>;
  /** Halts that could not be recorded yet; in force all the same (GATE-8). */
  readonly unrecorded: HaltTerms[];
  /** Sees to it that approvals that expire at this time are expired then. */
  expireAt(at: Millis): void;
  /** Expires what is due when the log's time leapt ahead of the timer. */
  expireLeapt(): void;
}

/** The policy this world is governed by. A missing one is a broken invariant: nothing is decided. */
export function policyOf(tenant: Tenant, world: World): Policy {
  const policy = world.policy === null ? undefined : tenant.policies.get(world.policy);
  if (policy === undefined) throw new AegisError('INTERNAL');
  return policy;
}

/** The granted, not yet used approval of an action, if any. */
export function grantedFor(tenant: Tenant, world: World, { agent, id }: Pick<Action, 'agent' | 'id'>): ApprovalId | undefined {
  for (const [approval, held] of tenant.held) {
    if (held.action.id === id && held.action.agent === agent && world.approvals.get(approval)?.status === 'granted') return approval;
  }
  return undefined;
}

/** Where replacement arguments lie: the log keeps the digest, the bytes lie beside it and can be erased. */
export function byReference(digest: Digest): JsonObject {
  return { $payload: digest };
}

export function referenceIn(args: JsonObject): Digest | null {
  const digest = args['$payload'];
  return typeof digest === 'string' ? (digest as Digest) : null;
}

/** Under what an edit is kept: the approval and the digest of the edited arguments. */
export function editKey(approval: ApprovalId, digest: Digest): string {
  return `${approval} ${digest}`;
}

/** An approval that may still release its action. */
export function isLive({ status }: Pick<ApprovalState, 'status'>): boolean {
  return status === 'pending' || status === 'granted';
}

/** Fewer are never looked through. */
const FEW = 256;

/** Forgets asked actions that ended; looks only when there are twice as many as were left the last time. */
export function forgetter({ held, edits }: Memory): (world: World) => void {
  let enough = FEW;
  return (world) => {
    if (held.size + edits.size < enough) return;
    const ended = (approval: ApprovalId): boolean => {
      const state = world.approvals.get(approval);
      return state === undefined || !isLive(state);
    };
    for (const approval of [...held.keys()]) if (ended(approval)) held.delete(approval);
    for (const key of [...edits.keys()]) if (ended(key.slice(0, key.indexOf(' ')) as ApprovalId)) edits.delete(key);
    enough = Math.max(FEW, 2 * (held.size + edits.size));
  };
}
