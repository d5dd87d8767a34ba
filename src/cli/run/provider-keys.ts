import type { PROVIDER_NAMES } from '../../config/schema.ts';

/** Where programs look for the key of a provider; the first that is set is the one the embedded daemon uses. */
export const PROVIDER_KEYS: readonly { readonly provider: (typeof PROVIDER_NAMES)[number]; readonly variables: readonly string[] }[] = [
  { provider: 'openai', variables: ['OPENAI_API_KEY'] },
  { provider: 'anthropic', variables: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'] },
  { provider: 'google', variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'] },
];
