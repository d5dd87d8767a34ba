import { Type } from 'typebox';
import type { Static } from 'typebox';

const CLOSED = { additionalProperties: false } as const;
const integer = (minimum: number, maximum: number, description: string) => Type.Integer({ minimum, maximum, description });

const upstream = (what: string) =>
  Type.Object(
    {
      url: Type.String({ pattern: '^https?://[^\\s?#@]+$', description: `Where ${what} answers` }),
      key: Type.String({ pattern: '^[!-~]*$', description: 'The key the proxy uses; empty: agents bring their own' }),
    },
    CLOSED,
  );

const HEADERS = Type.Array(Type.Object({ name: Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }), variable: Type.String({ minLength: 1 }) }, CLOSED), {
  description: 'Headers for the server, each with the content of a variable of the daemon’s environment',
});

/** Providers of models, by the name dialects give them, and what else may answer in their place. */
const PROVIDERS = {
  openai: upstream('OpenAI, or a server that speaks its Chat Completions or Responses'),
  anthropic: upstream('Anthropic, or a server that speaks its Messages'),
  google: upstream('Gemini, or a server that speaks its generateContent'),
};

/** Their names; `llm.<name>` says where each is. */
export const PROVIDER_NAMES = Object.keys(PROVIDERS) as readonly (keyof typeof PROVIDERS)[];

/** Everything that may be configured, in one place. Policy is not configuration: it is recorded, this is not. */
export const ConfigSchema = Type.Object(
  {
    dataDir: Type.String({ minLength: 1, description: 'Where the log and the keys live' }),
    checkpointDir: Type.String({ minLength: 1, description: 'Signed checkpoints; another disk than dataDir, so that a rollback shows' }),
    server: Type.Object(
      {
        host: Type.String({ minLength: 1, description: 'Address to listen on' }),
        port: integer(0, 65_535, 'Port; 0 takes a free one'),
        hosts: Type.Array(Type.String({ minLength: 1 }), { description: 'More names a Host header may carry, `name` or `name:port`' }),
        origins: Type.Array(Type.String({ minLength: 1 }), { description: 'More origins a browser may send, `https://name[:port]`' }),
        socket: Type.String({
          minLength: 1,
          description:
            'The local socket for programs of this user: `on` (in the runtime folder, named by the port), `off`, or a path in a folder of mode 0700',
        }),
      },
      CLOSED,
    ),
    limits: Type.Object(
      {
        bodyBytes: integer(1024, 16_777_216, 'Bytes of one request body'),
        requestsPerSecond: integer(1, 1_000_000, 'Requests of one key; more are refused with 429'),
        connections: integer(1, 100_000, 'Open connections'),
        headersTimeoutMs: integer(100, 600_000, 'Milliseconds for the headers of a request'),
        requestTimeoutMs: integer(100, 600_000, 'Milliseconds for a whole request to arrive'),
      },
      CLOSED,
    ),
    llm: Type.Object(
      {
        listen: Type.Union([Type.Literal('on'), Type.Literal('off')], { description: 'Whether `aegis up` serves the model proxy too' }),
        host: Type.String({ minLength: 1, description: 'Address the model proxy listens on' }),
        port: integer(0, 65_535, 'Its port; 0 takes a free one'),
        uninspected: Type.Union([Type.Literal('refuse'), Type.Literal('pass')], {
          description: 'Routes, tools and members that nobody here can inspect: refused, or passed and recorded as not inspected',
        }),
        ...PROVIDERS,
        bodyBytes: integer(1024, 67_108_864, 'Bytes of one model request, decoded'),
        answerBytes: integer(1024, 134_217_728, 'Bytes of an answer that are held at most'),
        holdMs: integer(0, 3_600_000, 'How long a tool call waits for a person before its refusal is said'),
        keepAliveMs: integer(10, 600_000, 'Silence after which a held stream says it is alive'),
        decideMs: integer(10, 600_000, 'How long a decision may take before the request is refused'),
        connectMs: integer(100, 600_000, 'How long a connection to a provider may take'),
        headersMs: integer(100, 3_600_000, 'How long a provider may be silent before its answer begins'),
        idleMs: integer(100, 3_600_000, 'How long a provider may be silent within an answer'),
        livePerAgent: integer(1, 100_000, 'Answers of one agent under way at once'),
      },
      CLOSED,
    ),
    policy: Type.String({ minLength: 1, description: 'default, strict, locked, or a file: what a new tenant starts with' }),
    tenants: Type.Array(Type.String({ pattern: '^[A-Za-z0-9._:@/-]{1,128}$' }), {
      minItems: 1,
      maxItems: 1000,
      description: 'Tenants to open; `default` always is',
    }),
    checkpoints: Type.Object(
      {
        everyEntries: integer(1, 1_000_000, 'Entries between two checkpoints at most'),
        everyMs: integer(10, 3_600_000, 'Milliseconds between two checkpoints at most'),
      },
      CLOSED,
    ),
    hooks: Type.Object(
      {
        canaryMs: integer(
          0,
          3_600_000,
          'Milliseconds between two canaries through every installed hook of this daemon; 0: only `aegis doctor` sends them',
        ),
      },
      CLOSED,
    ),
    mcp: Type.Object(
      {
        servers: Type.Array(
          Type.Object(
            {
              name: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$', description: 'The server is reached at /mcp/<name>' }),
              url: Type.String({ pattern: '^https?://', description: 'Where it speaks Streamable HTTP' }),
              headers: Type.Optional(HEADERS),
            },
            CLOSED,
          ),
          { maxItems: 256, description: 'MCP servers agents may reach through this daemon' },
        ),
        answerMs: Type.Optional(
          Type.Integer({
            minimum: 100,
            maximum: 600_000,
            description: 'How long a server may take for anything but a call; a call has obligations.timeoutMs',
          }),
        ),
      },
      CLOSED,
    ),
    gas: Type.Object(
      {
        chains: Type.Array(
          Type.Object(
            {
              name: Type.String({ pattern: '^[a-z0-9._-]{1,64}$', description: 'What agents call it: `metadata.chain` of a `gas_budget` request' }),
              kind: Type.Union([Type.Literal('evm'), Type.Literal('solana'), Type.Literal('sui')]),
              rpc: Type.String({ pattern: '^https?://[^\\s@#]+$', description: 'Its JSON-RPC' }),
              headers: Type.Optional(HEADERS),
              identity: Type.Optional(
                Type.String({
                  pattern: '^(?:0x[0-9a-f]{1,16}|[A-Za-z0-9]{1,64})$',
                  description: 'EVM: the chain id. Solana: the genesis hash. Sui: the chain identifier. A server of another chain has no price',
                }),
              ),
              coin: Type.Union([
                Type.Object(
                  { usd: Type.Number({ exclusiveMinimum: 0, maximum: 10_000_000, description: 'Dollars for one coin, as you say' }) },
                  CLOSED,
                ),
                Type.Object(
                  {
                    url: Type.String({ pattern: '^https?://[^\\s@#]+$', description: 'JSON that holds the price' }),
                    pointer: Type.String({ pattern: '^/', description: 'Where in it (RFC 6901) the dollars for one coin stand' }),
                    time: Type.Optional(Type.String({ pattern: '^/', description: 'Where its time stands, in seconds or milliseconds' })),
                  },
                  CLOSED,
                ),
              ]),
            },
            CLOSED,
          ),
          { maxItems: 64, description: 'Chains whose gas agents may ask for' },
        ),
        timeoutMs: integer(100, 60_000, 'How long one question to a chain or a price feed may take'),
        staleMs: integer(1_000, 86_400_000, 'Age above which a newest block or a price no longer counts'),
      },
      CLOSED,
    ),
  },
  CLOSED,
);

