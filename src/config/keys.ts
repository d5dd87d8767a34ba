import { DEFAULTS } from './schema.ts';

/** Variables of AEGIS_* that belong to clients, not to the daemon's configuration. */
const CLIENT_VARIABLES: ReadonlySet<string> = new Set([
  'AEGIS_URL',
  'AEGIS_KEY',
  'AEGIS_AGENT',
  'AEGIS_SESSION',
  'AEGIS_SOCKET',
  'AEGIS_ANSWER_KEY',
  'AEGIS_ASK_TIMEOUT_MS',
  'AEGIS_CONFIG',
  // `aegis run`, and what it tells its command.
  'AEGIS_MODEL_URL',
  'AEGIS_MAX_TOKENS_PER_MIN',
  'AEGIS_MAX_API_CALLS_PER_MIN',
  'AEGIS_MAX_TOOL_RATE',
  'AEGIS_TRIP_SECRET',
  'AEGIS_TRIP_RUN',
  'AEGIS_TRIP_CODE',
  'AEGIS_TRIP_AGENT',
  'AEGIS_TRIP_SESSION',
  'AEGIS_MAX_REPEATED_ACTIONS',
  'AEGIS_REPEATED_WINDOW_MS',
  'AEGIS_MAX_COST',
  'AEGIS_MAX_WALL_TIME',
  'AEGIS_MAX_STEPS',
  'AEGIS_MAX_MEMORY',
  'AEGIS_MAX_PROCESSES',
  'AEGIS_NETWORK_NAMESPACE',
  'AEGIS_VERBOSE',
  'AEGIS_RUN',
  'AEGIS_REPORT_SOCKET',
  'AEGIS_REPORT_KEY',
  'AEGIS_ANSWER_KEY',
]);

/** A program with several agents has a key for each: `AEGIS_KEY_CLERK`. */
const AGENT_KEY = 'AEGIS_KEY_';

/** A shell that starts agents may start the daemon too. */
export const isForClients = (variable: string): boolean => CLIENT_VARIABLES.has(variable) || variable.startsWith(AGENT_KEY);

/** Every settable key as a dotted path, with its default. */
export const KEYS: ReadonlyMap<string, unknown> = new Map(leaves(DEFAULTS, ''));

function leaves(value: object, prefix: string): [string, unknown][] {
  return Object.entries(value).flatMap(([key, held]: [string, unknown]) =>
    typeof held === 'object' && held !== null && !Array.isArray(held)
      ? leaves(held, `${prefix}${key}.`)
      : [[prefix + key, held] as [string, unknown]],
  );
}

/** `server.port` → `AEGIS_SERVER_PORT`, `dataDir` → `AEGIS_DATA_DIR`. */
export function variableOf(key: string): string {
  return (
    'AEGIS_' +
    key
      .replace(/[A-Z]/g, (letter) => `_${letter}`)
      .replaceAll('.', '_')
      .toUpperCase()
  );
}

/** The known word that differs least, when one is close enough to be what was meant. */
export function nearest(word: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = edits(word.slice(0, 64).toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
