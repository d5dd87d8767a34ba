import type { UseQueryResult } from '@tanstack/react-query';
import { RISKS } from '../state/shapes.ts';
import type { Approval } from '../state/shapes.ts';
import { useFresh } from '../state/use-fresh.ts';

const concerns = (type: string): boolean =>
  type.startsWith('approval-') || type === 'action-decided' || type === 'action-settled' || type.startsWith('agent-') || type === 'policy-activated';

interface Reply {
  readonly approvals: readonly Approval[];
}

/** Approvals that wait, kept fresh by push; one request for the badge and the page together. */
export const useWaiting = (): UseQueryResult<Reply> => useFresh<Reply>('/v1/approvals', concerns);

export const waitingCount = (reply: Reply | undefined): number => reply?.approvals.length ?? 0;

const rank = ({ risk = 'LOW' }: Approval): number => RISKS.indexOf(risk);

/** The riskiest first, then what expires first. */
export const ranked = (approvals: readonly Approval[]): readonly Approval[] =>
  approvals.toSorted((one, other) => rank(other) - rank(one) || one.expiresAt - other.expiresAt || one.index - other.index);

/** How many others ask for the very same bytes by the same tool and agent. */
export const alike = (approvals: readonly Approval[], of: Approval): number =>
  approvals.filter(({ agent, tool, argsDigest }) => agent === of.agent && tool === of.tool && argsDigest === of.argsDigest).length - 1;
