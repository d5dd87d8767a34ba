import { isAbsolute } from 'node:path';
import type { Proposal } from '../../gate/nouns.ts';
import type { ActionId, AgentId, Digest, SessionId, TenantId } from '../../kernel/ids.ts';
import type { Json } from '../../kernel/json.ts';
import { CANARY } from './harness/canary.ts';
import type { Harness } from './harness/harness.ts';
import type { ToolCall } from './harness/protocol.ts';

export interface HookAgent {
  readonly role: 'agent';
  readonly tenant: TenantId;
  readonly agent: AgentId;
}

export type DigestOf = (value: Json) => Digest;

/** The nonce of a canary, null for any other call. Where an event has no tool name, a command line of that name stands for it. */
export function canaryIn({ name, args }: ToolCall): string | null {
  if (name === CANARY) return nonceOf(args['nonce']);
  const { command } = args;
  return typeof command === 'string' && command.startsWith(`${CANARY} `) ? nonceOf(command.slice(CANARY.length + 1)) : null;
}

const nonceOf = (value: Json | undefined): string => (typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : 'none');

/** A harness's session as one of ours: `claude-code/abc`; an id that does not fit is named by its digest. */
export function sessionOf(harness: string, id: string, digestOf: DigestOf): SessionId {
  return (/^[A-Za-z0-9._:@/-]{1,100}$/.test(id) ? `${harness}/${id}` : `${harness}/${digestOf(id)}`) as SessionId;
}

/** The harness's id of a call is an idempotency key: the same event told twice is decided once (GATE-3). */
export function actionIdOf(session: SessionId, callId: string, digestOf: DigestOf): ActionId {
  const id = `${session}#${callId}`;
  return (/^[\x21-\x7e]{1,128}$/.test(id) ? id : digestOf(id)) as ActionId;
}

/** What a harness says of the folder it works in; anything else than a plain absolute path is as good as nothing. */
function cwdOf(cwd: Json | undefined): { readonly cwd?: string } {
  return typeof cwd === 'string' && isAbsolute(cwd) && cwd.length <= 4_096 && cwd.isWellFormed() ? { cwd } : {};
}

/** A hook is advice the harness follows: the agent's own user could take it out again, so it never calls itself enforcing (HOOK-9). */
export function proposalOf(
  harness: Harness,
  call: ToolCall,
  terms: { readonly caller: HookAgent; readonly session: SessionId; readonly id: ActionId; readonly cwd: Json | undefined },
): Proposal {
  const { tenant, agent } = terms.caller;
  const { kind, name, args } = call;
  return {
    id: terms.id,
    tenant,
    agent,
    session: terms.session,
    kind,
    name,
    args,
    claims: {},
    door: 'hook',
    enforcement: 'advisory',
    harness: harness.name,
    ...cwdOf(terms.cwd),
  };
}
