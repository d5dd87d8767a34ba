import { EFFECTS } from '../kernel/decision.ts';
import type { Guard } from './cel.ts';
import type { Report } from './fault.ts';
import { holds, nameSet } from './names.ts';
import type { CheckedRule } from './rules.ts';
import type { Neighbours } from './section.ts';

/** Reports rules that can never matter: another always outranks them, or their condition is never met. */
export function checkReachable(document: Neighbours, rules: readonly CheckedRule[], report: Report): void {
  const rivals = rivalsOf(rules);
  for (const rule of rules) checkRule(document, rule, rivals(rule), report);
}

/** The rules that can outrank one: those of the same condition, and those that always match. */
function rivalsOf(rules: readonly CheckedRule[]): (rule: CheckedRule) => readonly CheckedRule[] {
  const same = Map.groupBy(rules, (rule) => rule.condition.normal);
  const always = rules.filter((rule) => rule.condition.constant === true);
  return (rule) => [...(same.get(rule.condition.normal) ?? []), ...always];
}

function checkRule(document: Neighbours, rule: CheckedRule, rivals: readonly CheckedRule[], report: Report): void {
  const say = (message: string, hint: string): void => {
    report({ path: [rule.index, 'when'], code: 'UNREACHABLE', message, hint });
  };
  if (rule.condition.constant === false) return say('The condition is never true', 'Remove the rule, or correct its condition.');
  if (contradicts(rule)) return say('The condition requires one field to have two values at once', 'Use `in [...]`, or || instead of &&.');
  const stronger = rivals.find((other) => outranks(other, rule));
  if (stronger) {
    const same = stronger.condition.normal === rule.condition.normal ? 'the same condition' : 'a condition that is always true';
    const message = `The rule never changes a decision: \`${stronger.document.id}\` has ${same} and is at least as strict`;
    return say(message, 'The strictest rule wins. Remove this one, or narrow the other.');
  }
  const agents = valuesOf(rule, 'agent');
  const blockedAgents = nameSet(document.intents?.blockedAgents ?? []);
  if (agents && [...agents].every((agent) => holds(blockedAgents, agent))) {
    return say(
      'The rule is for an agent that `intents.blockedAgents` already blocks',
      'Remove the rule, or remove the agent from `intents.blockedAgents`.',
    );
  }
  const tools = valuesOf(rule, 'name');
  if (agents && tools && rule.document.effect !== 'deny' && allBlocked(document, agents, tools)) {
    say('The rule is for a tool that its agent’s `block` list already denies', 'Remove the rule, or the tool from `block`.');
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

function allBlocked(document: Neighbours, agents: ReadonlySet<string>, tools: ReadonlySet<string>): boolean {
  return [...agents].every((agent) => {
    const block = nameSet((document.agents !== undefined && Object.hasOwn(document.agents, agent) ? document.agents[agent]?.block : undefined) ?? []);
    return [...tools].every((tool) => holds(block, tool));
  });
}
