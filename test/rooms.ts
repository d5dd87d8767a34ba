/** One room of the house: a folder of `src`, or one door of `src/intercept`. */
export interface Room {
  readonly name: string;
  /** What it is, for a newcomer. */
  readonly is: string;
  /** Rooms it may import; `errors.ts` and `ports.ts` are for every room but the kernel. */
  readonly may: readonly string[];
  /** Why it may import nothing else. */
  readonly because: string;
}

const DOOR = { may: ['kernel', 'wire', 'gate', 'http'], because: 'a door never reads the log or a view and never imports another door' } as const;

/** Every room, in the order the data walks through them. ARCHITECTURE.md shows this list, and the walls test holds it. */
export const ROOMS: readonly Room[] = [
  {
    name: 'wire',
    is: 'bytes and JSON: strict JSON, exact numbers, RFC 8785 form, digests, growing bytes',
    may: ['kernel'],
    because: 'it is below everything that reads or writes bytes',
  },
  {
    name: 'http',
    is: 'the kit of the API and the doors: routes, shapes, validation, problems, keys, hosts, rate, the HTTP server and the local socket over the same routes',
    may: ['kernel', 'wire', 'gate', 'config'],
    because: 'it serves routes and knows none of them',
  },
  {
    name: 'client',
    is: 'how the command line and the MCP proxy reach the daemon: the place of its socket, the line protocol, HTTP',
    may: ['kernel', 'wire'],
    because: 'a client knows what stands on the wire and nothing behind it',
  },
  { name: 'intercept/http', is: 'door: SDKs and any language, the handshake, event ingest', ...DOOR, may: ['kernel', 'gate', 'http'] },
  { name: 'intercept/llm', is: 'door: the model proxy', ...DOOR, may: ['kernel', 'wire', 'gate'] },
  { name: 'intercept/mcp', is: 'door: the MCP proxy, over stdio and HTTP', ...DOOR, may: [...DOOR.may, 'client'] },
  { name: 'intercept/hook', is: 'door: coding agents, one folder per harness', ...DOOR },
  {
    name: 'inspect',
    is: 'pure reading: SQL, shell, paths, URLs, text, secrets, personal data → findings and facts',
    may: ['kernel'],
    because: 'reading is pure; it knows the nouns and its parsers',
  },
  {
    name: 'policy',
    is: 'text → checked → compiled policy: YAML, CEL, manifests, Cedar, Rego',
    may: ['kernel', 'wire'],
    because: 'a policy is text made into kernel values and named by its digest; no I/O, no clock',
  },
  {
    name: 'kernel',
    is: 'the meaning: `decide(action, world, policy)` and `fold(world, entry)`',
    may: [],
    because: 'it runs in a browser, in a test and in ten years',
  },
  {
    name: 'gate',
    is: 'the one place that decides **and** records; owns the world',
    may: ['kernel', 'wire', 'inspect', 'policy', 'log'],
    because: 'it is the only writer and does not know who asks',
  },
  {
    name: 'log',
    is: 'append-only truth: entries, chain, Merkle tree, stores, offline verify',
    may: ['kernel', 'wire'],
    because: 'truth does not know who writes it',
  },
  {
    name: 'checkpoints',
    is: 'signed tree heads in a second place: signing keys, rotation, rollback, recovery',
    may: ['kernel', 'log', 'gate', 'config'],
    because: 'it vouches for the log and reads nothing else',
  },
  { name: 'views', is: 'followers of the log for people', may: ['kernel', 'log'], because: 'views are derived and deletable' },
  {
    name: 'lab',
    is: 'the kernel off-line: replay, simulate, conform',
    may: ['kernel', 'wire', 'log', 'policy'],
    because: 'the lab is the kernel off-line',
  },
  {
    name: 'api',
    is: 'HTTP for people and tools: OpenAPI, lists, approvals, halts, push',
    may: ['kernel', 'wire', 'gate', 'http', 'log', 'views', 'lab', 'config'],
    because: 'people go through the gate too, and never through a door',
  },
  {
    name: 'supervise',
    is: 'the kill switch: contains a command, watches it, kills its whole tree and says what was observed',
    may: ['kernel', 'wire', 'client'],
    because: 'it works on a machine where no daemon runs, and a limit is read here by nobody else',
  },
  {
    name: 'gas',
    is: 'what a transaction costs on its chain now: JSON-RPC, units, prices of coins',
    may: ['kernel', 'config'],
    because: 'it asks servers of others and decides nothing',
  },
  { name: 'config', is: 'one typed configuration', may: [], because: 'configuration is plain values' },
  {
    name: 'daemon',
    is: 'the only room that constructs things: start, listeners, doors, policy files, clock and randomness',
    may: [
      'kernel',
      'wire',
      'http',
      'client',
      'intercept/http',
      'intercept/llm',
      'intercept/mcp',
      'intercept/hook',
      'inspect',
      'policy',
      'gate',
      'log',
      'checkpoints',
      'views',
      'lab',
      'api',
      'gas',
      'config',
    ],
    because: 'it wires everything that runs and does not know the command line',
  },
  {
    name: 'cli',
    is: 'one file per command',
    may: [
      'kernel',
      'wire',
      'http',
      'client',
      'intercept/mcp',
      'intercept/hook',
      'inspect',
      'policy',
      'gate',
      'log',
      'checkpoints',
      'lab',
      'supervise',
      'config',
      'daemon',
      'examples',
    ],
    because: 'commands start the daemon, ask it, or work on a store without it',
  },
];

/** Loose files of `src` and what they are for: every room but the kernel may import them. */
export const LOOSE = ['errors.ts', 'ports.ts', 'version.ts'] as const;

/** Import cycles that stand, each with its reason. */
export const CYCLES: readonly { readonly files: readonly string[]; readonly because: string }[] = [];

/** The table of ARCHITECTURE.md. */
export function roomTable(): string {
  const cell = (names: readonly string[]): string => (names.length === 0 ? '–' : names.join(', '));
  const rows = ROOMS.map(({ name, is, may, because }) => `| \`${name}/\` | ${is} | ${cell(may)} | ${because} |`);
  return ['| room | what it is | may import | because |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
