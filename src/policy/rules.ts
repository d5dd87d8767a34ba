import type { Action } from '../kernel/action.ts';
import type { Opinion, Voice } from '../kernel/policy.ts';
import { REASON_CODES } from '../kernel/rules/rules.ts';
import type { World } from '../kernel/world.ts';
import { conditionCompiler, type Condition, type Evaluation, type Guard } from './cel.ts';
import { MOST_STEPS } from './cel-cost.ts';
import { contextOf, type Context } from './facts.ts';
import type { Report } from './fault.ts';
import type { RuleDocument } from './rule-document.ts';

/** Codes the kernel speaks with: a rule that borrowed one would lie about who spoke. */
const OWN_CODES: ReadonlySet<string> = new Set(REASON_CODES.filter((code) => code !== 'CONDITION'));

export interface CheckedRule {
  readonly document: RuleDocument;
  readonly index: number;
  readonly condition: Condition;
}

/** Checks every rule of `rules:` and reports all faults; the sound ones come back compiled. */
export function checkRules(rules: readonly RuleDocument[], report: Report): readonly CheckedRule[] {
  const compile = conditionCompiler();
  const seen = new Map<string, number>();
  const checked: CheckedRule[] = [];
  for (const [index, document] of rules.entries()) {
    const first = seen.get(document.id);
    if (first !== undefined) {
      const hint = `Rule ${String(first + 1)} has it already; give this one another.`;
      report({ path: [index, 'id'], code: 'DUPLICATE_ID', message: `The id \`${document.id}\` is used twice`, hint });
    } else seen.set(document.id, index);
    checkTerms(document, index, report);
    const condition = compile(document.when);
    if ('test' in condition) checked.push({ document, index, condition });
    else for (const fault of condition) report({ path: [index, 'when'], ...fault });
  }
  return checked;
}

function checkTerms(document: RuleDocument, index: number, report: Report): void {
  const code = document.reason?.code;
  if (code !== undefined && OWN_CODES.has(code)) {
    const hint = 'Choose a code of your own, such as the rule’s id in capitals.';
    report({ path: [index, 'reason', 'code'], code: 'CODE_RESERVED', message: `\`${code}\` is one of Aegis’s own reason codes`, hint });
  }
  if ((document.effect === 'modify') !== (document.set !== undefined)) {
    const hint = 'Add `set:` with the arguments to replace, or use another effect and remove `set:`.';
    report({ path: [index, 'effect'], code: 'CONTRADICTION', message: '`effect: modify` and `set:` need each other', hint });
  }
}

/** Compiled rules share one context per action: what one rule read is there for the next. */
export function voicesOf(rules: readonly CheckedRule[]): readonly Voice[] {
  let last: { readonly action: Action; readonly world: World; readonly context: Context } | null = null;
  const shared = (action: Action, world: World): Context => {
    if (last?.action !== action || last.world !== world) last = { action, world, context: contextOf(action, world) };
    return last.context;
  };
  return rules.map((rule) => voiceOf(rule, shared));
}

function voiceOf({ document, condition }: CheckedRule, shared: (action: Action, world: World) => Context): Voice {
  const passes = condition.guards.map(guardTest);
  const guard = passes[0] ?? (() => true);
  const rest = passes.slice(1);
  return {
    rule: `rule:${document.id}`,
    speak: (action, world) => {
      if (!guard(action)) return null;
      for (const pass of rest) if (!pass(action)) return null;
      try {
        return evaluatedIn(world, condition).test(shared(action, world), stepsIn(world)) ? opinionOf(document, action) : null;
      } catch (error) {
        return errorOpinion(document, error);
      }
    },
  };
}

/** POLICY-19 begins with the third semantics: what earlier logs decided, they decide again. */
function stepsIn({ semantics }: World): number {
  return semantics >= 3 ? MOST_STEPS : Number.POSITIVE_INFINITY;
}

/** POLICY-16, POLICY-17 begin with the third semantics too. */
function evaluatedIn({ semantics }: World, condition: Condition): Evaluation {
  return semantics >= 3 ? condition : condition.before();
}

function guardTest({ field, values }: Guard): (action: Action) => boolean {
  const only = values.size === 1 ? [...values][0] : undefined;
  const read = READ[field];
  return only === undefined ? (action) => values.has(read(action)) : (action) => read(action) === only;
}

const READ: Readonly<Record<Guard['field'], (action: Action) => string>> = {
  name: (action) => action.name,
  agent: (action) => action.agent,
  kind: (action) => action.kind,
  category: (action) => action.facts.categories[0] ?? 'unknown',
  operation: (action) => action.facts.operations[0] ?? '',
};

function opinionOf(document: RuleDocument, action: Action): Opinion {
  return {
    effect: document.effect,
    code: document.reason?.code ?? 'CONDITION',
    message: document.reason?.message ?? `The rule ${document.id} applies`,
    ...(document.reason?.hint === undefined ? {} : { hint: document.reason.hint }),
    ...(document.risk === undefined ? {} : { risk: document.risk }),
    ...(document.set === undefined ? {} : { args: { ...action.args, ...(document.set as Action['args']) } }),
  };
}

/** POLICY-8: a condition that cannot be evaluated denies; in a deny rule it counts as met. */
function errorOpinion(document: RuleDocument, error: unknown): Opinion {
  const summary = (error as { readonly summary?: unknown }).summary;
  const why = typeof summary === 'string' ? summary : 'it asks for something this action does not have';
  return {
    effect: 'deny',
    code: document.effect === 'deny' ? (document.reason?.code ?? 'CONDITION') : 'RULE_ERROR',
    message: `The rule ${document.id} could not be evaluated (${why}); what cannot be checked is denied`,
    hint: 'Guard optional attributes with has(), or narrow the rule with action.name == "…".',
  };
}
