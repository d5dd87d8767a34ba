import type { EntryDraft } from '../../src/kernel/entry.ts';
import type { AgentId, Digest, SessionId, TenantId } from '../../src/kernel/ids.ts';
import { sha256 } from '../../src/wire/digest.ts';

export const TENANT = 'acme' as TenantId;

/** A small entry of a kind that carries no action; `n` makes it differ. */
export function eventDraft(n: number, place: { tenant?: string; agent?: string; session?: string } = {}): EntryDraft {
  return {
    tenant: (place.tenant ?? TENANT) as TenantId,
    at: 1_700_000_000_000 + n,
    type: 'event-ingested',
    actor: { kind: 'system' },
    agent: (place.agent ?? `agent-${String(n % 3)}`) as AgentId,
    session: (place.session ?? `session-${String(n % 5)}`) as SessionId,
    body: { eventType: 'TOOL_RESULT', eventSeq: n, payloadDigest: digest(`payload ${String(n)}`) },
  };
}

/** An entry that keeps a payload beside the log. */
export function keepingDraft(n: number, text: string): EntryDraft {
  return { ...eventDraft(n), type: 'event-ingested', body: { eventType: 'x', eventSeq: n, payloadDigest: digest(text) }, payload: digest(text) };
}

/** The entry that puts an erasure on record. */
export function erasedDraft(n: number, subject: string, digests: readonly Digest[]): EntryDraft {
  return {
    tenant: TENANT,
    at: 1_700_000_000_000 + n,
    type: 'payload-erased',
    actor: { kind: 'system' },
    body: { subject, digests, reason: 'asked for' },
  };
}

export function drafts(count: number, from = 0): EntryDraft[] {
  return Array.from({ length: count }, (_, at) => eventDraft(from + at));
}

export function digest(text: string): Digest {
  return sha256(Buffer.from(text, 'utf8'));
}
