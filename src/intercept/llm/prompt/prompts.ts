import type { ActionGate } from '../../../gate/action-gate.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { Conversation } from '../caller.ts';
import type { PromptShape } from '../dialect/prompt-shape.ts';
import { redactPrompt } from './redact-prompt.ts';
import type { RedactedPrompt } from './redact-prompt.ts';
import { createPlaceholders } from './session-placeholders.ts';

/** A request as it goes upstream; without a summary where nothing was to be looked for. */
export type SentPrompt = Omit<RedactedPrompt, 'summary'> & Partial<Pick<RedactedPrompt, 'summary'>>;

/** Keeps values from providers, as the policy of an agent wants it. */
export interface Prompts {
  /** The request as its provider may see it (LLM-54); where the policy says nothing of prompts, nothing looks at it. */
  forProvider(conversation: Conversation, asked: { readonly body: JsonObject; readonly shape: PromptShape }): Promise<SentPrompt>;
}

export function createPrompts(gate: Pick<ActionGate, 'prompts'>): Prompts {
  const placeholders = createPlaceholders();
  return {
    async forProvider(conversation, { body, shape }) {
      const { tenant, agent } = conversation.caller;
      const terms = gate.prompts(tenant, agent);
      return terms === null ? { body, restore: null } : redactPrompt(placeholders, conversation, { terms, body, shape });
    },
  };
}
