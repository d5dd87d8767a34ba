import type { Effect } from './decision.ts';
import type { Finding } from './finding.ts';
import type { Json, JsonObject } from './json.ts';
import { isOwned } from './owned.ts';
import { disjoint, replaceAt, valueAt } from './pointer.ts';
import { reachesThreshold, SURE } from './rules/detectors.ts';
import type { RuleOpinion, Subject } from './rules/subject.ts';
import { wordsOf } from './words/words.ts';
import type { World } from './world.ts';

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
export function redactedPointers(subject: Subject): readonly string[] {
  const pointers = new Set<string>();
  for (const finding of subject.action.findings) if (isRedacted(finding, subject)) pointers.add(finding.pointer);
  return [...pointers].sort();
}

/** Whether a detector of the policy takes out what it found here. */
export function isRedacted(finding: Finding, { policy, world }: Pick<Subject, 'policy' | 'world'>): boolean {
  const rule = policy.detectors.get(finding.detector);
  return reachesThreshold(finding, rule) && rule.redact && (!isOwned(world) || !finding.inspected || finding.confidence >= SURE);
}

/** `[REDACTED:email]`: the kind that was found, as its evidence names it (since semantics 3); before, the detector. */
function label(finding: Finding | undefined, world: World): string {
  const kind = isOwned(world) ? /^\[([a-z0-9-]{1,40})\]$/.exec(finding?.evidence ?? '')?.[1] : undefined;
  return `[REDACTED:${kind ?? finding?.detector ?? 'limit'}]`;
}

function mask(value: Json, original: Json | undefined, { findings, world }: { readonly findings: readonly Finding[]; readonly world: World }): Json {
  const whole = label(findings[0], world);
  const spans = findings.map(({ span, decoded }) => (decoded === true ? undefined : span));
  if (typeof value !== 'string' || value !== original || spans.some((span) => span === undefined || span[1] > value.length)) return whole;
  const ordered = [...findings].sort((a, b) => startOf(a) - startOf(b) || (a.span?.[1] ?? 0) - (b.span?.[1] ?? 0));
  let text = '';
  let done = 0;
  for (const finding of ordered) {
    const [start, end] = finding.span ?? [0, 0];
    // Overlapping finds are one hole.
    if (start >= done) text += value.slice(done, start) + label(isOwned(world) ? finding : findings[0], world);
    done = Math.max(done, end);
  }
  return text + value.slice(done);
}

const startOf = ({ span }: Finding): number => span?.[0] ?? 0;

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
    const { policy, world } = subject;
    const takes = (one: Finding): boolean => (isOwned(world) ? isRedacted(one, subject) : policy.detectors.get(one.detector)?.redact === true);
    const mine = findings.filter((finding) => finding.pointer === pointer && takes(finding));
    next = replaceAt(next, pointer, mask(value, valueAt(args, pointer), { findings: mine, world }));
  }
  return next;
}
