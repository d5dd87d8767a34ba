import type { Action } from '../../src/kernel/action.ts';
import type { Effect } from '../../src/kernel/decision.ts';
import type { EntryDraft } from '../../src/kernel/entry.ts';
import type { NameSet, Policy } from '../../src/kernel/policy.ts';
import type { SessionState, World } from '../../src/kernel/world.ts';
import type { PolicyParts } from '../kernel/samples.ts';
import type { Dice } from './dice.ts';

/** The arguments of `decide`. */
export type Subject = Readonly<{ action: Action; world: World; policy: Policy }>;

/** One opinion. `user` is a condition of a policy, `voice` another language; no `by` is a rule of the kernel. */
export type Word = Readonly<{ effect: Effect; code: string; by?: 'voice' | 'user'; pointer?: string }>;

export type ActionParts = Partial<Record<keyof Action, unknown>> & { readonly claims?: object };

/** Where and when a random entry stands; `n` counts them. */
export type Place = Readonly<{ at: number; agent: string; session: string; n: number }>;

/** A case written by hand, for the kernel and the second reading alike. */
export interface Example {
  /** Begins with the rules it proves. */
  readonly title: `[${string}-${number}] ${string}`;
  readonly settings?: PolicyParts;
  readonly action?: ActionParts;
  readonly entries?: readonly EntryDraft[];
  /** The effect, and the codes in order. */
  readonly expected: `${Effect} ${string}`;
}

/** A family of SPEC.md, read a second time from its sentences: plain, slow, and without the code of the kernel's rules. */
export interface Law {
  readonly read: (subject: Subject) => readonly Word[];
  /** Holds for kinds of action the policy does not govern too (DEC-21). */
  readonly always?: true;
  /** Random settings of the policy that it reads. */
  readonly settings?: (dice: Dice) => PolicyParts;
  /** Random parts of the action that it reads; claims of several laws are put together. */
  readonly action?: (dice: Dice, n: number) => ActionParts;
  /** Random entries of the log that it reads, with how often they come. */
  readonly entries?: readonly (readonly [weight: number, make: (dice: Dice, place: Place) => EntryDraft])[];
  readonly examples?: readonly Example[];
}

/** DEC-22: by its agent and its name. */
export function sessionIn(world: World, { agent, session }: Pick<Action, 'agent' | 'session'>): SessionState | undefined {
  return world.sessions.get(`${agent} ${session}` as never);
}

export const has = (set: NameSet, name: string): boolean => set.names.has(name) || set.globs.some((glob) => glob(name));

export const whole = (value: number | undefined): boolean =>
  value === undefined || (Number.isInteger(value) && value >= 0 && Math.abs(value) <= 2 ** 53 - 1);

export const AMOUNTS = ['usdMicros', 'tokens', 'toolCalls', 'modelCalls', 'steps'] as const;

/** SPEND-1: what an action needs of every ledger. */
export function need(action: Action, policy: Policy): Record<(typeof AMOUNTS)[number], number> {
  const { usdMicros = 0, tokens = 0, model } = action.claims;
  const [claimed, count] = [whole(usdMicros) ? usdMicros : 0, whole(tokens) ? tokens : 0];
  const tier = policy.models.find((one) => one.model === model);
  const dearer = tier === undefined ? 0 : Math.max(tier.usdMicrosPerMillionInput, tier.usdMicrosPerMillionOutput);
  const [toolCalls, modelCalls] = [Number(action.kind === 'tool'), Number(action.kind === 'model')];
  return { usdMicros: Math.max(claimed, Math.ceil((count * dearer) / 1e6)), tokens: count, toolCalls, modelCalls, steps: 1 };
}
