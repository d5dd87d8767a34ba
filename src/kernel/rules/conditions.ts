import { EFFECTS } from '../decision.ts';
import type { Opinion, Voice } from '../policy.ts';
import { SILENCE } from './subject.ts';
import type { RuleOpinion, Subject } from './subject.ts';
import { wordsOf } from '../words/words.ts';
import type { World } from '../world.ts';

/** DEC-5: whoever throws, or says something that is no opinion, denies. */
export function ruleError(rule: string, world: Pick<World, 'semantics'>): RuleOpinion {
  return {
    rule,
    effect: 'deny',
    code: 'RULE_ERROR',
    ...wordsOf(world).ruleFailed(rule),
    risk: 'HIGH',
  };
}

function sound(opinion: Opinion): boolean {
  const modifies = opinion.effect !== 'modify' || (typeof opinion.args === 'object' && opinion.args !== null);
  return EFFECTS.includes(opinion.effect) && typeof opinion.code === 'string' && typeof opinion.message === 'string' && modifies;
}

function opinionOf(voice: Voice, subject: Subject): RuleOpinion | null {
  try {
    const opinion = voice.speak(subject.action, subject.world);
    if (opinion === null) return null;
    return sound(opinion) ? { ...opinion, rule: voice.rule } : ruleError(voice.rule, subject.world);
  } catch {
    return ruleError(voice.rule, subject.world);
  }
}

/** Conditions, Cedar, Rego: each by itself, so that one broken voice silences no other. */
export function voices(subject: Subject): readonly RuleOpinion[] {
  let opinions: RuleOpinion[] | null = null;
  for (const voice of subject.policy.voices) {
    const one = opinionOf(voice, subject);
    if (one !== null) (opinions ??= []).push(one);
  }
  return opinions ?? SILENCE;
}
