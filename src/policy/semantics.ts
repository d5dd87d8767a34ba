import { PROMPT_DETECTORS, riskRank } from '../kernel/finding.ts';
import type { PolicyDocument } from './document.ts';
import type { Path, Report } from './fault.ts';
import { linearPattern, PATTERN_HINT } from './pattern.ts';

/** What the schema cannot say: amounts that fit, limits that limit, patterns that compile, names used once. */
export function checkMeaning(document: PolicyDocument, report: Report): void {
  checkBudgets(document, report);
  checkRates(document, report);
  checkDetectors(document, report);
  checkLists(document, report);
  checkIntents(document, report);
  checkTiers(document, report);
  const above = document.approvals?.above;
  if (typeof above === 'object') checkUsd(above.usd, ['approvals', 'above', 'usd'], report);
}

function checkUsd(usd: number | undefined, path: Path, report: Report): void {
  if (usd === undefined || Math.abs(usd * 1e6 - Math.round(usd * 1e6)) < 1e-3) return;
  report({ path, code: 'OUT_OF_RANGE', message: `${String(usd)} dollars is finer than one micro-dollar`, hint: 'Use at most six decimals.' });
}

function checkBudgets(document: PolicyDocument, report: Report): void {
  const ids = new Set<string>();
  for (const [index, budget] of (document.budgets ?? []).entries()) {
    const path = ['budgets', index];
    checkUsd(budget.usd, [...path, 'usd'], report);
    const limits = [budget.usd, budget.tokens, budget.toolCalls, budget.modelCalls, budget.steps, budget.wallMs];
    if (limits.every((limit) => limit === undefined)) {
      report({ path, code: 'EMPTY', message: 'The budget limits nothing', hint: 'Add usd, tokens, toolCalls, modelCalls, steps or wallMs.' });
    }
    if (budget.scope === 'session' && budget.period !== undefined && budget.period !== 'total') {
      const hint = 'Leave `period` out, or give the budget to the agent.';
      report({ path: [...path, 'period'], code: 'CONTRADICTION', message: 'A session budget lasts as long as the session', hint });
    }
    if (budget.id !== undefined && ids.has(budget.id)) {
      report({ path: [...path, 'id'], code: 'DUPLICATE_ID', message: `The id \`${budget.id}\` is used twice`, hint: 'Give one another id.' });
    }
    if (budget.id !== undefined) ids.add(budget.id);
  }
}

function checkRates(document: PolicyDocument, report: Report): void {
  for (const [index, rate] of (document.rates ?? []).entries())
    if (rate.perMinute === undefined && rate.tokensPerMinute === undefined) {
      report({ path: ['rates', index], code: 'EMPTY', message: 'The rate limits nothing', hint: 'Add perMinute or tokensPerMinute.' });
    }
}

function checkDetectors(document: PolicyDocument, report: Report): void {
  checkPrompts(document, report);
  for (const [name, detector] of Object.entries(document.detectors ?? {})) {
    if (typeof detector === 'string' || detector.deny === undefined || detector.ask === undefined) continue;
    if (detector.deny === 'off' || detector.ask === 'off' || riskRank(detector.ask) < riskRank(detector.deny)) continue;
    const message = `\`ask: ${detector.ask}\` can never speak: \`deny: ${detector.deny}\` speaks first`;
    report({ path: ['detectors', name, 'ask'], code: 'UNREACHABLE', message, hint: 'Ask at a lower risk than you deny, or write ask: off.' });
  }
}

/** What nobody governs nobody changes: the word would be read and never heard. */
function checkPrompts({ detectors, kinds }: PolicyDocument, report: Report): void {
  if (kinds === undefined || kinds.includes('model')) return;
  for (const name of PROMPT_DETECTORS) {
    const detector = detectors?.[name];
    if (detector === undefined || typeof detector === 'string' || detector.prompt === undefined) continue;
    const message = `\`prompt: ${detector.prompt}\` can never speak: \`kinds\` leaves models out`;
    report({ path: ['detectors', name, 'prompt'], code: 'CONTRADICTION', message, hint: 'Add model to kinds, or take the word out.' });
  }
}

/** A bare `*` may allow (what block and review do not name); in block it is a blocked agent, in review what unlisted means already. */
function checkLists(document: PolicyDocument, report: Report): void {
  for (const [agent, lists] of Object.entries(document.agents ?? {}))
    for (const list of ['review', 'block'] as const)
      for (const [index, name] of (lists[list] ?? []).entries()) {
        const path = ['agents', agent, list, index];
        if (/^\*+$/u.test(name)) {
          const hint =
            list === 'block'
              ? 'To stop an agent altogether name it under intents.blockedAgents.'
              : 'A tool on no list is asked already; leave it out.';
          report({ path, code: 'BARE_WILDCARD', message: `\`*\` in ${list} means every tool`, hint });
        }
      }
}

function checkIntents(document: PolicyDocument, report: Report): void {
  checkUsd(document.intents?.costCeilingUsd, ['intents', 'costCeilingUsd'], report);
  const check = (pattern: string, path: Path): void => {
    const compiled = linearPattern(pattern);
    if (typeof compiled === 'string') report({ path, code: 'REGEX_INVALID', message: `The pattern cannot be used: ${compiled}`, hint: PATTERN_HINT });
  };
  for (const [index, pattern] of (document.intents?.blocked ?? []).entries()) check(pattern, ['intents', 'blocked', index]);
  for (const [index, floor] of (document.intents?.priorityFloors ?? []).entries())
    check(floor.pattern, ['intents', 'priorityFloors', index, 'pattern']);
}

function checkTiers(document: PolicyDocument, report: Report): void {
  const models = new Set<string>();
  for (const [index, tier] of (document.models?.tiers ?? []).entries()) {
    checkUsd(tier.inputUsdPerMillion, ['models', 'tiers', index, 'inputUsdPerMillion'], report);
    checkUsd(tier.outputUsdPerMillion, ['models', 'tiers', index, 'outputUsdPerMillion'], report);
    if (models.has(tier.model)) {
      const path = ['models', 'tiers', index, 'model'];
      report({ path, code: 'DUPLICATE_ID', message: `\`${tier.model}\` is priced twice`, hint: 'Keep one of the two.' });
    }
    models.add(tier.model);
  }
}
