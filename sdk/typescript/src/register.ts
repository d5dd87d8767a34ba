import { auto } from './auto.ts';

/** `node --import @aegis/sdk/auto agent.js`: set up from AEGIS_URL, AEGIS_KEY, AEGIS_AGENT and AEGIS_SESSION alone. */
export const aegis = auto();
