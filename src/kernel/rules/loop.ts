import type { SessionState } from '../world.ts';
import { SILENCE } from './subject.ts';
import type { Rule, Said, Subject } from './subject.ts';

type Call = Pick<SessionState['calls'][number], 'name' | 'argsDigest' | 'state'>;

type Named = Pick<Call, 'name' | 'argsDigest'>;

const DEFAULT_WINDOW_MS = 60_000;
const REPEATS = 3;
/** Calls of the longest sequence that is looked for. */
const LONGEST = 7;

function same(a: Named | undefined, b: Named | undefined): boolean {
  // The digest first: it is what differs.
  return a !== undefined && b !== undefined && a.argsDigest === b.argsDigest && a.name === b.name;
}

/** Whether the calls end in the same block of `period` calls, three times over, and the block is not one call repeated. */
function repeats(calls: readonly Named[], period: number): boolean {
  const first = calls.length - REPEATS * period;
  if (first < 0) return false;
  for (let i = first + period; i < calls.length; i++) if (!same(calls[i], calls[i - period])) return false;
  for (let i = first + 1; i < first + period; i++) if (!same(calls[i], calls[first])) return true;
  return false;
}

function stuck(subject: Subject, calls: readonly Call[]): boolean {
  const times = subject.policy.loops.noProgress;
  if (times === null || times < 1 || calls.length < times) return false;
  const last = calls.slice(-times);
  const state = last[0]?.state ?? null;
  return state !== null && last.every((call) => call.state === state && call.name === subject.action.name);
}

/** The last so many that count, oldest first. */
function newest(calls: SessionState['calls'], most: number, counts: (call: SessionState['calls'][number]) => boolean): readonly Call[] {
  const found: Call[] = [];
  for (let at = calls.length - 1; at >= 0 && found.length < most; at--) {
    const call = calls[at];
    if (call !== undefined && counts(call)) found.push(call);
  }
  return found.reverse();
}

/** Only calls of the window count, and what was denied was never a call: a loop ends by itself when time passes (LOOP-3). */
export const loop: Rule = {
  name: 'loop',
  speak(subject) {
    const { action, session } = subject;
    const { identical, sequences, effect } = subject.policy.loops;
    if (session === undefined || session.calls.length === 0) return SILENCE;
    const since = action.at - (identical?.windowMs ?? DEFAULT_WINDOW_MS);
    const counts = (call: SessionState['calls'][number]): boolean => call.at > since && call.action !== action.id;
    const most = Math.max(REPEATS * LONGEST - 1, subject.policy.loops.noProgress ?? 0);
    const calls = newest(session.calls, most, counts);
    let identicals = 0;
    for (const call of session.calls) if (same(call, action) && counts(call)) identicals++;
    const say = (message: string): Said => ({ rule: 'loop', effect, code: 'LOOP_DETECTED', message, hint: 'Do something else, or wait.' });
    const said: Said[] = [];
    if (identical !== null && identicals >= identical.max) {
      said.push(say(`The same call was made ${String(identical.max)} times already.`));
    }
    if (sequences) {
      const all: readonly Named[] = [...calls.slice(1 - REPEATS * LONGEST), action];
      for (let period = 2; period <= LONGEST; period++) {
        if (repeats(all, period)) said.push(say(`The same ${String(period)} calls repeat for the third time.`));
      }
    }
    if (stuck(subject, calls)) said.push(say('The same tool ended in the same state again and again.'));
    return said.length === 0 ? SILENCE : said;
  },
};
