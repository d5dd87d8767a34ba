import { anthropicMessages } from './anthropic.ts';
import type { Format } from './format.ts';
import { geminiContent } from './gemini.ts';
import { chatCompletions } from './openai-chat.ts';
import { responses } from './openai-responses.ts';

/** Every wire format the model server speaks. */
export const FORMATS: readonly Format[] = [chatCompletions, responses, anthropicMessages, geminiContent];
