import { markOf } from '../call-marks.ts';
import { isOwned } from '../owned.ts';
import type { SessionState } from '../world.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion, Subject } from './subject.ts';
import { wordsOf } from '../words/words.ts';
import type { Said } from '../words/sentences.ts';

type Call = SessionState['calls'][number];

type Named = Pick<Call, 'name' | 'argsDigest' | 'answer'>;

const DEFAULT_WINDOW_MS = 60_000;
const REPEATS = 3;
/** Calls of the longest sequence that is looked for. */
const LONGEST = 7;

function same(a: Named | undefined, b: Named | undefined): boolean {
  // The digest first: it is what differs.
  return a !== undefined && b !== undefined && a.argsDigest === b.argsDigest && a.name === b.name;
}

/** Whether the calls end in the same block of `period` calls, three times over, and the block is not one call repeated. */
function repeats(calls: readonly Named[], period: number, answers: boolean): boolean {
  const first = calls.length - REPEATS * period;
  if (first < 0) return false;
  for (let i = first + period; i < calls.length; i++) {
    const [call, before] = [calls[i], calls[i - period]];
    if (call === undefined || before === undefined || !same(call, before) || (answers && movedOn(call, before))) return false;
  }
  for (let i = first + 1; i < first + period; i++) if (!same(calls[i], calls[first])) return true;
  return false;
}

type Counts = (call: Call) => boolean;

/** The last so many that count, oldest first. */
function newest(calls: readonly Call[], most: number, counts: Counts): readonly Named[] {
  const found: Call[] = [];
  for (let at = calls.length - 1; at >= 0 && found.length < most; at--) {
    const call = calls[at];
    if (call !== undefined && counts(call)) found.push(call);
  }
  return found.reverse();
}

/** LOOP-5: two answers that are known and differ; where one is not known, nothing says that anything moved. */
function movedOn(a: Named, b: Named): boolean {
  return a.answer !== undefined && b.answer !== undefined && a.answer !== b.answer;
}

/** As often as this the same call with the same answer is a loop whatever else was done in between. */
const MOST_WITH_PROGRESS = 4;

/**
 * LOOP-5: how often the action was called since anything last moved: since it answered something else, or since another call was made for the
 * first time and did not fail. A repetition that goes on long enough counts all the same.
 */
function repetitionsInPlace(session: SessionState, action: Named, { counts, max }: { readonly counts: Counts; readonly max: number }): number {
  const calls = session.calls.filter(counts);
  let all = 0;
  let inPlace: number | undefined;
  let last: Call | undefined;
  for (let at = calls.length - 1; at >= 0; at--) {
    const call = calls[at];
    if (call === undefined) continue;
    if (!same(call, action)) {
      const first = calls.findIndex((one) => same(one, call)) === at;
      if (first && !(call.state?.startsWith('error:') ?? false)) inPlace ??= all;
      continue;
    }
    if (last !== undefined && movedOn(call, last)) break;
    all += 1;
    if (call.answer !== undefined) last ??= call;
  }
  return all >= max * MOST_WITH_PROGRESS ? all : (inPlace ?? all);
}

/** How often the action itself was called before, among those that count. */
function repetitions({ calls, callMarks }: SessionState, action: Named, counts: Counts): number {
  if (!callMarks.includes(markOf(action.argsDigest))) return 0;
  let found = 0;
  for (const call of calls) if (call.argsDigest === action.argsDigest && call.name === action.name && counts(call)) found++;
  return found;
}

/** LOOP-4: whether the last so many that count were this tool, and each ended in the same state. */
function stuck({ policy, action }: Subject, calls: readonly Call[], counts: Counts): boolean {
  const times = policy.loops.noProgress ?? 0;
  let found = 0;
  let state: Call['state'] = null;
  for (let at = calls.length - 1; at >= 0 && found < times; at--) {
    const call = calls[at];
    if (call === undefined || !counts(call)) continue;
    if (call.state === null || call.name !== action.name || (found > 0 && call.state !== state)) return false;
    state = call.state;
    found++;
  }
  return times >= 1 && found === times;
}

/** Only calls of the window count, and what was denied was never a call: a loop ends by itself when time passes (LOOP-3). */
export const loop: Rule = {
  name: 'loop',
  speak(subject) {
    const { action, session } = subject;
    const { identical, sequences, effect } = subject.policy.loops;
    if (session === undefined || session.calls.length === 0) return SILENCE;
    const since = action.at - (identical?.windowMs ?? DEFAULT_WINDOW_MS);
    const counts: Counts = (call) => call.at > since && call.action !== action.id;
    const answers = isOwned(subject.world);
    const times = repetitions(session, action, counts);
    const words = wordsOf(subject.world);
    const say = (said: Said): RuleOpinion => ({ rule: 'loop', effect, code: 'LOOP_DETECTED', ...said });
    const opinions: RuleOpinion[] = [];
    if (identical !== null && times >= identical.max) {
      const inPlace = answers ? repetitionsInPlace(session, action, { counts, max: identical.max }) : times;
      if (inPlace >= identical.max) opinions.push(say(words.repeatedCall(identical.max)));
    }
    // A sequence that ends in this call had this call in it before.
    if (sequences && times > 0) {
      const all: readonly Named[] = [...newest(session.calls, REPEATS * LONGEST - 1, counts), action];
      for (let period = 2; period <= LONGEST; period++) {
        if (repeats(all, period, answers)) opinions.push(say(words.repeatedSequence(period)));
      }
    }
    if (stuck(subject, session.calls, counts)) opinions.push(say(words.noProgress(action.name)));
    return opinions.length === 0 ? SILENCE : opinions;
  },
};
