import { anthropicMessages } from './anthropic.ts';
import { bedrockConverse } from './bedrock-converse.ts';
import { bedrockInvoke } from './bedrock-invoke.ts';
import type { Format } from './format.ts';
import { geminiContent } from './gemini.ts';
import { mistralChat } from './mistral-chat.ts';
import { mistralConversations } from './mistral-conversations.ts';
import { chatCompletions } from './openai-chat.ts';
import { responses } from './openai-responses.ts';

/** Every wire format the model server speaks. */
export const FORMATS: readonly Format[] = [
  chatCompletions,
  responses,
  anthropicMessages,
  geminiContent,
  bedrockConverse,
  bedrockInvoke,
  mistralChat,
  mistralConversations,
];
