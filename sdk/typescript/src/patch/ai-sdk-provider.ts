import type { Calls } from '../calls.ts';
import { patchLanguageModel, type LanguageModel } from './ai-sdk.ts';

type Make = (argument: unknown) => unknown;

/** Enough for any provider to be made; nothing of it is sent. */
const UNUSED = {
  apiKey: 'unused',
  name: 'unused',
  baseURL: 'http://127.0.0.1:9',
  resourceName: 'unused',
  region: 'unused',
  accessKeyId: 'unused',
  secretAccessKey: 'unused',
  project: 'unused',
  location: 'unused',
};

/** Model classes are not exported; a throw-away instance of each kind a provider package makes leads to them. False: it makes none. */
export function patchProvider(module: object, calls: Calls): boolean {
  const prototypes = new Set<LanguageModel>();
  for (const [name, create] of Object.entries(module)) {
    if (!/^create[A-Z]/.test(name) || typeof create !== 'function') continue;
    const provider = attempt(create as Make, UNUSED);
    if ((typeof provider !== 'object' && typeof provider !== 'function') || provider === null) continue;
    for (const make of [provider, ...KINDS.map((kind) => (provider as Record<string, unknown>)[kind])]) {
      const prototype = typeof make === 'function' ? modelClass(attempt(make as Make, 'any')) : null;
      if (prototype !== null) prototypes.add(prototype);
    }
  }
  for (const prototype of prototypes) patchLanguageModel(prototype, calls);
  return prototypes.size > 0;
}

const KINDS = ['languageModel', 'chat', 'chatModel', 'responses', 'completion', 'messages', 'generativeAI'];

/** The class that has the methods, which may be one above. */
function modelClass(model: unknown): LanguageModel | null {
  for (let at: unknown = model; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    if (at !== model && Object.hasOwn(at, 'doGenerate') && Object.hasOwn(at, 'doStream')) return at as LanguageModel;
  }
  return null;
}

function attempt(make: Make, argument: unknown): unknown {
  try {
    return make(argument);
  } catch {
    return null;
  }
}
