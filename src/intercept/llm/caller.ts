import type { AgentId, SessionId, TenantId } from '../../kernel/ids.ts';

/** Who asks, as a key established. */
export interface ModelCaller {
  readonly tenant: TenantId;
  readonly agent: AgentId;
}

/** Whose request it is, and in which session. */
export interface Conversation {
  readonly caller: ModelCaller;
  readonly session: SessionId;
}
