import { Type } from 'typebox';
import type { Static } from 'typebox';

const CLOSED = { additionalProperties: false } as const;
const integer = (minimum: number, maximum: number, description: string) => Type.Integer({ minimum, maximum, description });

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
  },
  CLOSED,
);

export type Config = Static<typeof ConfigSchema>;

/** A configuration with parts left out. */
export type Partly<T> = { [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? Partly<T[K]> : T[K] };

export const DEFAULTS: Config = {
  dataDir: './.aegis',
  checkpointDir: '~/.local/state/aegis/checkpoints',
  server: { host: '127.0.0.1', port: 7411, hosts: [], origins: [] },
  limits: { bodyBytes: 1_048_576, requestsPerSecond: 5_000, connections: 4_096, headersTimeoutMs: 10_000, requestTimeoutMs: 30_000 },
  policy: 'default',
  tenants: ['default'],
  checkpoints: { everyEntries: 64, everyMs: 1_000 },
};
