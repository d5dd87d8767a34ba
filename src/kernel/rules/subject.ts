import type { Action } from '../action.ts';
import type { Amounts, Origin } from '../decision.ts';
import type { AgentLists, Manifest, Opinion, Policy, Precision } from '../policy.ts';
import { originsOf } from '../origins.ts';
import { sessionOf } from '../owned.ts';
import { reservationOf } from '../reserve.ts';
import type { AgentState, SessionState, World } from '../world.ts';

/** What every rule reads: the three arguments of `decide`, with the look-ups all rules share done once. */
export interface Subject {
  readonly action: Action;
  readonly world: World;
  readonly policy: Policy;
  readonly agent: AgentState | undefined;
  readonly session: SessionState | undefined;
  readonly lists: AgentLists | undefined;
  readonly manifest: Manifest | undefined;
  readonly precision: Precision | undefined;
  readonly need: Amounts;
  readonly origins: readonly Origin[];
}

/** An opinion with the name of who holds it. */
export interface RuleOpinion extends Opinion {
  readonly rule: string;
  /** Code of the finding it rests on. */
  readonly finding?: string;
}

export interface Rule {
  readonly name: string;
  /** Silence is the empty list. Throwing denies (DEC-5). */
  readonly speak: (subject: Subject) => readonly RuleOpinion[];
}

export const SILENCE: readonly RuleOpinion[] = [];

export function describe(action: Action, world: World, policy: Policy): Subject {
  const session = sessionOf(world, action);
  return {
    action,
    world,
    policy,
    agent: world.agents.get(action.agent),
    session,
    lists: policy.agents.get(action.agent),
    manifest: policy.manifests.get(action.agent),
    precision: policy.precision.get(action.agent) ?? policy.precision.get('*'),
    need: reservationOf(action, policy),
    origins: originsOf(action, session),
  };
}
