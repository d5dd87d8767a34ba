import { sinksOf } from '../sinks.ts';
import { wordsOf } from '../words/words.ts';
import { SILENCE } from './subject.ts';
import type { Rule } from './subject.ts';

/** TAINT-12: who reads instructions may follow them, so what has power waits until a person has looked. */
export const afterInjection: Rule = {
  name: 'after-injection',
  speak({ action, policy, session, world }) {
    const { afterInjection: effect, sinks, untrusted } = policy.taint;
    const injected = session?.injected;
    if (injected === undefined || effect === 'record' || !untrusted.includes(injected.label)) return SILENCE;
    if (!sinksOf(action).some((sink) => sinks.includes(sink))) return SILENCE;
    const said = wordsOf(world).afterInjection(injected, action.session);
    return [{ rule: 'after-injection', effect, code: 'AFTER_INJECTION', ...said, risk: 'HIGH', finding: injected.finding }];
  },
};
