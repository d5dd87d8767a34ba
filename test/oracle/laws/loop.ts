import { LOOP_EFFECTS } from '../../../src/kernel/policy.ts';
import { sessionIn } from '../law.ts';
import type { Law, Subject, Word } from '../law.ts';

/** LOOP-1 … LOOP-4 */
function loops({ action, world, policy }: Subject): Word[] {
  const { identical, sequences, noProgress, effect } = policy.loops;
  const since = action.at - (identical?.windowMs ?? 60_000);
  const calls = (sessionIn(world, action)?.calls ?? []).filter((call) => call.at > since && call.action !== action.id);
  const mark = (call: { name: string; argsDigest: string }): string => `${call.name}\n${call.argsDigest}`;
  const tail = [...calls, action].map(mark);
  let loop = identical !== null && calls.filter((call) => mark(call) === mark(action)).length >= identical.max;
  for (let p = 2; sequences && p <= 7; p++) {
    const [a, b, c] = [tail.slice(-3 * p, -2 * p), tail.slice(-2 * p, -p), tail.slice(-p)];
    const equal = tail.length >= 3 * p && a.join('\n\n') === b.join('\n\n') && b.join('\n\n') === c.join('\n\n');
    if (equal && new Set(c).size > 1) loop = true;
  }
  const last = noProgress === null ? [] : calls.slice(-noProgress);
  const states = new Set(last.map((call) => (call.name === action.name ? call.state : null)));
  if (noProgress !== null && last.length === noProgress && last.length > 0 && states.size === 1 && !states.has(null)) loop = true;
  return loop ? [{ effect, code: 'LOOP_DETECTED' }] : [];
}

export const laws: readonly Law[] = [
  {
    read: loops,
    settings: (dice) => ({
      loops: {
        identical: dice.chance(0.4) ? { max: 1 + dice.upTo(3), windowMs: dice.pick([3_000, 60_000]) } : 'off',
        sequences: dice.chance(0.5),
        noProgress: dice.chance(0.4) ? 1 + dice.upTo(3) : 'off',
        effect: dice.pick(LOOP_EFFECTS),
      },
    }),
  },
];
