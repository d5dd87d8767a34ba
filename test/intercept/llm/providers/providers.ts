import { anthropicProvider } from './anthropic.ts';
import { geminiProvider } from './gemini.ts';
import { openaiChatProvider } from './openai-chat.ts';
import { openaiResponsesProvider } from './openai-responses.ts';
import type { TestProvider } from './provider.ts';

/** One for each dialect: hand-made answers, and the provider's own client library to read them with. */
export const PROVIDERS: readonly TestProvider[] = [openaiChatProvider, openaiResponsesProvider, anthropicProvider, geminiProvider];
