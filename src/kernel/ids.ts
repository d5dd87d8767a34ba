declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** UUIDv7, or the caller's own idempotency key (1–128 visible ASCII characters). Minted by `Ids` or accepted at a door. */
export type ActionId = Branded<string, 'ActionId'>;
/** 1–128 characters `[A-Za-z0-9._:@/-]`, the same for tenants, agents and sessions. */
export type TenantId = Branded<string, 'TenantId'>;
export type AgentId = Branded<string, 'AgentId'>;
export type SessionId = Branded<string, 'SessionId'>;
/** Where an action or a session of an agent lies in the world (kernel/owned.ts). */
export type OwnedKey = Branded<string, 'OwnedKey'>;
export type ApprovalId = Branded<string, 'ApprovalId'>;
export type OperatorId = Branded<string, 'OperatorId'>;
/** Lower-case hex SHA-256, 64 characters. */
export type Digest = Branded<string, 'Digest'>;
/** Salted, truncated fingerprint of a normalised value: 12 characters base64url (72 bits). See TAINT in SPEC.md. */
export type Print = Branded<string, 'Print'>;

/** The tenant of an installation that names none. */
export const DEFAULT_TENANT = 'default' as TenantId;

/** Milliseconds since the Unix epoch, an integer. */
export type Millis = number;
/** Micro-USD: 1_000_000 is one dollar. Always a non-negative integer. */
export type MicroUsd = number;
/** Position of an entry in its tenant's log, from 0, gapless. Also the fencing token of locks. */
export type EntryIndex = number;
