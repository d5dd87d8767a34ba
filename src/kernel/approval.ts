/** How an approval comes to an end; from none of them it comes back (ASK-2). */
export const APPROVAL_ENDS = ['refused', 'expired', 'consumed', 'voided'] as const;
export type ApprovalEnd = (typeof APPROVAL_ENDS)[number];

export const APPROVAL_STATUSES = ['pending', 'granted', ...APPROVAL_ENDS] as const;
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];
