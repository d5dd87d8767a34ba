import type { Action } from './action.ts';
import type { RuleOpinion, Subject } from './rules/subject.ts';
import type { StandingGrant } from './entry.ts';
import { validVotes } from './votes.ts';
import { wordsOf } from './words/words.ts';
import type { ApprovalFault } from './words/sentences.ts';
import type { ApprovalState, World } from './world.ts';

/** Codes a standing grant that names no exact arguments cannot release: nobody has seen these arguments (ASK-7). */
const SEEN_ONLY: ReadonlySet<string> = new Set(['FINDING', 'UNINSPECTABLE', 'TAINTED_TO_HIGH_RISK', 'AFTER_INJECTION']);

function quorumStands(approval: ApprovalState, world: World): boolean {
  return new Set(validVotes(approval, world)).size >= Math.max(1, approval.quorum);
}

/** Why this approval does not release exactly this action now, or null when it does (ASK-3). */
export function faultOf(action: Action, approval: ApprovalState | undefined, world: World): ApprovalFault | null {
  if (approval === undefined) return 'unknown';
  if (approval.status !== 'granted') return 'not-granted';
  if (approval.expiresAt <= action.at) return 'expired';
  if (approval.agent !== action.agent || approval.session !== action.session || approval.tool !== action.name) {
    return 'other-action';
  }
  if ((approval.editedArgsDigest ?? approval.argsDigest) !== action.argsDigest) return 'other-arguments';
  return quorumStands(approval, world) ? null : 'votes';
}

function covers(grant: StandingGrant & { readonly used: number }, action: Action): boolean {
  if (grant.agent !== action.agent || grant.tool !== action.name || !(grant.used < grant.uses) || grant.expiresAt <= action.at) return false;
  if (grant.session !== undefined && grant.session !== action.session) return false;
  if (grant.filesDigest !== undefined && grant.filesDigest !== action.filesDigest) return false;
  return grant.argsDigest === undefined || grant.argsDigest === action.argsDigest;
}

function released(opinions: readonly RuleOpinion[], by: { rule: string; message: string }, except: ReadonlySet<string>): readonly RuleOpinion[] {
  const kept = opinions.map((one) => (one.effect === 'ask' && !except.has(one.code) ? { ...one, effect: 'allow' as const } : one));
  return [...kept, { rule: by.rule, effect: 'allow', code: 'OK', message: by.message }];
}

const NOTHING: ReadonlySet<string> = new Set();

/** ASK-3: a redeemed approval or a standing grant turns `ask` into `allow`; a denial or a deferral never moves. */
export function release(opinions: readonly RuleOpinion[], { action, world }: Subject): readonly RuleOpinion[] {
  const words = wordsOf(world);
  if (action.redeems !== undefined) {
    const approval = world.approvals.get(action.redeems);
    const fault = faultOf(action, approval, world);
    if (fault === null) return released(opinions, { rule: 'approval', ...words.released(action.redeems, approval?.grantedBy ?? []) }, NOTHING);
    const said = words.approvalFault(fault, approval?.status ?? 'unknown');
    return [...opinions, { rule: 'approval', effect: 'deny', code: 'APPROVAL_INVALID', ...said, risk: 'HIGH' }];
  }
  if (world.grants.size === 0 || !opinions.some((one) => one.effect === 'ask')) return opinions;
  const mine = [...world.grants.entries()].map(([, grant]) => grant).filter((grant) => covers(grant, action));
  // Exact arguments before general ones, then by id: the same grant whatever the order they were issued in.
  const [grant] = mine.sort((a, b) => Number(b.argsDigest !== undefined) - Number(a.argsDigest !== undefined) || (a.id < b.id ? -1 : 1));
  if (grant === undefined) return opinions;
  const except = grant.argsDigest === undefined ? SEEN_ONLY : NOTHING;
  if (!opinions.some((one) => one.effect === 'ask' && !except.has(one.code))) return opinions;
  return released(opinions, { rule: `grant:${grant.id}`, ...words.releasedByGrant(grant.id) }, except);
}
