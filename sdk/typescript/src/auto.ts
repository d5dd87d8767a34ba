import { createRequire } from 'node:module';
import { join } from 'node:path';
import { trackCalls, type Calls } from './calls.ts';
import { connect, type AegisClient } from './client.ts';
import type { AegisOptions } from './settings.ts';
import { anthropicMessages } from './patch/anthropic.ts';
import { patchLanguageModel } from './patch/ai-sdk.ts';
import type { Dialect } from './patch/dialect.ts';
import { patchLangChain } from './patch/langchain.ts';
import { patchMcp } from './patch/mcp.ts';
import { openaiChat } from './patch/openai-chat.ts';
import { patchOpenAIAgents } from './patch/openai-agents.ts';
import { openaiResponses } from './patch/openai-responses.ts';
import { guardCreate } from './patch/stainless.ts';
import { instancesOf } from './resolve.ts';

export interface Aegis extends AegisClient {
  /** What was found and patched, e.g. `openai`, `@langchain/core`. Empty means nothing is guarded but what you wrap. */
  readonly patched: readonly string[];
}

export interface AutoOptions extends AegisOptions {
  /** Where to look for the agent's libraries. Default the current directory. */
  readonly from?: string;
}

/**
 * One line: `const aegis = auto('http://127.0.0.1:7411', { agentId: 'support-bot' })`.
 * Patches the libraries installed beside the agent, in their ESM and their CommonJS form, and returns the client.
 * Synchronous, so that it may stand anywhere before the first call. Throws AegisSetupError without a key or an agent id.
 */
export function auto(url?: string, options: AutoOptions = {}): Aegis {
  const client = connect({ ...options, ...(url === undefined ? {} : { url }) });
  const calls = trackCalls(client);
  const require = createRequire(join(options.from ?? process.cwd(), 'package.json'));
  const patched = TARGETS.filter(({ name, apply }) => {
    const instances = instancesOf(require, name);
    let done = false;
    for (const instance of instances) done = applyOnce(instance, () => apply(instance as never, client, calls)) || done;
    return done;
  }).map(({ name }) => name);
  return Object.assign(client, { patched });
}

interface Target {
  /** A package, or a package's subpath. */
  readonly name: string;
  readonly apply: (module: never, client: AegisClient, calls: Calls) => boolean;
}

const TARGETS: readonly Target[] = [
  {
    name: 'openai',
    apply: (module: VendorModule, _client, calls) =>
      patchCreate(
        module.OpenAI,
        [
          [['Chat', 'Completions'], openaiChat],
          [['Responses'], openaiResponses],
        ],
        calls,
      ),
  },
  {
    name: '@anthropic-ai/sdk',
    apply: (module: VendorModule, _client, calls) =>
      patchCreate(
        module.Anthropic,
        [
          [['Messages'], anthropicMessages],
          [['Beta', 'Messages'], anthropicMessages],
        ],
        calls,
      ),
  },
  {
    name: '@langchain/core/tools',
    apply: (module: Parameters<typeof patchLangChain>[0], client, calls) => (patchLangChain(module, client, calls), true),
  },
  { name: '@openai/agents', apply: (module: Parameters<typeof patchOpenAIAgents>[0], client) => (patchOpenAIAgents(module, client), true) },
  { name: '@modelcontextprotocol/client', apply: (module: Parameters<typeof patchMcp>[0], client) => (patchMcp(module, client), true) },
  { name: '@modelcontextprotocol/sdk/client/index.js', apply: (module: Parameters<typeof patchMcp>[0], client) => (patchMcp(module, client), true) },
  { name: '@ai-sdk/openai', apply: (module: ProviderModule, _client, calls) => patchProvider(module.createOpenAI, calls) },
  { name: '@ai-sdk/anthropic', apply: (module: ProviderModule, _client, calls) => patchProvider(module.createAnthropic, calls) },
  { name: '@ai-sdk/google', apply: (module: ProviderModule, _client, calls) => patchProvider(module.createGoogleGenerativeAI, calls) },
  { name: '@ai-sdk/mistral', apply: (module: ProviderModule, _client, calls) => patchProvider(module.createMistral, calls) },
];

interface VendorModule {
  readonly OpenAI?: unknown;
  readonly Anthropic?: unknown;
}

/** Walks `OpenAI.Chat.Completions` and the like and guards what hands out answers. */
function patchCreate(vendor: unknown, resources: readonly (readonly [readonly string[], Dialect])[], calls: Calls): boolean {
  let done = false;
  for (const [path, dialect] of resources) {
    const resource = path.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], vendor) as
      { prototype?: Record<string, ((...args: unknown[]) => unknown) | undefined> } | undefined;
    const prototype = resource?.prototype;
    // An answer that was stored or made in the background is fetched with `retrieve`: the same calls by another way.
    for (const method of ['create', 'retrieve']) {
      const original = prototype?.[method];
      if (prototype === undefined || original === undefined) continue;
      prototype[method] = guardCreate(original, dialect, calls);
      done = true;
    }
  }
  return done;
}

type CreateProvider = (settings: {
  apiKey: string;
}) => Readonly<Record<string, ((model: string) => object) | undefined>> & ((model: string) => object);

type ProviderModule = Readonly<Record<'createOpenAI' | 'createAnthropic' | 'createGoogleGenerativeAI' | 'createMistral', CreateProvider | undefined>>;

/** Model classes are not exported; a throw-away instance of each kind leads to them. */
function patchProvider(create: CreateProvider | undefined, calls: Calls): boolean {
  const provider = create?.({ apiKey: 'unused' });
  if (provider === undefined) return false;
  const prototypes = new Set<object>();
  for (const make of [provider, provider['chat'], provider['responses'], provider['completion'], provider['messages']]) {
    if (make !== undefined) prototypes.add(Object.getPrototypeOf(make('any')) as object);
  }
  for (const prototype of prototypes) patchLanguageModel(prototype as Parameters<typeof patchLanguageModel>[0], calls);
  return prototypes.size > 0;
}

const PATCHED = Symbol.for('aegis.patched');

/** A second `auto()` in one process must not guard twice: one decision per action (DOOR). */
function applyOnce(instance: object, apply: () => boolean): boolean {
  const marks = ((globalThis as Record<symbol, unknown>)[PATCHED] ??= new WeakSet()) as WeakSet<object>;
  if (marks.has(instance)) return true;
  const done = apply();
  if (done) marks.add(instance);
  return done;
}
