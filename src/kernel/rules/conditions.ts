import { EFFECTS } from '../decision.ts';
import type { Opinion, Voice } from '../policy.ts';
import { SILENCE } from './subject.ts';
import type { Said, Subject } from './subject.ts';

/** DEC-5: whoever throws, or says something that is no opinion, denies. */
export function ruleError(rule: string): Said {
  return {
    rule,
    effect: 'deny',
    code: 'RULE_ERROR',
    message: `The rule ${rule} failed, so it denies.`,
    hint: 'Correct the rule; `aegis policy test` shows it.',
    risk: 'HIGH',
  };
}

function sound(opinion: Opinion): boolean {
  const modifies = opinion.effect !== 'modify' || (typeof opinion.args === 'object' && opinion.args !== null);
  return EFFECTS.includes(opinion.effect) && typeof opinion.code === 'string' && typeof opinion.message === 'string' && modifies;
}

function hear(voice: Voice, subject: Subject): Said | null {
  try {
    const opinion = voice.speak(subject.action, subject.world);
    if (opinion === null) return null;
    return sound(opinion) ? { ...opinion, rule: voice.rule } : ruleError(voice.rule);
  } catch {
    return ruleError(voice.rule);
  }
}

/** Conditions, Cedar, Rego: each by itself, so that one broken voice silences no other. */
export function voices(subject: Subject): readonly Said[] {
  let said: Said[] | null = null;
  for (const voice of subject.policy.voices) {
    const one = hear(voice, subject);
    if (one !== null) (said ??= []).push(one);
  }
  return said ?? SILENCE;
}
