import type { Dialect } from '../dialect/dialect.ts';
import { anthropic } from './anthropic/anthropic.ts';
import { gemini } from './gemini/gemini.ts';
import { openaiChat } from './openai-chat/openai-chat.ts';
import { openaiResponses } from './openai-responses/openai-responses.ts';

/** Every language the model proxy speaks; where two share a path, the first is taken. Adding one: docs/how-to/add-a-dialect.md. */
export const DIALECTS: readonly Dialect[] = [openaiChat, openaiResponses, anthropic, gemini];
