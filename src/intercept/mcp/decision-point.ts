import type { ActionKind } from '../../kernel/action.ts';
import type { Decision, Label } from '../../kernel/decision.ts';
import type { OutcomeStatus, ToolDoubt, ToolTrust } from '../../kernel/entry.ts';
import type { Digest } from '../../kernel/ids.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { FoundIn } from '../../gate/nouns.ts';
import type { ServerIdentity } from './server-identity.ts';

/** What the door wants decided. The id is minted by the door, so that asking again is asking about the same. */
export interface ProposedAction {
  readonly id: string;
  readonly kind: ActionKind;
  readonly name: string;
  readonly args: JsonObject;
  readonly tool?: { readonly server: string; readonly digest: Digest };
}

export interface EndedAction {
  readonly action: string;
  readonly status: OutcomeStatus;
  readonly result?: Json;
  readonly source?: Label;
  readonly errorCode?: string;
}

/** `hidden`: pinned, but no call of it could be allowed. */
export interface ToolStatus {
  readonly tool: string;
  readonly digest: Digest;
  readonly status: ToolTrust;
  readonly doubts: readonly ToolDoubt[];
}

/**
 * All the MCP proxy asks of Aegis, for one agent in one session. Two implementations: the gate itself inside the daemon, and the daemon's
 * HTTP API from a process of its own. Every method rejects when nothing could be recorded, and then nothing may happen (MCP-7).
 */
export interface DecisionPoint {
  /** Bytes of a result that can be recorded in one piece. */
  readonly most: number;
  /** Holds an `ask` or `defer` for up to `waitMs`; the last decision standing is returned. */
  decide(proposed: ProposedAction, waitMs: number, signal?: AbortSignal): Promise<Decision>;
  /** @returns what was found in the result */
  settle(ended: EndedAction): Promise<readonly FoundIn[]>;
  /** Takes the end of a call over, so that its answer may leave: nothing later in this session is decided without it (MCP-16). */
  end(ended: EndedAction): Promise<void>;
  /** Content that reached the agent outside a decided action. */
  label(source: Label, value: Json): Promise<void>;
  /** Pins or quarantines what the server says its tools are. */
  show(server: Pick<ServerIdentity, 'name' | 'identity' | 'program'>, tools: readonly JsonObject[]): Promise<readonly ToolStatus[]>;
  /** Records that something was refused before there was anything to decide. */
  refused(code: string): Promise<void>;
}
