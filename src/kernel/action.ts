import type { Facts, Finding, Risk } from './finding.ts';
import type { GasFault, GasQuote } from './gas.ts';
import type { ActionId, AgentId, ApprovalId, Digest, MicroUsd, Millis, Print, SessionId, TenantId } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { NamedFile } from './named-file.ts';

export const ACTION_KINDS = ['tool', 'model', 'egress', 'process', 'resource', 'memory', 'handoff'] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** The interception points. A door is named in every entry it causes. */
export const DOORS = ['http', 'handshake', 'events', 'llm', 'mcp', 'hook', 'process', 'lab'] as const;
export type Door = (typeof DOORS)[number];

/** Whether the agent could act without the door: a proxy or a namespace enforces, an in-process SDK or a hook advises. */
export const ENFORCEMENTS = ['enforcing', 'advisory'] as const;
export type Enforcement = (typeof ENFORCEMENTS)[number];

/** The agent's word about itself. Claims tighten, route or charge; they never loosen (DEC). */
export interface Claims {
  readonly intent?: string;
  /** 1–10 */
  readonly priority?: number;
  /** 1–10, `logic_density` in the handshake protocol */
  readonly complexity?: number;
  /** 0–1 */
  readonly confidence?: number;
  /** Estimated cost. */
  readonly usdMicros?: MicroUsd;
  readonly tokens?: number;
  readonly framework?: string;
  /** Model named by a `model` action. */
  readonly model?: string;
  /** The price of the named model is not known to us: denies unless the policy prices it (SPEND). */
  readonly priceUnknown?: boolean;
  /** What the chain asks for the transaction; said by the door, which takes none from an agent (GAS-1). */
  readonly gas?: GasQuote;
  /** Why the chain's price is not known: denies (GAS-2). */
  readonly gasFault?: GasFault;
}

/** The kinds of argument that carry authority. */
export const AUTHORITIES = ['recipient', 'account', 'amount', 'url', 'host', 'path', 'command', 'credential', 'permission'] as const;
export type Authority = (typeof AUTHORITIES)[number];

/** One scalar leaf of the arguments, as fingerprints only, so that the log and the fold need no payload (TAINT). */
export interface Trace {
  /** RFC 6901 */
  readonly pointer: string;
  readonly authority?: Authority;
  /** Of the whole normalised leaf. */
  readonly whole: Print;
  /** Authority-bearing pieces inside a longer text: links, addresses, account numbers. */
  readonly parts: readonly { readonly authority: Authority; readonly print: Print }[];
}

/** A file by its name, as fingerprints of its session. */
export interface FileSource {
  /** Of its last component; of a folder that was filled, of the folder's name. */
  readonly name: Print;
  /** false: named from an unknown folder. */
  readonly rooted: boolean;
  readonly whole: Print;
  /** Of the folders it lies in, by path and by name, where one of them may have been filled at once. */
  readonly within?: readonly Print[];
}

/** A file an action runs or writes. */
export interface FileTrace extends FileSource {
  /** Of what is written: what running it would be judged as, where that is at least HIGH. */
  readonly runs?: Risk;
  /** The files whose content it holds: moved, copied, unpacked, appended to, changed in place. */
  readonly from?: readonly FileSource[];
}

/** A lock or semaphore slot the action needs while it runs. */
export interface ResourceClaim {
  /** Canonical id, e.g. `file:/data/a`, `wallet:0xabc`; since names are sealed, their kind and a hash. */
  readonly resource: string;
  /** What the agent calls it, where `resource` does not say so; never in an entry (LOG-30). */
  readonly name?: string;
  /** 1 is a mutex. All claims on one resource must name the same number. */
  readonly slots: number;
  readonly ttlMs: number;
}

/** What an agent wants to do, complete: the first argument of `decide`. */
export interface Action {
  readonly id: ActionId;
  readonly tenant: TenantId;
  readonly agent: AgentId;
  readonly session: SessionId;
  readonly parent?: ActionId;
  readonly kind: ActionKind;
  readonly name: string;
  readonly args: JsonObject;
  /** SHA-256 of the RFC 8785 bytes of `args`. */
  readonly argsDigest: Digest;
  /** SHA-256 of the canonical tool declaration, where the door knows it. */
  readonly toolDigest?: Digest;
  /** The MCP server whose tool this is, as the agent knows it: its definition must be pinned (MCP-2). */
  readonly server?: string;
  readonly claims: Claims;
  readonly traces: readonly Trace[];
  readonly findings: readonly Finding[];
  readonly facts: Facts;
  /** Files it runs and writes (INSPECT-105, INSPECT-193). */
  readonly files?: { readonly ran: readonly FileTrace[]; readonly wrote: readonly FileTrace[] };
  readonly resource?: ResourceClaim;
  readonly door: Door;
  readonly enforcement: Enforcement;
  readonly harness?: string;
  /** Files it names, of an action a person is asked about (ASK-30). */
  readonly boundFiles?: readonly NamedFile[];
  /** SHA-256 over what they held, where any of them is bound. */
  readonly filesDigest?: Digest;
  /** Set by the gate when a granted approval is being redeemed for exactly these bytes. */
  readonly redeems?: ApprovalId;
  readonly at: Millis;
}
