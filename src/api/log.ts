import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import { holderName } from '../http/exchange.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, integer, jsonObject } from '../http/shapes.ts';
import { createShares } from '../http/shares.ts';
import { exportLog } from '../log/export.ts';
import { consistencyProof, inclusionReceipt, rangeRoot } from '../log/receipt.ts';
import { toDigest } from '../log/tree-hash.ts';
import type { ApiDeps } from './deps.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import { PAYLOAD_READERS, PEOPLE } from '../kernel/role.ts';
import { page, PageQuery } from './pages.ts';

type Parts = Pick<ApiDeps, 'store' | 'checkpoint' | 'signNow' | 'rotateKey'>;

const doc = (summary: string) => ({ summary, tag: 'log' });
const READ = { method: 'GET', auth: 'key', tenant: 'key', audited: [] } as const;
const index = () => integer(0, Number.MAX_SAFE_INTEGER);
const EntriesReply = Type.Object({ entries: Type.Array(jsonObject()), next: Type.Optional(Type.Integer()) });

/** The record, its proofs and its key. Nothing here can change an entry. */
export function logRoutes(deps: Parts): readonly Route[] {
  return [entriesRoute(deps), checkpointRoute(deps), inclusionRoute(deps), consistencyRoute(deps), exportRoute(deps), rotateRoute(deps)];
}

const entriesRoute = ({ store }: Parts): Route =>
  route({
    ...READ,
    path: '/v1/log',
    role: PEOPLE,
    doc: doc('Entries of the log by place, type, agent, session or action'),
    query: PageQuery,
    response: EntriesReply,
    handle: ({ principal, query, signal }) => page(store, principal.tenant, query, signal()),
  });

const checkpointRoute = ({ store, checkpoint }: Parts): Route =>
  route({
    ...READ,
    path: '/v1/log/checkpoint',
    role: PEOPLE,
    doc: doc('Size and root of the log now, and the newest signed checkpoint (C2SP note)'),
    response: Type.Object({ size: Type.Integer(), root: Type.String(), note: Type.Union([Type.String(), Type.Null()]) }),
    handle: async ({ principal }) => {
      const { size } = await store.head(principal.tenant);
      return { size, root: toDigest(await rangeRoot(store, principal.tenant, [0, size])), note: await checkpoint(principal.tenant) };
    },
  });

const inclusionRoute = ({ store }: Parts): Route =>
  route({
    ...READ,
    path: '/v1/log/proof/inclusion',
    role: PEOPLE,
    doc: doc('Proof that an entry is in the tree of a size (RFC 6962)'),
    query: Type.Object({ index: index(), size: Type.Optional(index()) }, CLOSED),
    response: jsonObject(),
    handle: async ({ principal, query }) => {
      const size = query.size ?? (await store.head(principal.tenant)).size;
      return inclusionReceipt(store, principal.tenant, { index: query.index, size });
    },
  });

const consistencyRoute = ({ store }: Parts): Route =>
  route({
    ...READ,
    path: '/v1/log/proof/consistency',
    role: PEOPLE,
    doc: doc('Proof that one tree is the beginning of another (RFC 6962)'),
    query: Type.Object({ older: index(), newer: Type.Optional(index()) }, CLOSED),
    response: jsonObject(),
    handle: async ({ principal, query }) => {
      const newer = query.newer ?? (await store.head(principal.tenant)).size;
      if (query.older > newer) throw new AegisError('REQUEST_INVALID', { detail: 'older must not be larger than newer' }, '/older');
      return consistencyProof(store, principal.tenant, { older: query.older, newer });
    },
  });

/** Exports under way: each keeps the digests of what it still has to bring. */
const MOST_EXPORTS = 16;

function exportRoute({ store, signNow }: Parts): Route {
  const underWay = createShares(MOST_EXPORTS);
  return route({
    ...READ,
    path: '/v1/log/export',
    // Payloads are arguments and results in the clear: more than a reader of the log may need.
    role: PAYLOAD_READERS,
    doc: doc('The whole log as JSON lines, verifiable offline; `payloads=true` adds what lies beside it'),
    query: Type.Object({ payloads: Type.Optional(Type.Boolean()) }, CLOSED),
    response: { contentType: 'application/jsonl; charset=utf-8' },
    handle: async ({ principal, query, signal }) => {
      // Signed first and cut there: an export whose last entries nobody vouches for proves nothing of them.
      const { note, fresh } = await signNow(principal.tenant);
      const terms = { ...(note === null ? {} : { checkpoint: note }), payloads: query.payloads === true, signedOnly: fresh };
      const leave = underWay.take(holderName(principal));
      if (leave === null) throw new AegisError('RATE_LIMITED', { retryAfterMs: 5_000 });
      signal().addEventListener('abort', leave, { once: true });
      return { contentType: 'application/jsonl; charset=utf-8', body: lines(exportLog(store, principal.tenant, terms), leave) };
    },
  });
}

const rotateRoute = ({ rotateKey }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/log/keys/rotate',
    auth: 'key',
    role: ['admin'],
    tenant: 'key',
    audited: ['key-rotated'],
    doc: doc('A new key signs the checkpoints from now on, of every tenant; the old one hands over and is destroyed'),
    body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 1024 }) }, CLOSED),
    response: Type.Object({ previous: Type.String(), next: Type.String(), index: Type.Integer() }),
    handle: ({ principal, body }) => {
      // One key signs for all tenants: it is the house's, not a tenant's.
      if (principal.tenant !== DEFAULT_TENANT) throw new AegisError('FORBIDDEN', { role: principal.role, needs: 'admin of the default tenant' });
      return rotateKey(principal, body.reason);
    },
  });

async function* lines(source: AsyncIterable<Uint8Array>, done: () => void): AsyncGenerator<string> {
  try {
    for await (const line of source) yield Buffer.from(line).toString('utf8') + '\n';
  } finally {
    done();
  }
}
