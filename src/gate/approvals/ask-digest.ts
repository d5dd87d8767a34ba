import type { Action } from '../../kernel/action.ts';
import type { DecideContext } from '../../kernel/decide.ts';
import type { ApprovalId, Digest, Millis } from '../../kernel/ids.ts';
import type { Policy } from '../../kernel/policy.ts';
import { digestOf } from '../../wire/digest.ts';

/**
 * ASK-20: SHA-256 over the RFC 8785 form of exactly what may run. The arguments enter by the SHA-256 of their own canonical bytes; the
 * approval's id is the nonce. Anybody with the entry can compute it again.
 */
export function askDigest(action: Action, terms: { readonly approval: ApprovalId; readonly policy: Digest; readonly expiresAt: Millis }): Digest {
  return digestOf({
    v: 1,
    tenant: action.tenant,
    agent: action.agent,
    session: action.session,
    kind: action.kind,
    tool: action.name,
    toolDigest: action.toolDigest ?? null,
    ...(action.server === undefined ? {} : { server: action.server }),
    argsDigest: action.argsDigest,
    ...(action.filesDigest === undefined ? {} : { filesDigest: action.filesDigest }),
    policy: terms.policy,
    expiresAt: terms.expiresAt,
    nonce: terms.approval,
  });
}

/** Minted only when the effect turns out to be `ask`: most actions never pay for it. */
export function askContext(action: Action, policy: Policy, mint: () => string): DecideContext {
  let approval: ApprovalId | null = null;
  const nonce = (): ApprovalId => (approval ??= mint() as ApprovalId);
  return {
    get approval() {
      return nonce();
    },
    get askDigest() {
      return askDigest(action, { approval: nonce(), policy: policy.digest, expiresAt: action.at + policy.approvals.timeoutMs });
    },
  };
}
