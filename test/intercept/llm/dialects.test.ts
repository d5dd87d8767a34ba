import { dialectContract } from './dialect.contract.ts';
import { anthropicVoice } from './voices/anthropic.ts';
import { geminiVoice } from './voices/gemini.ts';
import { openaiChatVoice } from './voices/openai-chat.ts';
import { openaiResponsesVoice } from './voices/openai-responses.ts';

for (const voice of [openaiChatVoice, openaiResponsesVoice, anthropicVoice, geminiVoice]) dialectContract(voice);
