/** One thing a model's name may mean: an entry of the price catalogue, and how many times its price. */
export interface Meaning {
  readonly provider: string;
  readonly model: string;
  readonly times: number;
}

/** What the catalogue can be asked. */
export interface Catalogue {
  has(provider: string, model: string): boolean;
  /** Ids of a provider's models. */
  models(provider: string): readonly string[];
}

/** Providers by the names that gateways put before a model. Source: LiteLLM and OpenRouter, provider prefixes. */
const PROVIDERS: Readonly<Record<string, string>> = {
  openai: 'openai',
  'azure-openai': 'openai',
  azure: 'openai',
  azure_ai: 'openai',
  text_completion_openai: 'openai',
  anthropic: 'anthropic',
  claude: 'anthropic',
  google: 'google',
  gemini: 'google',
  vertex_ai: 'google',
  'vertex-ai': 'google',
  vertex: 'google',
  'google-vertex': 'google',
  models: 'google',
  'x-ai': 'x-ai',
  xai: 'x-ai',
  groq: 'groq',
  deepseek: 'deepseek',
  mistral: 'mistral',
  mistralai: 'mistral',
  cohere: 'cohere',
  perplexity: 'perplexity',
  bedrock: 'aws',
  bedrock_converse: 'aws',
  amazon: 'aws',
  aws: 'aws',
  together_ai: 'together',
  fireworks_ai: 'fireworks',
  cerebras: 'cerebras',
};
/** Variants of a gateway: another route to the same model, or more of it. What is free there is charged as if it were not. */
const VARIANTS: ReadonlySet<string> = new Set('free thinking beta nitro floor online extended exacto'.split(' '));
const REGIONS: ReadonlySet<string> = new Set('us eu apac ap au jp ca sa global us-gov'.split(' '));
/** Kinds of a family that a name means only when it says so. */
const KINDS: ReadonlySet<string> = new Set('image audio tts live embedding transcribe realtime search vision computer deep moderation'.split(' '));
/** Fine-tunes the catalogue does not list: the most a tuned model of the family costs beside its base. Source: OpenAI, Pricing, fine-tuning. */
const TUNED_TIMES = { known: 2, other: 4 } as const;

/**
 * What a name may mean, all as likely; the dearest of them counts (SPEND-11). Empty: unknown. The name itself comes first, and only what it says
 * is taken away from it: a gateway's prefix, a variant, a context window, a date.
 */
export function meaningsOf(catalogue: Catalogue, provider: string, model: string): readonly Meaning[] {
  if (catalogue.has(provider, model)) return [{ provider, model, times: 1 }];
  const named = model.toLowerCase();
  const [first = '', ...more] = named.split('/');
  const last = plain(more.at(-1) ?? first);
  const providers = [
    ...new Set(
      more.length === 0
        ? [provider]
        : [
            ...named
              .split('/')
              .slice(0, -1)
              .flatMap((one) => PROVIDERS[one] ?? []),
            provider,
          ],
    ),
  ];
  const stages: readonly (readonly Meaning[])[] = [
    [
      ...[...providers, ...vendorOf(last)].map((one) => ({ provider: one, model: last, times: 1 })),
      ...vendorOf(last).map((one) => ({ provider: one, model: bare(last), times: 1 })),
      ...(more.length === 0
        ? []
        : [{ provider: 'openrouter', model: [...named.split('/').slice(0, -1), last].join('/').replace(/^openrouter\//, ''), times: 1 }]),
    ],
    [...vendorOf(last), ...providers].map((one) => ({ provider: one, model: bare(last), times: 1 })),
    [...vendorOf(last), ...providers].map((one) => ({ provider: one, model: undated(bare(last)), times: 1 })),
  ];
  for (const stage of stages) {
    const found = stage.filter((meaning) => catalogue.has(meaning.provider, meaning.model));
    if (found.length > 0) return found;
  }
  return tuned(catalogue, last) ?? family(catalogue, providers, last);
}

/** Without a context window in brackets and a gateway's variant. */
function plain(name: string): string {
  const open = name.endsWith(']') ? name.lastIndexOf('[') : -1;
  const windowless = open > 0 ? name.slice(0, open) : name;
  const colon = windowless.lastIndexOf(':');
  return colon > 0 && VARIANTS.has(windowless.slice(colon + 1)) ? windowless.slice(0, colon) : windowless;
}

/** `us.anthropic.claude-…-v1:0` names its vendor, and is sold by Amazon. */
function vendorOf(name: string): readonly string[] {
  const [first = '', second = ''] = name.split('.');
  const vendor = REGIONS.has(first) ? second : first;
  return Object.hasOwn(PROVIDERS, vendor) && name.includes('.') ? ['aws', PROVIDERS[vendor] ?? ''] : [];
}

/** Without a region, a vendor and a version of Amazon's, and without Google's version behind an at sign. */
function bare(name: string): string {
  const parts = name.split('.');
  if (parts.length > 1 && REGIONS.has(parts[0] ?? '')) parts.shift();
  if (parts.length > 1 && Object.hasOwn(PROVIDERS, parts[0] ?? '')) parts.shift();
  const [untagged = ''] = parts.join('.').split('@');
  return untagged.replace(/-v\d{1,2}(?::\d{1,2})?$/, '');
}

function undated(name: string): string {
  return name.replace(/-(?:20\d{6}|20\d{2}-\d{2}-\d{2}|\d{3,4})$/, '');
}

/** `ft:gpt-4.1-mini-2025-04-14:org:suffix:id`, priced as its base, as many times as a tuned one may cost. */
function tuned(catalogue: Catalogue, name: string): readonly Meaning[] | null {
  const [kind, base = ''] = name.split(':');
  if (kind !== 'ft' || base === '') return null;
  const model = [base, undated(base)].find((one) => catalogue.has('openai', one));
  if (model === undefined) return [];
  return [{ provider: 'openai', model, times: model.startsWith('gpt-4') ? TUNED_TIMES.known : TUNED_TIMES.other }];
}

/** `gemini-flash-latest` may be any flash. */
function family(catalogue: Catalogue, providers: readonly string[], name: string): readonly Meaning[] {
  if (!name.endsWith('-latest')) return [];
  const words = name.slice(0, -'-latest'.length).split('-');
  if (words.some((word) => word === '')) return [];
  return providers.flatMap((provider) =>
    catalogue
      .models(provider)
      .filter((id) => {
        const parts = id.toLowerCase().split('-');
        return words.every((word) => parts.includes(word)) && parts.every((part) => words.includes(part) || !KINDS.has(part));
      })
      .map((model) => ({ provider, model, times: 1 })),
  );
}
