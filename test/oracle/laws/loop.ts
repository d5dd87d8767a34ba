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
  // LOOP-5: the same call since it last answered differently, and of these what was called since anything else was done for the first time.
  const mine = calls.flatMap((call, at) => (mark(call) === mark(action) ? [{ at, answer: call.answer }] : []));
  const known = mine.findLast(({ answer }) => answer !== undefined)?.answer;
  const other = mine.findLastIndex(({ answer }) => answer !== undefined && answer !== known);
  const still = world.semantics < 3 ? mine : mine.slice(other + 1);
  const firsts = calls.map(
    (call, at) => mark(call) !== mark(action) && !call.state?.startsWith('error:') && calls.findIndex((one) => mark(one) === mark(call)) === at,
  );
  const since2 = world.semantics < 3 ? still : still.filter(({ at }) => at > firsts.lastIndexOf(true));
  let loop = identical !== null && (since2.length >= identical.max || still.length >= identical.max * 4);
  for (let p = 2; sequences && p <= 7; p++) {
    const [a, b, c] = [tail.slice(-3 * p, -2 * p), tail.slice(-2 * p, -p), tail.slice(-p)];
    const equal = tail.length >= 3 * p && a.join('\n\n') === b.join('\n\n') && b.join('\n\n') === c.join('\n\n');
    const round = (from: number, to?: number): (string | undefined)[] =>
      [...calls, { ...action, answer: undefined }].slice(from, to).map((one) => one.answer);
    const moved = (x: (string | undefined)[], y: (string | undefined)[]): boolean =>
      world.semantics >= 3 && x.some((one, i) => one !== undefined && y[i] !== undefined && one !== y[i]);
    const [ra, rb, rc] = [round(-3 * p, -2 * p), round(-2 * p, -p), round(-p)];
    if (equal && new Set(c).size > 1 && !moved(ra, rb) && !moved(rb, rc)) loop = true;
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
