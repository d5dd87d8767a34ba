import { sensitiveSpans } from '../../inspect/sensitive-spans.ts';
import type { AgentId } from '../../kernel/ids.ts';
import type { Policy, PromptWord } from '../../kernel/policy.ts';
import type { PromptTerms } from '../nouns.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { policyOf } from '../tenant/tenant.ts';
import type { PromptDetector } from '../../kernel/finding.ts';
import { PROMPT_DETECTORS } from '../../kernel/finding.ts';

/** Below this a find is a mask, an example or a bare shape: replacing it would take innocent numbers out of prompts. */
const SURE = 0.5;

const known = new WeakMap<Policy, ReadonlyMap<PromptDetector, PromptWord>>();

function wordsOf(policy: Policy): ReadonlyMap<PromptDetector, PromptWord> {
  const before = known.get(policy);
  if (before !== undefined) return before;
  const words = new Map<PromptDetector, PromptWord>();
  for (const name of PROMPT_DETECTORS) {
    const word = policy.detectors.get(name)?.prompt;
    if (word !== undefined && policy.kinds.includes('model')) words.set(name, word);
  }
  known.set(policy, words);
  return words;
}

/** Null where the policy says nothing of prompts. */
export function promptTerms(tenant: Tenant, agent: AgentId): PromptTerms | null {
  const policy = policyOf(tenant, tenant.queue.durable().world);
  const words = wordsOf(policy);
  if (words.size === 0) return null;
  const shadows = policy.auditOnly || (policy.precision.get(agent) ?? policy.precision.get('*'))?.auditOnly === true;
  const bar = (detector: PromptDetector): number => Math.max(SURE, policy.detectors.get(detector)?.threshold ?? 0);
  return {
    policy: policy.digest,
    words,
    applies: !shadows,
    read(text) {
      const { spans, whole } = sensitiveSpans(text);
      return { spans: spans.filter(({ detector, confidence }) => words.has(detector) && confidence >= bar(detector)), whole };
    },
  };
}
