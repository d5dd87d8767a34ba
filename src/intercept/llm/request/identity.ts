import type { IncomingHttpHeaders } from 'node:http';
import { AegisError } from '../../../errors.ts';
import type { SecretMask } from '../../../wire/secret-mask.ts';
import type { Dialect } from '../dialect/dialect.ts';
import type { ModelCaller } from '../caller.ts';
import type { Entrance } from './entrance.ts';
import type { RequestTarget } from './match-route.ts';

export interface Identity {
  readonly caller: ModelCaller;
  /** What goes upstream in the provider's own key header. */
  readonly credential: { readonly name: string; readonly value: string };
  readonly mask: SecretMask;
}

/** Wherever it stands: a key of ours in somebody’s clumsy header must not pass for the provider’s. */
const OURS = /aegis_(?:agent|admin|operator|auditor)_/;

/** Keys in the order they are looked for: our own header, the path, the provider's own header (LLM-2). */
function keysOf(
  asked: RequestTarget,
  headers: IncomingHttpHeaders,
  dialect: Dialect,
): { readonly ours: string | null; readonly theirs: string | null } {
  const query = asked.query.find(([name]) => name === dialect.keyQuery)?.[1];
  const own = dialect.keyHeader === 'authorization' ? undefined : single(headers[dialect.keyHeader]);
  const carried = [bearer(headers.authorization), single(headers['x-api-key']), own, query].filter((key) => key !== undefined && key !== '');
  const ours = single(headers['x-aegis-key']) ?? asked.key ?? carried.find((key) => key !== undefined && OURS.test(key)) ?? null;
  return { ours, theirs: carried.find((key) => key !== undefined && !OURS.test(key) && key !== ours) ?? null };
}

/**
 * Who asks, and with which key the provider is asked: the proxy's own when it holds one, else the agent's. Our keys never go upstream.
 * @throws AegisError UNAUTHENTICATED, PROVIDER_KEY_MISSING
 */
export function identify(
  entrance: Pick<Entrance, 'callerOf' | 'heldKey' | 'maskFor'>,
  asked: RequestTarget,
  terms: { headers: IncomingHttpHeaders; dialect: Dialect },
): Identity {
  const { headers, dialect } = terms;
  const { ours, theirs } = keysOf(asked, headers, dialect);
  const caller = ours === null ? null : entrance.callerOf(ours);
  if (ours === null || caller === null) throw new AegisError('UNAUTHENTICATED');
  const held = entrance.heldKey(dialect.provider);
  const key = held === '' ? theirs : held;
  if (key === null) throw new AegisError('PROVIDER_KEY_MISSING', { provider: dialect.provider });
  // A key that came as a bearer token goes as one: subscriptions of Anthropic do.
  const asBearer = dialect.keyHeader === 'authorization' || (held === '' && bearer(headers.authorization) === key);
  const credential = asBearer ? { name: 'authorization', value: `Bearer ${key}` } : { name: dialect.keyHeader, value: key };
  return { caller, credential, mask: entrance.maskFor(ours) };
}

function bearer(header: string | undefined): string | undefined {
  return header !== undefined && /^bearer /i.test(header) ? header.slice(7) : undefined;
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

const ONCE: ReadonlySet<string> = new Set([
  'x-aegis-key',
  'x-aegis-session',
  'x-claude-code-session-id',
  'session-id',
  'session_id',
  'x-api-key',
  'x-goog-api-key',
  'accept-encoding',
  'anthropic-version',
]);

/** A header that decides something must not stand twice. @throws AegisError REQUEST_INVALID */
export function checkOnce(raw: readonly string[]): void {
  const seen = new Set<string>();
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    if (!ONCE.has(name)) continue;
    if (seen.has(name)) throw new AegisError('REQUEST_INVALID', { detail: `The header ${name} appears twice` });
    seen.add(name);
  }
}
