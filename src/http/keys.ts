import type { IncomingHttpHeaders } from 'node:http';
import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import type { Digest, TenantId } from '../kernel/ids.ts';
import { PRESENCES } from '../kernel/role.ts';
import type { Presence } from '../kernel/role.ts';
import type { World } from '../kernel/world.ts';
import { sha256 } from '../wire/digest.ts';
import type { Random } from '../ports.ts';

/** A new secret. It is shown once; only its SHA-256 is ever stored (AUTH-2). Keys of other tenants carry the tenant, so that look-up is direct. */
export function mintKey(random: Random, role: string, tenant: TenantId): { readonly key: string; readonly digest: Digest } {
  const secret = Buffer.from(random.bytes(32)).toString('base64url');
  const suffix = tenant === DEFAULT_TENANT ? '' : `.${Buffer.from(tenant, 'utf8').toString('base64url')}`;
  const key = `aegis_${role}_${secret}${suffix}`;
  return { key, digest: keyDigest(key) };
}

export function keyDigest(key: string): Digest {
  return sha256(Buffer.from(key, 'utf8'));
}

/** Who a key stands for, as the world says at this moment. */
export type KeyHolder = Principal & { readonly keyDigest: Digest };

/** What keys are looked up in. */
export type KeyGate = Pick<LogGate, 'world' | 'current'>;

/** Who holds the key of an Authorization header; null when nobody does. */
export function authenticate(
  { authorization, [PRESENCE_HEADER]: presence }: IncomingHttpHeaders,
  gate: KeyGate,
): ReturnType<ReturnType<typeof keyLookup>> {
  const key = bearer(authorization);
  return key === null ? null : keyLookup(key, presenceOf(presence))(gate);
}

export type AgentPrincipal = Principal & { readonly role: 'agent' };

/**
 * The agent behind a key. An operator's key may not act for an agent, so that a person's key in an agent's hands gives it no voice (DOOR-2).
 * @throws AegisError FORBIDDEN
 */
export function agentOf(principal: Principal, claimed?: string): AgentPrincipal {
  if (principal.role !== 'agent') throw new AegisError('FORBIDDEN', { role: principal.role, needs: 'agent' });
  if (claimed !== undefined && claimed !== principal.agent) throw new AegisError('AGENT_MISMATCH', { agent: principal.agent }, '/agent');
  return principal;
}

/** The holder of a bare key, wherever a protocol carries it, as far as the log is folded here; null when it is nobody's. */
export function principalOf(key: string, gate: Pick<LogGate, 'world'>): KeyHolder | null {
  const tenant = key.length > 1024 ? null : tenantOf(key);
  return tenant === null ? null : holderOf(gate, tenant, keyDigest(key));
}

/**
 * Reads a key once and finds its holder as often as asked, so that a key revoked a moment ago, through whichever daemon, is nobody's
 * (GATE-26): a promise only where another daemon wrote. Found by the digest of the whole key, so nothing about a secret is compared byte by byte.
 */
export function keyLookup(key: string, presence?: Presence): (gate: KeyGate) => KeyHolder | null | Promise<KeyHolder | null> {
  const tenant = key.length > 1024 ? null : tenantOf(key);
  if (tenant === null) return () => null;
  const digest = keyDigest(key);
  return (gate) => {
    const behind = gate.current(tenant);
    const found = (): KeyHolder | null => there(holderOf(gate, tenant, digest), presence);
    return behind === null ? found() : behind.then(found);
  };
}

/** Who holds a key at this moment, by its digest: a promise only where another daemon wrote. */
export function holderByDigest(
  { tenant, keyDigest: digest }: { readonly tenant: TenantId; readonly keyDigest: Digest },
  gate: KeyGate,
): KeyHolder | null | Promise<KeyHolder | null> {
  const behind = gate.current(tenant);
  const found = (): KeyHolder | null => holderOf(gate, tenant, digest);
  return behind === null ? found() : behind.then(found);
}

/** A person is there as their program says; an agent is no person. */
function there(holder: KeyHolder | null, presence: Presence | undefined): KeyHolder | null {
  return holder === null || holder.role === 'agent' || presence === undefined ? holder : { ...holder, presence };
}

export const PRESENCE_HEADER = 'aegis-presence';

export function presenceOf(word: unknown): Presence | undefined {
  return PRESENCES.find((one) => one === word);
}

/** Whether who came in is somebody still, in the same role, as far as the log is folded here: for what goes on after its request. */
export function isStill(principal: Principal, gate: Pick<LogGate, 'world'>): boolean {
  const world = gate.world(principal.tenant);
  if (principal.role === 'agent') return world.agents.get(principal.agent)?.revoked === false;
  const operator = world.operators.get(principal.operator);
  return operator?.active === true && operator.role === principal.role;
}

/** A key that names a tenant nobody serves is simply no key: it must not tell which tenants there are. */
function worldOf(gate: Pick<LogGate, 'world'>, tenant: TenantId): World | null {
  try {
    return gate.world(tenant);
  } catch {
    return null;
  }
}

function bearer(header: string | undefined): string | null {
  if (header === undefined || header.length > 1024 || !/^bearer /i.test(header)) return null;
  return header.slice(7);
}

function tenantOf(key: string): TenantId | null {
  const dot = key.indexOf('.');
  if (dot === -1) return DEFAULT_TENANT;
  const tenant = Buffer.from(key.slice(dot + 1), 'base64url').toString('utf8');
  return tenant === '' ? null : (tenant as TenantId);
}

function holderOf(gate: Pick<LogGate, 'world'>, tenant: TenantId, digest: Digest): KeyHolder | null {
  const world = worldOf(gate, tenant);
  const holder = world?.keys.get(digest);
  if (world === null || holder === undefined) return null;
  if (holder.role === 'agent') return { role: 'agent', tenant, agent: holder.agent, keyDigest: digest };
  const operator = world.operators.get(holder.operator);
  // The role is the operator's as it is now, not as it was when the key was made.
  return operator?.active === true ? { role: operator.role, tenant, operator: holder.operator, keyDigest: digest } : null;
}
