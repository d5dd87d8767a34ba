/** What the API answers, as far as the page shows it; the whole is in /openapi.json. */

export type Effect = 'allow' | 'deny' | 'modify' | 'ask' | 'defer';
export type Risk = 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
export const RISKS: readonly Risk[] = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
export const EFFECTS: readonly Effect[] = ['allow', 'ask', 'deny', 'modify', 'defer'];

export interface Login {
  readonly operator: string;
  readonly role: string;
  readonly name: string;
  readonly tenant: string;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
}

export interface Reason {
  readonly code: string;
  readonly rule: string;
  readonly effect: Effect;
  readonly message: string;
  readonly hint?: string;
  readonly pointer?: string;
  readonly finding?: string;
}

export interface Origin {
  readonly pointer: string;
  readonly provenance: string;
  readonly labels: readonly string[];
  readonly source?: number;
}

export interface Decision {
  readonly effect: Effect;
  readonly risk: Risk;
  readonly reasons: readonly Reason[];
  readonly policy: string;
  readonly origins: readonly Origin[];
  readonly semantics: number;
  readonly text?: string;
  readonly reserve?: Readonly<Record<string, number>>;
  readonly shadow?: Effect;
}

export interface NamedFile {
  readonly name: string;
  readonly leadsTo?: string;
  readonly sha256?: string;
  readonly bytes?: number;
  readonly unbound?: string;
  readonly change?: string;
}

export interface Approval {
  readonly approval: string;
  readonly index: number;
  readonly status: string;
  readonly action: string;
  readonly agent: string;
  readonly session: string;
  readonly tool: string;
  readonly argsDigest: string;
  readonly digest: string;
  readonly expiresAt: number;
  readonly quorum: number;
  readonly approvers: readonly string[];
  readonly grantedBy: readonly string[];
  readonly args?: string;
  readonly reasons?: readonly Reason[];
  readonly risk?: Risk;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly files?: readonly NamedFile[];
  readonly decision?: Decision;
}

export interface ActionRow {
  readonly action: string;
  readonly index: number;
  readonly at: number;
  readonly agent: string;
  readonly session: string;
  readonly kind: string;
  readonly name: string;
  readonly door: string;
  readonly enforcement: string;
  readonly effect: Effect;
  readonly risk: Risk;
  readonly reasons: readonly Reason[];
}

export interface Finding {
  readonly detector: string;
  readonly code: string;
  readonly risk: Risk;
  readonly pointer: string;
  readonly span?: readonly [number, number];
  readonly evidence: string;
  readonly decoded?: boolean;
}

export interface Entry {
  readonly index: number;
  readonly at: number;
  readonly type: string;
  readonly agent?: string;
  readonly session?: string;
  readonly leaf?: string;
  readonly actor?: { readonly kind: string; readonly id?: string };
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ActionRecord {
  readonly action: string;
  readonly agent: string;
  readonly session: string;
  readonly name: string;
  readonly door: string;
  readonly args: string | null;
  readonly erased: boolean;
  readonly sealed: boolean;
  readonly entries: readonly Entry[];
}

export interface Stats {
  readonly version: string;
  readonly agents: number;
  readonly halted: number;
  readonly pendingApprovals: number;
  readonly actions24h: number;
  readonly denied24h: number;
  readonly logSize: number;
  readonly gate: { readonly open: boolean };
  readonly policy: { readonly name: string; readonly digest: string };
  readonly counts: {
    readonly effects: Readonly<Partial<Record<Effect, number>>>;
    readonly codes: Readonly<Record<string, number>>;
    readonly agents: Readonly<Record<string, Readonly<Partial<Record<Effect, number>>>>>;
  };
}
