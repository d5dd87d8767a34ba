import { PROVIDER_KEYS } from './provider-keys.ts';

/** What a run tells its command through the environment. */
export interface AgentPlace {
  readonly url: string;
  readonly modelUrl: string | null;
  readonly key: string;
  readonly agent: string;
  readonly session: string;
  readonly answerKey?: string | undefined;
}

/** A person's settings and secrets of Aegis that an agent must not inherit. */
const OURS = /^AEGIS_/;
/** Of the caller, and harmless: where the daemon's socket is. */
const PASSED: ReadonlySet<string> = new Set(['AEGIS_SOCKET']);

/**
 * The environment of the command: the caller's, without keys of providers and without a person's key of Aegis. Clients of OpenAI, Anthropic and
 * Gemini are pointed at the model proxy and hold the agent's key of Aegis alone (RUN-13).
 */
export function agentEnv(env: NodeJS.ProcessEnv, place: AgentPlace | null): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !OURS.test(name) || PASSED.has(name)));
  if (place === null) return kept;
  const { url, modelUrl, key, agent, session, answerKey } = place;
  const own = {
    AEGIS_URL: url,
    AEGIS_KEY: key,
    AEGIS_AGENT: agent,
    AEGIS_SESSION: session,
    ...(answerKey === undefined ? {} : { AEGIS_ANSWER_KEY: answerKey }),
  };
  if (modelUrl === null) return { ...kept, ...own };
  const keys = Object.fromEntries(PROVIDER_KEYS.flatMap(({ variables }) => variables.map((name) => [name, key])));
  return {
    ...kept,
    ...own,
    ...keys,
    OPENAI_BASE_URL: `${modelUrl}/v1`,
    OPENAI_API_BASE: `${modelUrl}/v1`,
    ANTHROPIC_BASE_URL: modelUrl,
    GOOGLE_GEMINI_BASE_URL: modelUrl,
  };
}
