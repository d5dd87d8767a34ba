import type { Effect } from './decision.ts';
import type { Finding } from './finding.ts';
import type { Json, JsonObject } from './json.ts';
import { disjoint, replaceAt, valueAt } from './pointer.ts';
import { reachesThreshold } from './rules/detectors.ts';
import type { RuleOpinion, Subject } from './rules/subject.ts';
import { wordsOf } from './words/words.ts';

/** Two changes of one place: nobody can say which is meant, so a person is asked (DEC-7). */
export function conflict(effect: Effect, { world }: Subject): RuleOpinion {
  return { rule: 'modify', effect, code: 'APPROVAL_REQUIRED', ...wordsOf(world).conflictingChanges };
}

/** The arguments after every change, or null when the changes conflict. */
function changed(args: JsonObject, opinions: readonly RuleOpinion[]): JsonObject | null {
  // The very arguments of the action: a voice that only says what its door has changed already.
  const changes = opinions.filter((one) => one.effect === 'modify' && one.args !== undefined && one.args !== args);
  const [first, second] = changes;
  if (first === undefined) return args;
  if (second === undefined) return first.args ?? args;
  let next = args;
  for (const [i, { pointer, args: wanted }] of changes.entries()) {
    if (pointer === undefined || wanted === undefined) return null;
    if (changes.some((other, j) => j !== i && !disjoint(pointer, other.pointer ?? ''))) return null;
    const value = valueAt(wanted, pointer);
    if (value === undefined) return null;
    next = replaceAt(next, pointer, value);
  }
  return next;
}

/** Where detectors that redact saw something, each leaf once. */
export function redactedPointers({ action, policy }: Subject): readonly string[] {
  const pointers = new Set<string>();
  for (const finding of action.findings) {
    const rule = policy.detectors.get(finding.detector);
    if (reachesThreshold(finding, rule) && rule.redact) pointers.add(finding.pointer);
  }
  return [...pointers].sort();
}

function mask(value: Json, original: Json | undefined, findings: readonly Finding[]): Json {
  const whole = `[REDACTED:${findings[0]?.detector ?? 'limit'}]`;
  const spans = findings.map(({ span, decoded }) => (decoded === true ? undefined : span));
  if (typeof value !== 'string' || value !== original || spans.some((span) => span === undefined || span[1] > value.length)) return whole;
  const ordered = spans.filter((span) => span !== undefined).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let text = '';
  let done = 0;
  for (const [start, end] of ordered) {
    // Overlapping finds are one hole.
    if (start >= done) text += value.slice(done, start) + whole;
    done = Math.max(done, end);
  }
  return text + value.slice(done);
}

/**
 * The whole replacement arguments of a `modify`, or null when the changes conflict. Redaction comes last, span by span; where the place
 * is not plain text or was changed before, the whole leaf goes.
 */
export function modifiedArgs(subject: Subject, opinions: readonly RuleOpinion[]): JsonObject | null {
  const { args, findings } = subject.action;
  let next = changed(args, opinions);
  if (next === null) return null;
  for (const pointer of redactedPointers(subject)) {
    const value = valueAt(next, pointer);
    if (value === undefined || pointer === '') continue;
    const mine = findings.filter((finding) => finding.pointer === pointer && subject.policy.detectors.get(finding.detector)?.redact === true);
    next = replaceAt(next, pointer, mask(value, valueAt(args, pointer), mine));
  }
  return next;
}
