import { EFFECTS } from '../kernel/decision.ts';
import type { Guard } from './cel.ts';
import type { PolicyDocument } from './document.ts';
import type { Report } from './fault.ts';
import { holds, nameSet } from './names.ts';
import type { CheckedRule } from './rules.ts';

/** Reports what can never matter: a rule another always outranks, a condition that is never met, a tool named on two lists. */
export function checkReachable(document: PolicyDocument, rules: readonly CheckedRule[], report: Report): void {
  const rivals = rivalsOf(rules);
  for (const rule of rules) checkRule(document, rule, rivals(rule), report);
  checkOverlap(document, report);
}

/** The rules that can outrank one: those of the same condition, and those that always match. */
function rivalsOf(rules: readonly CheckedRule[]): (rule: CheckedRule) => readonly CheckedRule[] {
  const same = Map.groupBy(rules, (rule) => rule.condition.normal);
  const always = rules.filter((rule) => rule.condition.constant === true);
  return (rule) => [...(same.get(rule.condition.normal) ?? []), ...always];
}

function checkRule(document: PolicyDocument, rule: CheckedRule, rivals: readonly CheckedRule[], report: Report): void {
  const say = (message: string, hint: string): void => {
    report({ path: ['rules', rule.index, 'when'], code: 'UNREACHABLE', message, hint });
  };
  if (rule.condition.constant === false) return say('The condition is never true', 'Remove the rule, or correct its condition.');
  if (contradicts(rule)) return say('The condition asks one field to be two things at once', 'Use `in [...]`, or || instead of &&.');
  const stronger = rivals.find((other) => outranks(other, rule));
  if (stronger) {
    const same = stronger.condition.normal === rule.condition.normal ? 'the same condition' : 'a condition that is always true';
    const message = `The rule can never decide anything: \`${stronger.document.id}\` has ${same} and is at least as strict`;
    return say(message, 'The strictest rule wins. Remove this one, or narrow the other.');
  }
  const agents = valuesOf(rule, 'agent');
  const blockedAgents = nameSet(document.intents?.blockedAgents ?? []);
  if (agents && [...agents].every((agent) => holds(blockedAgents, agent))) {
    return say('The rule is for an agent that is blocked altogether', 'Remove the rule, or unblock the agent under intents.blockedAgents.');
  }
  const tools = valuesOf(rule, 'name');
  if (agents && tools && rule.document.effect !== 'deny' && allBlocked(document, agents, tools)) {
    say('The rule is for a tool its agent’s list blocks', 'Remove the rule, or the tool from `block`.');
  }
}

/** Every rule that matches speaks and the strictest wins, so order decides only between equals: there the later one is idle. */
function outranks(other: CheckedRule, rule: CheckedRule): boolean {
  if (other === rule) return false;
  const always = other.condition.constant === true;
  if (!always && other.condition.normal !== rule.condition.normal) return false;
  const strictness = EFFECTS.indexOf(other.document.effect) - EFFECTS.indexOf(rule.document.effect);
  if (strictness !== 0) return strictness < 0;
  return rule.condition.constant === true ? other.index < rule.index && always : always || other.index < rule.index;
}

function contradicts(rule: CheckedRule): boolean {
  return rule.condition.guards.some((guard) => valuesOf(rule, guard.field)?.size === 0);
}

/** The values a field may have for the rule to match, or null when it may have any. */
function valuesOf(rule: CheckedRule, field: Guard['field']): ReadonlySet<string> | null {
  const sets = rule.condition.guards.filter((guard) => guard.field === field).map((guard) => guard.values);
  const [first, ...rest] = sets;
  return first ? new Set([...first].filter((value) => rest.every((set) => set.has(value)))) : null;
}

function allBlocked(document: PolicyDocument, agents: ReadonlySet<string>, tools: ReadonlySet<string>): boolean {
  return [...agents].every((agent) => {
    const block = nameSet((document.agents !== undefined && Object.hasOwn(document.agents, agent) ? document.agents[agent]?.block : undefined) ?? []);
    return [...tools].every((tool) => holds(block, tool));
  });
}

/** A pattern holds itself and every narrower one, for a star is a character like any other to a star. Blocked beats reviewed beats allowed: a name a stronger list covers whole is a contradiction, not a preference. */
function checkOverlap(document: PolicyDocument, report: Report): void {
  for (const [agent, lists] of Object.entries(document.agents ?? {})) {
    const order = ['block', 'review', 'allow'] as const;
    const sets = { block: nameSet(lists.block ?? []), review: nameSet(lists.review ?? []) };
    for (const [rank, list] of order.entries())
      for (const [index, name] of (lists[list] ?? []).entries()) {
        const stronger = (['block', 'review'] as const).slice(0, rank).find((other) => holds(sets[other], name));
        if (stronger === undefined) continue;
        const message = `\`${name}\` is both in ${stronger} and in ${list}`;
        report({
          path: ['agents', agent, list, index],
          code: 'CONTRADICTION',
          message,
          hint: `It would always count as ${stronger}. Keep it in one list.`,
        });
      }
  }
}
