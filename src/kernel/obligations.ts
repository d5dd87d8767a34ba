import type { Obligations } from './decision.ts';
import { redactedPointers } from './modify.ts';
import { isOwned } from './owned.ts';
import type { ModelTier, Policy } from './policy.ts';
import type { Subject } from './rules/subject.ts';

function priceOf(model: ModelTier): number {
  return model.usdMicrosPerMillionInput + model.usdMicrosPerMillionOutput;
}

/** The cheapest model that is good enough: complexity 1–2 needs tier 1, … 9–10 tier 5. */
export function recommend(complexity: number | undefined, policy: Policy): string | undefined {
  if (complexity === undefined || policy.models.length === 0) return undefined;
  const tier = Math.min(5, Math.max(1, Math.ceil(complexity / 2)));
  let best: ModelTier | undefined;
  for (const model of policy.models) {
    if (model.tier < tier) continue;
    const cheaper = best === undefined || priceOf(model) < priceOf(best);
    if (cheaper || (best !== undefined && priceOf(model) === priceOf(best) && model.model < best.model)) best = model;
  }
  return best?.model;
}

/** What whoever carries the action out must hold to: the manifest's word before the policy's. */
export function obligationsOf(subject: Subject): Obligations {
  const { action, policy, manifest, world } = subject;
  const { injectedResults } = policy.taint;
  const { timeoutMs, maxOutputBytes } = manifest?.budgets ?? policy.obligations;
  const recommendedModel = recommend(action.claims.complexity, policy);
  const redact = action.findings.length === 0 ? [] : redactedPointers(subject);
  return {
    timeoutMs,
    maxOutputBytes,
    ...(recommendedModel === undefined ? {} : { recommendedModel }),
    ...(redact.length === 0 ? {} : { redact }),
    ...(injectedResults === 'pass' || !isOwned(world) ? {} : { injectedResults }),
  };
}