export type Config = Static<typeof ConfigSchema>;

/** A configuration with parts left out. */
export type Partly<T> = { [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? Partly<T[K]> : T[K] };

export const DEFAULTS: Config = {
  dataDir: './.aegis',
  checkpointDir: '~/.local/state/aegis/checkpoints',
  server: { host: '127.0.0.1', port: 7411, hosts: [], origins: [], socket: 'on' },
  limits: { bodyBytes: 1_048_576, requestsPerSecond: 5_000, connections: 4_096, headersTimeoutMs: 10_000, requestTimeoutMs: 30_000 },
  llm: {
    listen: 'on',
    host: '127.0.0.1',
    port: 7412,
    uninspected: 'refuse',
    openai: { url: 'https://api.openai.com', key: '' },
    anthropic: { url: 'https://api.anthropic.com', key: '' },
    google: { url: 'https://generativelanguage.googleapis.com', key: '' },
    bodyBytes: 10_485_760,
    answerBytes: 33_554_432,
    holdMs: 300_000,
    keepAliveMs: 5_000,
    decideMs: 10_000,
    connectMs: 10_000,
    headersMs: 600_000,
    idleMs: 300_000,
    livePerAgent: 256,
  },
  policy: 'default',
  tenants: ['default'],
  checkpoints: { everyEntries: 64, everyMs: 1_000 },
  hooks: { canaryMs: 30_000 },
  mcp: { servers: [] },
  gas: { chains: [], timeoutMs: 5_000, staleMs: 60_000 },
};
