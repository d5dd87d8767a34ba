import type { Effect } from '../../src/kernel/decision.ts';
import { REASON_CODES } from '../../src/kernel/rules/rules.ts';
import { has } from './law.ts';
import type { Subject, Word } from './law.ts';
import { LAWS } from './laws.ts';
import { released } from './laws/ask.ts';

/** A second reading of SPEC.md, plain and slow, sharing no code with the kernel's rules: the effect, and the codes in order. */
export type Verdict = Readonly<{ effect: Effect; codes: readonly string[] }>;

/** DEC-4, the law's own order. */
const ORDER: readonly Effect[] = ['deny', 'defer', 'ask', 'modify', 'allow'];

/** DEC-5 */
function spoken({ action, world, policy }: Subject): Word[] {
  const broken: Word = { effect: 'deny', code: 'RULE_ERROR' };
  return policy.voices.flatMap((voice): Word[] => {
    const by = voice.rule.startsWith('rule:') ? ('user' as const) : ('voice' as const);
    try {
      const said = voice.speak(action, world);
      if (said === null) return [];
      if (!ORDER.includes(said.effect) || (said.effect === 'modify' && said.args === undefined)) return [broken];
      return [{ effect: said.effect, code: said.code, by, ...(said.pointer === undefined ? {} : { pointer: said.pointer }) }];
    } catch {
      return [broken];
    }
  });
}

/** DEC-8 */
function fallback({ action, policy }: Subject, voices: readonly Word[], words: readonly Word[]): Word[] {
  if (voices.some(({ effect }) => effect === 'allow' || effect === 'ask')) return [];
  const lists = policy.agents.get(action.agent);
  if (lists !== undefined && [lists.allow, lists.review, lists.block].some((set) => has(set, action.name))) return [];
  if (lists !== undefined && `${action.kind} ${action.door}` !== 'model llm') return [{ effect: 'ask', code: 'TOOL_UNLISTED' }];
  const quiet = policy.manifests.has(action.agent) || (policy.fallback === 'allow' && words.length > 0);
  return quiet ? [] : [{ effect: policy.fallback, code: 'DEFAULT' }];
}

const known = (code: string): number => REASON_CODES.findIndex((one) => one === code);
const rank = ({ code, by }: Word): number => (known(code) >= 0 ? known(code) : known(by === 'user' ? 'CONDITION' : 'VOICE'));
const strictest = (words: readonly Word[]): Effect => ORDER.find((effect) => words.some((word) => word.effect === effect)) ?? 'allow';

/** DEC-4, DEC-6, DEC-7, DEC-12 and DEC-21 over what every law says. */
export function evaluate(subject: Subject): Verdict {
  const { action, world, policy } = subject;
  const governed = policy.kinds.includes(action.kind);
  const voices = governed ? spoken(subject) : [];
  let words: Word[] = LAWS.filter((law) => governed || law.always === true).flatMap((law) => law.read(subject));
  if (governed) words = released(subject, [...words, ...voices, ...fallback(subject, voices, [...words, ...voices])]);
  const changes = voices.filter(({ effect }) => effect === 'modify');
  const places = changes.map(({ pointer }) => pointer);
  const clash = changes.length > 1 && (places.includes(undefined) || new Set(places).size < places.length);
  if (strictest(words) === 'modify' && clash) words = released(subject, [...words, { effect: 'ask', code: 'APPROVAL_REQUIRED' }]);
  if (strictest(words) === 'modify' && clash) words.push({ effect: 'deny', code: 'APPROVAL_REQUIRED' });
  const pending = world.agents.get(action.agent)?.pendingApprovals ?? 0;
  if (strictest(words) === 'ask' && pending >= policy.approvals.maxPendingPerAgent) words.push({ effect: 'deny', code: 'APPROVAL_REQUIRED' });
  if (words.length === 0) words.push({ effect: 'allow', code: 'OK' });
  const sorted = words.toSorted((a, b) => rank(a) - rank(b) || (a.code < b.code ? -1 : Number(a.code > b.code)));
  const codes = [...new Set(sorted.map(({ code }) => code))];
  const shadow = policy.auditOnly || (policy.precision.get(action.agent) ?? policy.precision.get('*'))?.auditOnly === true;
  const hard = ['HALTED', 'UNKNOWN_AGENT', 'SESSION_CLOSED', 'INVALID_ACTION', 'GATE_CLOSED'];
  const held = words.some(({ effect, code }) => effect === 'deny' && hard.includes(code));
  return { effect: shadow && !held ? 'allow' : strictest(words), codes };
}
