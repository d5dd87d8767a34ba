import type { Authority } from '../action.ts';
import type { Label } from '../decision.ts';
import type { Print } from '../ids.ts';
import { lookUp } from '../origins.ts';
import { sinksOf } from '../sinks.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion, Subject } from './subject.ts';
import type { Opinion } from '../policy.ts';
import { wordsOf } from '../words/words.ts';
import type { Words } from '../words/sentences.ts';

/** TAINT-3: only inside longer text, of an origin nobody trusts. */
function untrustedQuote(print: Print, { session, policy }: Subject): readonly Label[] | null {
  const known = lookUp(print, session);
  if (known === null || known.provenance !== 'quoted' || known.trusted) return null;
  const labels = known.labels.filter((label) => policy.taint.untrusted.includes(label));
  return labels.length === 0 ? null : labels;
}

function opinion(place: { authority: Authority; pointer: string; effect: Opinion['effect']; words: Words }, labels: readonly Label[]): RuleOpinion {
  return {
    rule: 'taint',
    effect: place.effect,
    code: 'TAINTED_TO_HIGH_RISK',
    ...place.words.tainted(place.authority, labels),
    pointer: place.pointer,
    risk: 'HIGH',
  };
}

/** The user's own words and whole leaves of structured results pass; authority never comes from a quotation. */
export const taint: Rule = {
  name: 'taint',
  speak(subject) {
    const { action, policy, session } = subject;
    const words = wordsOf(subject.world);
    const { quoted: effect, sinks, authority } = policy.taint;
    if (effect === 'allow' || action.traces.length === 0 || session === undefined) return SILENCE;
    if (session.prints.size === 0 && !session.overflowed) return SILENCE;
    if (!sinksOf(action).some((sink) => sinks.includes(sink))) return SILENCE;
    const opinions: RuleOpinion[] = [];
    for (const trace of action.traces) {
      const whole = trace.authority !== undefined && authority.includes(trace.authority) ? untrustedQuote(trace.whole, subject) : null;
      if (trace.authority !== undefined && whole !== null) {
        opinions.push(opinion({ authority: trace.authority, pointer: trace.pointer, effect, words }, whole));
        continue;
      }
      // A leaf that is the user's own as a whole carries nothing foreign inside it.
      const known = lookUp(trace.whole, session);
      if (known !== null && (known.provenance !== 'quoted' || known.trusted)) continue;
      for (const part of trace.parts) {
        const labels = authority.includes(part.authority) ? untrustedQuote(part.print, subject) : null;
        if (labels === null) continue;
        opinions.push(opinion({ authority: part.authority, pointer: trace.pointer, effect, words }, labels));
        break;
      }
    }
    return opinions;
  },
};
