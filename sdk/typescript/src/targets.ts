import type { Calls } from './calls.ts';
import type { AegisClient } from './client.ts';
import { anthropicMessages } from './patch/anthropic.ts';
import { patchGoogle } from './patch/google.ts';
import { leaveChatModels, patchLangChain } from './patch/langchain.ts';
import { patchMcp } from './patch/mcp.ts';
import { patchOpenAIAgents } from './patch/openai-agents.ts';
import { openaiChat } from './patch/openai-chat.ts';
import { openaiResponses } from './patch/openai-responses.ts';
import { openaiRuns } from './patch/openai-runs.ts';
import { guardClient } from './patch/stainless.ts';

/** A library that is guarded. */
export interface Target {
  readonly package: string;
  /** Subpaths whose modules are patched, with what patches them; '' is the package itself. */
  readonly modules: Readonly<Record<string, (module: never, client: AegisClient, calls: Calls) => boolean>>;
  /** Versions the tests run with, each as its beginning. */
  readonly tested: readonly string[];
  /** Where its calls are decided. */
  readonly where: string;
  /** What of it stays open. */
  readonly open?: string;
}

interface Vendor {
  readonly OpenAI?: { readonly prototype: object };
  readonly Anthropic?: { readonly prototype: object };
}

const openai = (module: Vendor, _client: AegisClient, calls: Calls): boolean =>
  guardClient(module.OpenAI?.prototype, [openaiChat, openaiResponses, openaiRuns], calls);

const anthropic = (module: Vendor, _client: AegisClient, calls: Calls): boolean =>
  guardClient(module.Anthropic?.prototype, [anthropicMessages], calls);

const mcp = (module: Parameters<typeof patchMcp>[0], client: AegisClient): boolean => (patchMcp(module, client), true);

export const TARGETS: readonly Target[] = [
  {
    package: 'openai',
    modules: { '': openai },
    tested: ['7.'],
    where: 'answers of every request: Chat Completions, Responses, Assistants, batches, beta and bare routes',
    open: 'Realtime and Responses over WebSocket; lists of earlier conversations; tools that run at the provider',
  },
  {
    package: '@anthropic-ai/sdk',
    modules: { '': anthropic },
    tested: ['1.', '0.122.'],
    where: 'answers of every request: Messages, batches, beta and bare routes',
    open: 'tools that run at the provider',
  },
  {
    package: '@langchain/core',
    modules: {
      tools: (module: Parameters<typeof patchLangChain>[0], client, calls) => (patchLangChain(module, client, calls), true),
      'language_models/chat_models': (module: Parameters<typeof leaveChatModels>[0]) => (leaveChatModels(module), true),
    },
    tested: ['1.'],
    where: 'where a tool runs, after its schema',
    open: 'calls that your own code takes out of an AIMessage and runs without a LangChain tool',
  },
  {
    package: '@openai/agents',
    modules: { '': (module: Parameters<typeof patchOpenAIAgents>[0], client) => (patchOpenAIAgents(module, client), true) },
    tested: ['0.20.'],
    where: 'where a tool runs: functions, shells, patches, computers, approvals of hosted MCP tools',
    open: 'tools that run at the provider; Realtime agents',
  },
  {
    package: '@google/genai',
    modules: { '': (module: Parameters<typeof patchGoogle>[0], _client, calls) => patchGoogle(module, calls) },
    tested: ['3.'],
    where: 'answers of generateContent, chats, streams and automatic function calling',
    open: 'Live, interactions and batches; tools that run at the provider',
  },
  { package: '@modelcontextprotocol/client', modules: { '': mcp }, tested: ['2.'], where: 'callTool and tools/call' },
  { package: '@modelcontextprotocol/sdk', modules: { 'client/index.js': mcp }, tested: ['1.'], where: 'callTool and tools/call' },
];

/** Libraries that call tools or models and have no guard here; what they do is told, not guarded. */
export const UNGUARDED: readonly string[] = [
  '@anthropic-ai/claude-agent-sdk',
  '@aws-sdk/client-bedrock-runtime',
  '@google-cloud/vertexai',
  '@google/generative-ai',
  '@mistralai/mistralai',
  '@openai/codex-sdk',
  'cohere-ai',
  'groq-sdk',
  'ollama',
  'together-ai',
];
